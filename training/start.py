"""Starts a net from the weights of an earlier one of the same shape, so that training need not begin at nothing."""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from training.net import BESIDE, FirstLook, PageNet


def start_from(net: PageNet, file: Path) -> None:
    """Copy all weights from a net that `export` wrote, or trunk and first look from one whose layers stand in order.

    Raises:
        ValueError: if the shapes are not those of the net.
    """
    if _resumed(net, file):
        return
    convolutions, dense = _weights(file)
    own = [layer for layer in net.trunk.modules() if isinstance(layer, nn.Conv2d)]
    if len(convolutions) < len(own) or len(dense) < 4:  # noqa: PLR2004 - layers copied below
        raise ValueError(f"{file.name} has {len(convolutions)} convolutions, the trunk {len(own)}")
    for layer, (weight, bias) in zip(own, convolutions, strict=False):
        _copy(layer, weight, bias)
    _copy(net.trunk.whole, dense[0][0].T, dense[0][1])
    _copy_first_look(net.border.first, dense[1:4])


def _resumed(net: PageNet, file: Path) -> bool:
    """Copy weights by their names, as `export` keeps them; tell whether they were all there."""
    stored = {one.name: torch.from_numpy(np.array(numpy_helper.to_array(one))) for one in _initializers(file)}
    known = {name.removeprefix("net."): values for name, values in stored.items() if name.startswith("net.")}
    for name in net.state_dict().keys() - known.keys():  # a layer over cells is kept turned and under another name
        shape = net.state_dict()[name].shape
        fit = [values for key, values in stored.items() if not key.startswith("net.") and values.T.shape == shape]
        if len(fit) != 1:
            return False
        known[name] = fit[0].T
    net.load_state_dict(known)
    return True


def _initializers(file: Path) -> list[onnx.TensorProto]:
    return list(onnx.load(str(file)).graph.initializer)


def _copy_first_look(look: FirstLook, dense: list[tuple[Tensor, Tensor]]) -> None:
    """Copy three dense layers; theirs count cells before channels, ours channels before cells."""
    cell, bias = dense[0]
    ours = cell.view(BESIDE, 17, -1).transpose(0, 1).reshape(17 * BESIDE, -1)
    for layer, weight, shift in ((look.cell, ours, bias), (look.sum, *dense[1]), (look.cut, *dense[2])):
        _copy(layer, weight.T, shift)


def _weights(file: Path) -> tuple[list[tuple[Tensor, Tensor]], list[tuple[Tensor, Tensor]]]:
    """Return weight and bias of the convolutions, and of the dense layers, each in order and once."""
    graph = onnx.load(str(file)).graph
    known = {one.name: torch.from_numpy(np.array(numpy_helper.to_array(one))) for one in graph.initializer}
    bias_after = {node.input[0]: node.input[1] for node in graph.node if node.op_type == "Add"}
    shapes = {node.input[0]: node.output[0] for node in graph.node if node.op_type == "Reshape"}
    convolutions: list[tuple[Tensor, Tensor]] = []
    dense: dict[str, tuple[Tensor, Tensor]] = {}
    for node in graph.node:
        if node.op_type == "Conv":
            convolutions.append((known[node.input[1]], known[node.input[2]]))
        elif node.op_type == "Gemm":
            dense[node.input[1]] = known[node.input[1]], known[node.input[2]]
        elif node.op_type == "MatMul":
            dense[node.input[1]] = known[node.input[1]], known[bias_after[shapes[node.output[0]]]]
    return convolutions, list(dense.values())


def _copy(layer: nn.Conv2d | nn.Linear, weight: Tensor, bias: Tensor) -> None:
    if layer.weight.shape != weight.shape or layer.bias is None:
        raise ValueError(f"{tuple(weight.shape)} does not fit {tuple(layer.weight.shape)}")
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)

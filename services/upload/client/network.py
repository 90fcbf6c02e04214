"""Loads a neural network for one thread: the only place that imports ONNX Runtime."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.upload.client.confine import SILENT


class Network:
    """A loaded network with one input; running it takes one thread, and may be done from several at once."""

    def __init__(self, weights: Path) -> None:
        """Read the weights; do it once per process."""
        os.environ.update(SILENT)
        import onnxruntime  # noqa: PLC0415, TID251 - not before it was silenced

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        self._session = onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def run(self, given: NDArray[np.generic], *outputs: str) -> list[NDArray[np.float32]]:
        """Return the outputs named, or all of them, for what is put in."""
        return [np.asarray(answer) for answer in self._session.run(outputs or None, {self._input: given})]

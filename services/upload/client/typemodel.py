"""The weights of the model of document types, shipped beside the page net's."""

from functools import cache
from pathlib import Path

import numpy as np

from services.upload.domain.kinds import TypeModel

WEIGHTS = Path(__file__).parents[1] / "weights" / "types.npz"


@cache
def type_model(file: Path = WEIGHTS) -> TypeModel:
    """Load the model; plain arrays only, nothing in the file can be code."""
    with np.load(file, allow_pickle=False) as kept:
        names = bytes(kept["vocabulary"]).decode().split("\n")
        scale = kept["scale"].astype(np.float32)
        return TypeModel(
            kinds=tuple(bytes(kept["kinds"]).decode().split("\n")),
            vocabulary={name: place for place, name in enumerate(names)},
            idf=kept["idf"].astype(np.float32),
            weights=kept["weights"].astype(np.float32) * scale,
            bias=kept["bias"].astype(np.float32),
        )

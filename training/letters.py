"""Rendered German letters as sheets for the generator, where the project's own letters are at hand."""

import os
from pathlib import Path

import cv2
import numpy as np

from training.generate.paper import WIDTH
from training.generate.texture import Canvas

FOLDER = "AMTSBOTE_LETTERS"  # environment: a folder of rendered letters, PNG or JPEG, made by examples.paper


def load_letters() -> list[Canvas]:
    """Return the rendered letters, 440 px wide, in the order of their names; empty if none are named."""
    folder = os.environ.get(FOLDER)
    files = sorted(Path(folder).glob("*.[pj][np]g")) if folder else []
    pictures = (cv2.imread(str(file), cv2.IMREAD_COLOR) for file in files)
    return [_as_sheet(picture) for picture in pictures if picture is not None]


def _as_sheet(picture: Canvas) -> Canvas:
    height = round(WIDTH * picture.shape[0] / picture.shape[1])
    return cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA).astype(np.float32)

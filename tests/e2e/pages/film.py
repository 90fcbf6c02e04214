"""What a camera films: a video of still pictures, which Chromium's make-believe camera shows round and round."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from services.upload.domain.pixels import Picture

WIDTH, HEIGHT = 1440, 1920


def write_film(path: Path, scenes: Sequence[tuple[Picture, int]]) -> Path:
    """Write pictures as YUV4MPEG2, each shown for so many seconds, one frame a second."""
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F1:1 Ip A1:1 C420\n".encode())
        for picture, seconds in scenes:
            small = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
            frame = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2YUV_I420), np.uint8).tobytes()
            for _ in range(seconds):
                film.write(b"FRAME\n" + frame)
    return path

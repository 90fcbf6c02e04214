"""The labelled real photos and the exact crops of them, for evaluation only: nothing here is ever trained on."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from services.upload.domain.geometry import Points
from services.upload.domain.pixels import Picture
from services.upload.domain.sides import Side, in_order

FOLDER = "AMTSBOTE_PHOTOS"  # environment: the folder with labels.json and cut_variants.json
GROUPS = ("photos, complete", "photos, cut", "crops, cut >= 3 %", "crops, cut 1.5 %", "crops, tight")


@dataclass(frozen=True, slots=True)
class Case:
    """A picture with what is known of it: the page's polygon in pixels and the borders it crosses."""

    name: str
    group: str
    picture: Picture
    polygon: Points
    cut: tuple[Side, ...]


class NoPhotosError(Exception):
    """There are no labelled photos to evaluate on."""


def photo_folder() -> Path:
    """Return the folder of labelled photos.

    Raises:
        NoPhotosError: if `AMTSBOTE_PHOTOS` names none.
    """
    folder = Path(os.environ.get(FOLDER, ""))
    if not (folder / "labels.json").is_file():
        raise NoPhotosError(f"set {FOLDER} to a folder with labels.json and its photos")
    return folder


def photo_cases(folder: Path) -> Iterator[Case]:
    """Yield every labelled photo and each crop of it; books and clutter, which have no label, are left out."""
    labels = json.loads((folder / "labels.json").read_text())["items"]
    crops = json.loads((folder / "cut_variants.json").read_text())["items"]
    for label in labels:
        corners = label.get("quad") or label.get("visible_polygon")
        if label["cut"] is None or not corners:
            continue
        picture = cv2.imread(str(folder / label["file"]), cv2.IMREAD_COLOR)
        polygon = np.array(corners, np.float64)
        group = GROUPS[1 if label["cut"] else 0]
        yield Case(label["file"], group, np.asarray(picture, np.uint8), polygon, in_order(set(label["cut"])))
        for crop in crops:
            if crop["file"] == label["file"]:
                yield _crop(crop, np.asarray(picture, np.uint8), polygon)


def _crop(crop: dict[str, Any], picture: Picture, polygon: Points) -> Case:
    left, top, right, bottom = crop["crop"]
    group = GROUPS[4] if crop["side"] is None else GROUPS[2] if crop["depth"] >= 0.03 else GROUPS[3]  # noqa: PLR2004
    name = f"{crop['file']} {crop['side'] or 'tight'} {100 * crop['depth']:.1f} %"
    part = np.ascontiguousarray(picture[top:bottom, left:right])
    return Case(name, group, part, polygon - (left, top), in_order(set(crop["cut"])))

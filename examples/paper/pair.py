"""One letter and two photographs of it: the first shot with an edge cut off, and the retake."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from examples.paper.jpeg import encode
from examples.paper.letter import Facts, Kind, Letter
from examples.paper.letters import write
from examples.paper.photograph import Photo, photograph
from examples.paper.render import render
from examples.paper.scene import Desk
from examples.paper.scenes import cut_off, good

PHOTO_DPI = 300


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A letter, its spoiled first photograph and the good second one."""

    letter: Letter
    first: Photo
    retake: Photo


def take_pair(
    kind: Kind,
    seed: int,
    on: date,
    *,
    share: float = 0.08,
    variant: int | None = None,
    desk: Desk | None = None,
) -> Pair:
    """Write a letter and photograph it twice on one desk; at first ``share`` of it is cut off at the bottom.

    The same arguments give the same pixels.
    """
    letter = write(kind, Random(f"{kind} {seed}"), on, variant=variant)
    page = render(letter, PHOTO_DPI)
    scene = good(np.random.default_rng(seed), desk)
    moved = replace(scene, angle=scene.angle + 1.2, pitch=scene.pitch + 2, shift=(0.0, 0.0))
    first = photograph(page, cut_off(moved, "B", share), np.random.default_rng(seed))
    return Pair(letter, first, photograph(page, scene, np.random.default_rng(seed)))


def save(pair: Pair, folder: Path, stem: str) -> list[dict[str, Any]]:
    """Write ``STEM-1-cut.jpg`` and ``STEM-2-good.jpg``; returns one label per photograph.

    Raises:
        OSError: the folder cannot be written to.
    """
    labels = []
    for name, photo in ((f"{stem}-1-cut.jpg", pair.first), (f"{stem}-2-good.jpg", pair.retake)):
        (folder / name).write_bytes(encode(photo.image))
        labels.append(label(name, photo, pair.letter))
    return labels


def label(name: str, photo: Photo, letter: Letter) -> dict[str, Any]:
    """What is true about a photograph, ready for JSON."""
    return {
        "file": name,
        "width": photo.image.shape[1],
        "height": photo.image.shape[0],
        "quad": np.round(photo.quad, 1).tolist(),
        "outline": np.round(photo.outline, 1).tolist(),
        "cut": sorted(photo.cut),
        "complete": not photo.cut,
        "lost": round(photo.lost, 4),
        "rotate_cw_to_upright": photo.rotate_cw,
        "type": letter.kind,
        "variant": letter.variant,
        "facts": printable(letter.facts),
        "text": letter.text,
    }


def printable(facts: Facts) -> dict[str, dict[str, str]]:
    """Numbers as printed, amounts as decimals, dates in ISO form."""
    return {
        "numbers": dict(facts.numbers),
        "amounts": {name: str(amount) for name, amount in facts.amounts.items()},
        "dates": {name: day.isoformat() for name, day in facts.dates.items()},
    }

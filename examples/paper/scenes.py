"""Scenes by name: a good photograph, and each way in which it goes wrong."""

from dataclasses import replace
from typing import Final, Literal, get_args

import numpy as np

from examples.paper.scene import Desk, Scene, Side, Turn

Flaw = Literal["none", "cut", "blurred", "shaken", "dark", "glare"]
DESKS: Final[tuple[Desk, ...]] = get_args(Desk)
FLAWS: Final[tuple[Flaw, ...]] = get_args(Flaw)
CUTS: Final[dict[Side, str]] = {"L": "cut_left", "T": "cut_top", "R": "cut_right", "B": "cut_bottom"}


def good(rng: np.random.Generator, desk: Desk | None = None, turn: Turn = 0) -> Scene:
    """A page that is complete, sharp and bright, taken by hand on some desk."""
    sideways = turn in {90, 270}
    return Scene(
        width=4000 if sideways else 3000,
        height=3000 if sideways else 4000,
        desk=desk or DESKS[int(rng.integers(len(DESKS)))],
        fill=float(rng.uniform(0.84, 0.93)),
        shift=(float(rng.uniform(-0.2, 0.2)), float(rng.uniform(-0.2, 0.2))),
        turn=turn,
        angle=float(rng.normal(0, 1.8)),
        pitch=float(rng.uniform(1, 8)),
        roll=float(rng.normal(0, 1.5)),
        lift=float(rng.uniform(2, 9)),
        light_from=float(rng.uniform(60, 150)),
        gradient=float(rng.uniform(0.06, 0.2)),
        warmth=float(rng.uniform(0.0, 0.5)),
        exposure=float(rng.uniform(0.92, 1.04)),
        shade=float(rng.uniform(0.0, 0.12)),
        blur=float(rng.uniform(0.7, 1.2)),
        noise=float(rng.uniform(1.4, 2.8)),
        envelope=bool(rng.random() < 0.3),  # noqa: PLR2004 - three in ten
    )


def cut_off(scene: Scene, side: Side = "B", share: float = 0.08) -> Scene:
    """The same desk and light, but too close: the page leaves the picture over one border by this share."""
    return replace(scene, fill=0.96, **{CUTS[side]: share})  # type: ignore[arg-type]  # every cut_* is a float


def spoiled(scene: Scene, flaw: Flaw, rng: np.random.Generator) -> Scene:
    """The same scene with one thing wrong, clearly enough that a retake is due."""
    match flaw:
        case "none":
            return scene
        case "cut":
            side = list(CUTS)[int(rng.integers(4))]
            return cut_off(scene, side, float(rng.uniform(0.04, 0.2)))
        case "blurred":
            return replace(scene, blur=float(rng.uniform(8, 14)))
        case "shaken":
            return replace(scene, motion=float(rng.uniform(30, 60)), motion_angle=float(rng.uniform(0, 180)))
        case "dark":
            return replace(scene, exposure=float(rng.uniform(0.14, 0.26)), noise=4.0)
        case "glare":
            return replace(scene, glare=float(rng.uniform(0.9, 1.3)))

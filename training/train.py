"""Trains the page net on one machine without a graphics card, for a given time, so that it can be resumed."""

import math
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor, nn

from training.batch import draw_batch
from training.loss import lesson
from training.net import PageNet
from training.ring import Ring
from training.start import start_from
from training.supply import Pace, supply

BATCH = 16
RATE = 1e-3
WARM_UP = 150  # steps
DECAY = 0.45  # of the time, at the end, the rate falls to a hundredth
KEEP = 120  # seconds between states
SHOW = 15  # seconds between lines
SMOOTH = 0.99  # how much of the averaged weights stays at each step


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: minutes, where to keep the state, seed, and how much of the machine to use."""

    minutes: float
    state: Path
    seed: int = 1
    workers: int = 1
    threads: int = 2
    ring: int = 8000
    reuse: float = 6.0
    ahead: int = 500
    compiled: bool = True
    rate: float = RATE
    start: Path | None = None
    borders_only: bool = False


@dataclass(slots=True)
class Course:
    """The state of a training: net, averaged net, optimiser, pictures seen."""

    net: PageNet
    average: PageNet
    optimiser: torch.optim.Optimizer
    seen: int = 0
    started_from: str = "random weights"

    @classmethod
    def begin(cls, plan: Plan) -> "Course":
        """Start afresh, or from the kept state where there is one."""
        torch.manual_seed(plan.seed)
        net = PageNet()
        if plan.start:
            start_from(net, plan.start)
        net = net.to(memory_format=torch.channels_last)
        net.trunk.requires_grad_(not plan.borders_only)
        course = cls(net, deepcopy(net), torch.optim.AdamW(net.parameters(), plan.rate, weight_decay=1e-4))
        if plan.start:
            course.started_from = plan.start.name
        if plan.state.exists():
            kept = torch.load(plan.state, weights_only=True)
            net.load_state_dict(kept["net"])
            course.average.load_state_dict(kept["average"])
            course.optimiser.load_state_dict(kept["optimiser"])
            course.seen, course.started_from = kept["seen"], kept["started_from"]
        return course

    def keep(self, file: Path) -> None:
        """Write the state, so that a later training goes on from here."""
        parts: dict[str, Any] = {"net": self.net, "average": self.average, "optimiser": self.optimiser}
        kept = {name: part.state_dict() for name, part in parts.items()} | {
            "seen": self.seen,
            "started_from": self.started_from,
        }
        torch.save(kept, file.with_suffix(".new"))
        file.with_suffix(".new").replace(file)

    def blend(self) -> None:
        """Let the averaged net follow the trained one."""
        with torch.no_grad():
            for kept, fresh in zip(self.average.state_dict().values(), self.net.state_dict().values(), strict=True):
                if kept.dtype.is_floating_point:
                    kept.lerp_(fresh, 1 - min(SMOOTH, 1 - 1 / (2 + self.seen / BATCH)))


class Lessons:
    """One training run: what is learnt from where, and how it goes."""

    def __init__(self, plan: Plan, course: Course, ring: Ring, pace: Pace) -> None:
        """Prepare the net; a compiled one takes minutes at its first step."""
        self.plan, self.course, self.ring, self.pace = plan, course, ring, pace
        self.model: nn.Module = torch.compile(course.net) if plan.compiled else course.net
        self.rng = np.random.default_rng([plan.seed, course.seen])
        self.losses: dict[str, float] = {}

    def step(self, done: float) -> None:
        """Learn from one batch; `done` is the share of the time that is over."""
        course = self.course
        for group in course.optimiser.param_groups:
            group["lr"] = rate_at(self.plan, done, course.seen // BATCH)
        made = min(self.pace.made.value, self.plan.ring)
        small, strips, truth = draw_batch(self.rng, self.ring, made // self.plan.workers * self.plan.workers, BATCH)
        parts = lesson(self.model(small, strips), truth)
        self._learn(torch.stack(list(parts.values())).sum())
        course.seen += BATCH
        course.blend()
        self.pace.used.value += BATCH
        for name, part in parts.items():
            self.losses[name] = 0.98 * self.losses.get(name, float(part.detach())) + 0.02 * float(part.detach())

    def _learn(self, loss: Tensor) -> None:
        self.course.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.course.net.parameters(), 3.0)
        self.course.optimiser.step()


def train(plan: Plan) -> Course:
    """Train for `plan.minutes`; the state is kept every two minutes."""
    torch.set_num_threads(plan.threads)
    ring = Ring.shared(plan.ring)
    with supply(ring, workers=plan.workers, seed=_fresh_seed(plan), reuse=plan.reuse, ahead=plan.ahead) as pace:
        course = Course.begin(plan)
        lessons = Lessons(plan, course, ring, pace)
        kept = time.monotonic()
        for done in _progress(lessons):
            lessons.step(done)
            if time.monotonic() - kept > KEEP:
                course.keep(plan.state)
                kept = time.monotonic()
    course.keep(plan.state)
    return course


def rate_at(plan: Plan, done: float, steps: int) -> float:
    """Return the learning rate: a short climb, a plateau, and half a cosine at the end."""
    falling = max(0.0, (done - (1 - DECAY)) / DECAY)
    return plan.rate * min(1.0, (steps + 1) / WARM_UP) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * falling)))


def _fresh_seed(plan: Plan) -> int:
    """Return a seed for the pictures that differs each time a training is resumed."""
    seen = int(torch.load(plan.state, weights_only=True)["seen"]) if plan.state.exists() else 0
    return plan.seed * 1_000_003 + seen


def _progress(lessons: Lessons) -> Iterator[float]:
    """Yield the share of the time that is over, once a step, and show how it goes."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, refresh_per_second=0.5) as progress:
        task = progress.add_task("making the first pictures", total=1.0)
        while lessons.pace.made.value < lessons.plan.ahead // 2:
            time.sleep(0.5)
        start, before = time.monotonic(), lessons.course.seen
        shown = start
        while (done := (time.monotonic() - start) / (60 * lessons.plan.minutes)) < 1:
            yield done
            if time.monotonic() - shown > SHOW:
                shown = time.monotonic()
                speed = (lessons.course.seen - before) / (shown - start)
                losses = " ".join(f"{name} {value:.3f}" for name, value in lessons.losses.items())
                progress.update(task, completed=done, description=f"{lessons.course.seen} seen, {speed:.0f}/s")
                progress.console.print(f"{lessons.course.seen} seen, {speed:.1f}/s: {losses}", soft_wrap=True)

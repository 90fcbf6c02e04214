"""Teaches the model of types from generated letters, and writes its weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.linear_model import LogisticRegression

from services.upload.domain.kinds import OTHER, TypeModel, scaled
from services.upload.domain.ngrams import features
from services.upload.domain.points import signs
from training.types.compose import compose
from training.types.noise import HARD, USUAL, as_read
from training.types.wordings import KINDS, Split

OTHERS = 3  # times as many letters of no type as of each: there is more they can be about
LEAST_LETTERS = 6  # in which a feature must occur
FOLDS = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is learnt: letters a kind, features kept, strength of the fit (sklearn's C), with keyword points."""

    letters: int = 260
    features: int = 14_000
    fit: float = 6.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Reading:
    """A letter as it was read, its kind, and the number of its wording."""

    text: str
    kind: str
    wording: int


def readings(split: Split, letters: int, seed: int, noise: tuple[float, float] = USUAL) -> list[Reading]:
    """Write and misread so many letters of each kind, as strongly as `noise` says."""
    made = []
    for kind in track(KINDS, description=f"writing ({split})"):
        rng = Random(f"{split} {kind} {seed}")
        for _ in range(letters * (OTHERS if kind == OTHER else 1)):
            letter = compose(kind, split, rng)
            made.append(Reading(as_read(letter.lines, rng, noise), kind, letter.wording))
    return made


@dataclass(frozen=True, slots=True)
class Table:
    """Letters as rows: raw feature counts, keyword points, kinds as numbers, wordings."""

    names: NDArray[np.object_]
    counts: sparse.csr_matrix
    points: NDArray[np.float32]
    kinds: NDArray[np.int64]
    wordings: NDArray[np.int64]

    def rows(self, chosen: NDArray[np.bool_]) -> "Table":
        """Return some of the rows."""
        return Table(self.names, self.counts[chosen], self.points[chosen], self.kinds[chosen], self.wordings[chosen])


def table_of(made: Sequence[Reading]) -> Table:
    """Count the features of letters; rare ones are left out."""
    vectorizer = DictVectorizer(dtype=np.float32)
    counts = vectorizer.fit_transform([features(one.text) for one in track(made, description="counting")])
    often = np.asarray((counts > 0).sum(axis=0)).ravel() >= LEAST_LETTERS
    kinds = np.array([KINDS.index(one.kind) for one in made])
    found = np.stack([scaled(signs(one.text)) for one in track(made, description="keywords")])
    names = np.array(vectorizer.get_feature_names_out())[often]
    return Table(names, counts[:, often].tocsr(), found, kinds, np.array([one.wording for one in made]))


def fit(table: Table, plan: Plan) -> TypeModel:
    """Choose the features that tell most, weigh them, and fit one column a kind."""
    chosen = SelectKBest(chi2, k=min(plan.features, len(table.names))).fit(table.counts > 0, table.kinds).get_support()
    transformer = TfidfTransformer(sublinear_tf=True)
    weighed = transformer.fit_transform(table.counts[:, chosen])
    judge = LogisticRegression(C=plan.fit, max_iter=400, class_weight="balanced")
    judge.fit(sparse.hstack([weighed, sparse.csr_matrix(table.points)]).tocsr(), table.kinds)
    return TypeModel(
        kinds=KINDS,
        vocabulary={str(name): place for place, name in enumerate(table.names[chosen])},
        idf=transformer.idf_.astype(np.float32),
        weights=judge.coef_.T.astype(np.float32),
        bias=judge.intercept_.astype(np.float32),
    )


def scores(model: TypeModel, table: Table) -> NDArray[np.float64]:
    """Return the scores (before they become probabilities) of every row; the table's names hold the model's."""
    columns = {str(name): place for place, name in enumerate(table.names)}
    chosen = [columns[name] for name in model.vocabulary]
    counts = table.counts[:, chosen].copy()
    counts.data = (1 + np.log(counts.data)) * model.idf[counts.indices]
    length = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    weighed = sparse.diags(1 / np.maximum(length, 1e-6)) @ counts
    both = weighed @ model.weights[: len(model.idf)] + table.points @ model.weights[len(model.idf) :]
    return np.asarray(both + model.bias, np.float64)


def temperature(table: Table, plan: Plan) -> float:
    """Return by how much scores must be divided to be honest about wordings never seen: measured in turns."""
    held: list[NDArray[np.float64]] = []
    truth: list[NDArray[np.int64]] = []
    for fold in track(range(FOLDS), description="calibrating"):
        out = table.wordings % FOLDS == fold
        held.append(scores(fit(table.rows(~out), plan), table.rows(out)))
        truth.append(table.kinds[out])
    stacked, kinds = np.concatenate(held), np.concatenate(truth)
    return float(minimize_scalar(lambda heat: _surprise(stacked / heat, kinds), bounds=(0.2, 5), method="bounded").x)


def _surprise(values: NDArray[np.float64], kinds: NDArray[np.int64]) -> float:
    values = values - values.max(axis=1, keepdims=True)
    sure = values - np.log(np.exp(values).sum(axis=1, keepdims=True))
    return float(-sure[np.arange(len(kinds)), kinds].mean())


def learn(plan: Plan) -> tuple[TypeModel, float]:
    """Return the model, its scores already divided by the temperature, and that temperature."""
    table = table_of(readings("train", plan.letters, plan.seed, HARD))
    heat = temperature(table, plan)
    model = fit(table, plan)
    return TypeModel(model.kinds, model.vocabulary, model.idf, model.weights / heat, model.bias / heat), heat


def write(model: TypeModel, out: Path) -> None:
    """Write the weights as signed bytes with a scale a kind, and the vocabulary as lines of UTF-8."""
    scale = np.abs(model.weights).max(axis=0) / 127
    arrays: dict[str, Any] = {
        "kinds": _bytes(model.kinds),
        "vocabulary": _bytes(list(model.vocabulary)),
        "idf": model.idf.astype(np.float16),
        "weights": np.round(model.weights / scale).astype(np.int8),
        "scale": scale.astype(np.float32),
        "bias": model.bias.astype(np.float32),
    }
    np.savez_compressed(out, **arrays)


def _bytes(names: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(names).encode(), np.uint8)

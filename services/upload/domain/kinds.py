"""What kind of document a text is: a suggestion with its probability, never a decision."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.upload.domain.ngrams import features
from services.upload.domain.points import signs
from services.upload.domain.suggestion import Suggestion

OTHER = "sonstiges"  # the model's name for all that is none of the kinds
MOST_READ = 8000  # characters: the first pages say what a document is
LEAST_WORDS = 5  # known features below which a text says nothing
SURE_OF_NOTHING = 0.95  # probability of `OTHER` from which nothing is suggested; below, readers go by confidence
LEAST = 0.02  # probability below which a kind is not worth naming
KEYWORD_SCALE = 3.0


@dataclass(frozen=True)
class TypeModel:
    """A linear model: one column of weights a kind over TF-IDF features, followed by the keyword points.

    `weights` has a row for every feature of `vocabulary`, then one for every sign (see `signs`).
    """

    kinds: tuple[str, ...]
    vocabulary: Mapping[str, int]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def probabilities(self, text: str) -> dict[str, float]:
        """Return for every kind how probable it is; they sum to 1. Without known words it is `OTHER` for sure."""
        read = text[:MOST_READ]
        places, values = self._weighed(read)
        if len(places) < LEAST_WORDS:
            return {kind: float(kind == OTHER) for kind in self.kinds}
        scores = self.bias + values @ self.weights[places]
        scores = scores + scaled(signs(read)) @ self.weights[len(self.idf) :]
        raised = np.exp(scores - scores.max())
        return dict(zip(self.kinds, (raised / raised.sum()).tolist(), strict=True))

    def _weighed(self, text: str) -> tuple[list[int], NDArray[np.float32]]:
        """Return the known features of a text and their weights: 1 + ln(count), times IDF, of length 1."""
        counted = {self.vocabulary[name]: n for name, n in features(text).items() if name in self.vocabulary}
        places = list(counted)
        values = (1 + np.log(np.array(list(counted.values()), np.float32))) * self.idf[places]
        return places, (values / max(float(np.linalg.norm(values)), 1e-6)).astype(np.float32)


def scaled(found: tuple[float, ...]) -> NDArray[np.float32]:
    """Return signs in about the range of the other features."""
    return (np.log1p(np.array(found, np.float32)) / KEYWORD_SCALE).astype(np.float32)


def suggest(text: str, model: TypeModel) -> tuple[Suggestion, ...]:
    """Return up to three types, the likeliest first; none means "don't know, or none of these"."""
    probable = model.probabilities(text)
    if probable.pop(OTHER) >= SURE_OF_NOTHING:
        return ()
    ranked = sorted(probable.items(), key=lambda found: -found[1])[:3]
    return tuple(Suggestion(type=kind, confidence=round(sure, 2)) for kind, sure in ranked if sure >= LEAST)

"""Scores of classification that are not means of items."""

import math
from collections import Counter
from collections.abc import Hashable, Sequence


def macro_f1(
    predictions: Sequence[Hashable],
    references: Sequence[Hashable],
    *,
    labels: Sequence[Hashable] | None = None,
) -> float:
    """Mean of the classes' F1, each class counting the same.

    Args:
        predictions, references: one class per item, shape (n,), n >= 1.
        labels: the classes to average; by default all that occur on either side. A prediction
            that is none of them counts against the class it should have been.

    Returns:
        0 to 1; a class that is never predicted, or never right, has F1 0.

    Raises:
        ValueError: nothing to score, unequal lengths, or no labels.
    """
    if len(predictions) != len(references):
        raise ValueError(f"{len(predictions)} predictions for {len(references)} references")
    if not references:
        raise ValueError("macro F1 needs at least one prediction")
    classes = set(labels) if labels is not None else {*predictions, *references}
    if not classes:
        raise ValueError("macro F1 needs at least one label")
    pairs = zip(predictions, references, strict=True)
    right = Counter(reference for prediction, reference in pairs if prediction == reference)
    predicted, expected = Counter(predictions), Counter(references)
    # A sum over a set has no fixed order; fsum rounds once, so the result has one value.
    scores = (2 * right[c] / max(1, predicted[c] + expected[c]) for c in classes)
    return math.fsum(scores) / len(classes)

"""What a model card must not leave unsaid."""

from collections.abc import Iterator, Sequence

from byeori.comparison.model import Comparison
from byeori.report.formats import count, number
from byeori.report.headline import verdict
from byeori.report.model import Report

FEW = 100
"""Below this many items an interval is wide and its level only about right."""


def limits_of(report: Report, comparisons: Sequence[Comparison]) -> Iterator[str]:
    """Sentences, from the figures alone; the last ones hold for every run."""
    for c in comparisons:
        what = f"{c.evaluator} {c.metric}"
        if verdict(c) == "worse":
            yield f"Worse than {c.baseline_model} on {what}."
        if c.unreliable:
            asked = count(c.items + c.dropped)
            yield f"{count(c.dropped)} of {asked} items of {what} could not be scored: no result."
        if verdict(c) == "no-difference" and c.detectable_difference is not None:
            yield (
                f"On {what} a difference below {number(c.detectable_difference)} would rarely "
                f"have been seen with these {count(c.items)} items."
            )
        if c.items < FEW:
            yield f"{what} has {count(c.items)} items only."
    if not comparisons:
        yield "Nothing is known about how this model compares with its base."
    yield (
        "The scores hold for items of these evaluations; nothing was measured about other subjects "
        "or languages, about safety, or about social bias, unless an evaluation above is about it."
    )
    yield "One training with one seed: another seed gives another model, and other scores."
    if any(not name for name in report.provenance.licences):
        yield "The licence of some documents is unknown."

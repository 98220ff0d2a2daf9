"""Says in a sentence what the comparisons show, and no more than they show."""

from collections.abc import Sequence

from byeori.comparison.gate import GateDecision
from byeori.comparison.model import MOST_UNSCORED, Comparison, Estimate
from byeori.report.formats import (
    NO_BREAK,
    NO_INTERVAL,
    count,
    interval,
    number,
    p_value,
    percent,
    signed,
)
from byeori.report.model import Headline, Verdict

CORRECTION = {
    "holm": "Holm-corrected",
    "benjamini-hochberg": "Benjamini-Hochberg-corrected",
}


def make_headline(
    comparisons: Sequence[Comparison], gates: Sequence[GateDecision] = ()
) -> Headline:
    """The headline of a report.

    It speaks of the first metric in the recipe's order, never of the best one: choosing the best
    afterwards would find differences where there are none. Other comparisons are counted.

    Args:
        comparisons: as `byeori.comparison.compare` returns them.
        gates: what `compare.fail_if` decided; each decision is a line.
    """
    if not comparisons:
        return Headline("nothing-compared", "Nothing was compared with the base model.")
    first = comparisons[0]
    primary = [c for c in comparisons if (c.evaluator, c.metric) == (first.evaluator, first.metric)]
    verdicts = [verdict(c) for c in primary]
    overall: Verdict = verdicts[0] if len(set(verdicts)) == 1 else "mixed"
    title = _title(first)
    lines = [_evidence(first), *_power(first)]
    for other in primary[1:]:
        lines += [f"{_title(other)} {_evidence(other)}", *_power(other)]
    lines += _others(comparisons)
    lines += [f"Gate {gate.reason}" for gate in gates]
    return Headline(overall, title, tuple(line for line in lines if line))


def verdict(comparison: Comparison) -> Verdict:
    """What one comparison shows, at its level of confidence."""
    if comparison.unreliable:
        return "unreliable"
    difference = comparison.difference
    if comparison.test is not None:
        if not comparison.test.significant or difference is None:
            return "no-difference"
        return _direction(comparison, difference)
    if difference is None or difference.low is None or difference.high is None:
        return "too-few"
    if difference.low <= 0 <= difference.high:
        return "no-difference"
    return _direction(comparison, difference)


def _direction(c: Comparison, difference: Estimate) -> Verdict:
    return "worse" if (difference.value > 0) == c.lower_is_better else "better"


def side(c: Comparison) -> str:
    """`higher` or `lower`: where the tuned model's figure lies, whichever is better."""
    return "higher" if c.difference is not None and c.difference.value > 0 else "lower"


def _title(c: Comparison) -> str:
    what = f"{c.evaluator} {c.metric}"
    if c.unreliable:
        return (
            f"No result on {what}: {_share(c)} of the items of {c.model} or {c.baseline_model} "
            f"could not be scored, and more than {percent(MOST_UNSCORED)} is too many."
        )
    if c.baseline is None or c.tuned is None or c.difference is None:
        return f"{c.model} could not be compared with {c.baseline_model} on {what}."
    span = interval(c.difference, with_sign=True)
    told = f"{percent(c.confidence)} interval {span}" if span else NO_INTERVAL
    figures = f"{_mean(c.baseline)} → {_mean(c.tuned)}, {signed(c.difference.value)} ({told})"
    opening = {
        "better": f"{c.model} scores {side(c)} than {c.baseline_model} on {what}",
        "worse": f"{c.model} scores {side(c)} than {c.baseline_model} on {what}",
        "no-difference": f"No significant difference between {c.model} and {c.baseline_model} "
        f"on {what}",
        "too-few": f"Too few items to compare {c.model} with {c.baseline_model} on {what}",
    }
    return f"{opening[verdict(c)]}: {figures}."


def _mean(estimate: Estimate) -> str:
    return f"{number(estimate.value)} ({interval(estimate) or NO_INTERVAL})"


def _evidence(c: Comparison) -> str:
    if c.unreliable:
        return _failures(c)
    if c.test is None:
        return " ".join(c.notes)
    corrected = (
        f", {CORRECTION[c.test.correction]} over {c.test.family} comparisons"
        if c.test.correction in CORRECTION and c.test.family > 1
        else ""
    )
    documents = f" from {count(c.documents)} documents" if c.documents else ""
    effect = (
        ""
        if c.effect_size is None
        else f", effect size g{NO_BREAK}={NO_BREAK}{number(c.effect_size, 2)}"
    )
    unscored = f" {_failures(c)}" if c.dropped else ""
    return (
        f"{p_value(c.test.p_adjusted)} ({c.test.name}{corrected}), {count(c.items)} items"
        f"{documents}{effect}.{unscored}"
    )


def _failures(c: Comparison) -> str:
    """The failure rate, which stands beside every headline that has one."""
    return (
        f"{count(c.dropped)} of {count(c.items + c.dropped)} items could not be scored and are "
        f"left out ({count(c.unscored_baseline)} of {c.baseline_model}, "
        f"{count(c.unscored_tuned)} of {c.model})."
    )


def _share(c: Comparison) -> str:
    return f"{number(100 * c.unscored_share, 1)}{NO_BREAK}%"


def _power(c: Comparison) -> list[str]:
    """Without a difference: what these items could have shown."""
    if verdict(c) != "no-difference" or c.detectable_difference is None or c.difference is None:
        return []
    sentence = (
        f"{count(c.items)} items show a difference of {number(c.detectable_difference)} or more "
        "four times out of five"
    )
    if c.items_needed is None:
        return [f"{sentence}."]
    seen = number(abs(c.difference.value))
    return [f"{sentence}; one of {seen}, as seen here, needs about {count(c.items_needed)} items."]


def _others(comparisons: Sequence[Comparison]) -> list[str]:
    failed = [f"{c.evaluator} {c.metric} ({c.model})" for c in comparisons if c.unreliable]
    lines = [f"Too many items without a score for a result: {', '.join(failed)}."] * bool(failed)
    tested = [c for c in comparisons if c.test is not None and not c.unreliable]
    if len(tested) < 2:
        return lines
    verdicts = [verdict(c) for c in tested]
    higher, lower = verdicts.count("better"), verdicts.count("worse")
    same, words = len(tested) - higher - lower, words_of(tested)
    summary = (
        f"Of {len(tested)} tested comparisons {higher} are significantly {words[0]}, {lower} "
        f"significantly {words[1]} and {same} without significant difference."
    )
    losses = [f"{c.evaluator} {c.metric} ({c.model})" for c in tested if verdict(c) == "worse"]
    return [
        summary,
        *(
            [f"{words[1].capitalize()} than {tested[0].baseline_model}: {', '.join(losses)}."]
            * bool(losses)
        ),
        *lines,
    ]


def words_of(comparisons: Sequence[Comparison]) -> tuple[str, str]:
    """What gains and losses are called together, where lower may be better of some metrics."""
    mixed = any(c.lower_is_better for c in comparisons)
    return ("better", "worse") if mixed else ("higher", "lower")

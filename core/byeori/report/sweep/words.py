"""Says in a few sentences which differences of a sweep are real, and no more than it shows."""

from collections.abc import Iterator, Mapping, Sequence

from byeori.comparison import CompareSettings
from byeori.comparison.gate import GateDecision
from byeori.comparison.model import Contender, Contest, Estimate
from byeori.report.formats import NO_INTERVAL, NONE, count, interval, number, percent, signed
from byeori.report.headline import verdict, words_of
from byeori.report.sweep.model import Row, VariantSummary


def first_words(
    variants: Sequence[VariantSummary],
    rows: Sequence[Row],
    contests: Sequence[Contest],
    settings: CompareSettings,
) -> tuple[str, tuple[str, ...]]:
    """Title and lines of a sweep's report.

    The title speaks of the first metric of the recipe, never of the one with the largest
    differences.
    """
    if not rows:
        return "Nothing was compared: no variant has a tuned model with scores.", ()
    first = rows[0].comparison
    mine = [c for c in contests if (c.evaluator, c.metric) == (first.evaluator, first.metric)]
    titles = [_best(contest, rows) for contest in mine if contest.best]
    lines = [
        *titles[1:],
        *_apart(mine),
        *_against_base(rows, settings),
        *_between(contests, settings),
        *_problems(variants),
    ]
    title = titles[0] if titles else f"No model has a mean on {first.evaluator} {first.metric}."
    return title, tuple(lines)


def _best(contest: Contest, rows: Sequence[Row]) -> str:
    what = f"{contest.evaluator} {contest.metric}"
    best = next(c for c in contest.contenders if c.standing == "best")
    row = next(
        r
        for r in rows
        if (r.name, r.comparison.evaluator, r.comparison.metric)
        == (best.name, contest.evaluator, contest.metric)
    )
    difference = row.comparison.difference
    over = f", {_figure(difference, difference=True)} against its base" if difference else ""
    others = [c for c in contest.contenders if c.standing != "best"]
    equal = sum(c.value is not None and c.value.value == _value(best) for c in others)
    who = f"{best.name} and {equal} more score" if equal else f"{best.name} scores"
    opening = f"{who} highest on {what} ({_figure(best.value)}{over})"
    tied = [c for c in others if c.standing == "tied"]
    if not others:
        return f"{opening}; no other model answered the same {count(contest.items)} items."
    if not tied:
        rest = others[0].name if len(others) == 1 else f"each of the other {len(others)}"
        return f"{opening}, and {rest} differs from it."
    if len(tied) == len(others):
        rest = tied[0].name if len(tied) == 1 else f"any of the other {len(tied)}"
        return f"{opening}, but these items do not tell {rest} apart from it."
    names = ", ".join(c.name for c in tied[:3]) + (" and others" if len(tied) > 3 else "")
    return (
        f"{opening}; of the other {len(others)}, {len(tied)} cannot be told apart from it: {names}."
    )


def _value(contender: Contender) -> float | None:
    return contender.value.value if contender.value is not None else None


def _figure(estimate: Estimate | None, *, difference: bool = False) -> str:
    """A figure and its interval, in brackets that may stand within others."""
    if estimate is None:
        return NONE
    value = signed(estimate.value) if difference else number(estimate.value)
    span = interval(estimate, with_sign=difference)
    return f"{value} [{span or NO_INTERVAL}]"


def gate_words(gates: Mapping[str, Sequence[GateDecision]]) -> tuple[str, ...]:
    """Which variants `compare.fail_if` blocks, in a sentence; nothing without rules."""
    if not gates:
        return ()
    blocked = [name for name, found in gates.items() if any(gate.blocked for gate in found)]
    names = f"; blocked: {', '.join(blocked)}" if blocked else ""
    passing = len(gates) - len(blocked)
    return (f"Gate: {passing} of {len(gates)} variants pass `compare.fail_if`{names}.",)


def _apart(mine: Sequence[Contest]) -> Iterator[str]:
    if len(mine) > 1:
        yield (
            f"The models answered {len(mine)} different sets of items (another split, evaluator "
            "setting or arithmetic), so only models of the same set are compared with each other."
        )


def _against_base(rows: Sequence[Row], settings: CompareSettings) -> Iterator[str]:
    tested = [c for row in rows if (c := row.comparison).test is not None and not c.unreliable]
    verdicts = [verdict(c) for c in tested]
    if not verdicts:
        return
    higher, lower = verdicts.count("better"), verdicts.count("worse")
    words = words_of(tested)
    yield (
        f"Against {'its' if len(rows) == 1 else 'their'} own base: of {count(len(verdicts))} tests "
        f"{higher} significantly {words[0]}, {lower} significantly {words[1]}, "
        f"{len(verdicts) - higher - lower} without significant difference"
        f"{_allowed(settings, len(verdicts))}."
    )


def _between(contests: Sequence[Contest], settings: CompareSettings) -> Iterator[str]:
    pairs = sum(contest.pairs for contest in contests)
    if pairs:
        yield (
            f"Between models: {'the one pair' if pairs == 1 else f'all {count(pairs)} pairs'} that "
            f"answered the same items {'was' if pairs == 1 else 'were'} tested"
            f"{_allowed(settings, pairs)}."
        )


def _allowed(settings: CompareSettings, tests: int) -> str:
    if settings.correction == "none":
        return " (not corrected for their number, as `compare.correction: none` asks)"
    if tests == 1:
        return ""
    level = percent(1 - settings.confidence)
    if settings.correction == "benjamini-hochberg":
        return f" (Benjamini-Hochberg-corrected: at most {level} false among those found, expected)"
    return f" (Holm-corrected together: a chance of at most {level} of any false finding)"


def _problems(variants: Sequence[VariantSummary]) -> Iterator[str]:
    failed = [variant.name for variant in variants if variant.problem]
    if failed:
        yield (
            f"{len(failed)} of {len(variants)} variants failed and are not in the figures: "
            f"{', '.join(failed)}."
        )

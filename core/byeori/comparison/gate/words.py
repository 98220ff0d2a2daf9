"""Says what a gate decided, and on what figures."""

from byeori.comparison.gate.model import GateDecision
from byeori.comparison.model import MOST_UNSCORED


def reason(decision: GateDecision) -> str:
    """The decision in one sentence."""
    what = f"{decision.evaluator} {decision.metric} of {decision.model}"
    state = "blocked" if decision.blocked else "passed"
    return f"{state}: {what}, {_figures(decision)}: {_why(decision)}."


def _figures(d: GateDecision) -> str:
    if d.worse_by is None:
        return "no item scored on both sides"
    moved = {"drop": ("drop", "rise"), "rise": ("rise", "drop")}[d.direction][d.worse_by < 0]
    size = f"{moved} of {abs(d.worse_by):.4g}" if d.worse_by else "no change"
    bound = d.at_most if d.mode == "not-excluded" else d.at_least
    if bound is None:
        return f"{size} on {d.items:,} items, without a bound"
    word = "at most" if d.mode == "not-excluded" else "at least"
    if bound < 0:
        other = "rise" if d.direction == "drop" else "drop"
        word, bound = {"at most": "at least", "at least": "at most"}[word], -bound
        what = f"a {other} of {word}"
    else:
        what = f"a {d.direction} of {word}"
    return f"{size} on {d.items:,} items ({what} {bound:.4g} at {100 * d.confidence:.4g} %)"


def _why(d: GateDecision) -> str:
    limit = f"a {d.direction} of more than {d.limit:.4g}"
    if d.mode == "shown":
        return f"{limit} is {'' if d.blocked else 'not '}shown"
    if d.blocked and d.unscored_share > MOST_UNSCORED:
        return (
            f"{100 * d.unscored_share:.3g} % of the items have no score, so that {limit} cannot be "
            "excluded"
        )
    needed = (
        f"; with about {d.items_needed:,} items a model that did not change would pass four times "
        "out of five"
        if d.blocked and d.items_needed is not None and d.items_needed > d.items
        else ""
    )
    return f"{limit} {'cannot be' if d.blocked else 'is'} excluded{needed}"

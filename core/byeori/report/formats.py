"""How numbers and other people's text are written in a report."""

import math
import unicodedata
from collections.abc import Mapping

from byeori.comparison.model import Effect, Estimate

MINUS = "−"
NONE = "–"
NO_BREAK = "\u00a0"
LONGEST = 3000
"""Characters of one text that are shown; `scores.json` has all of it."""


def number(value: float | None, digits: int = 3) -> str:
    """A score: fixed decimals, or significant digits where it is large or tiny; `–` for None."""
    if value is None:
        return NONE
    if value == 0 or 0.5 * 10**-digits <= abs(value) < 1000:
        text = f"{value:.{digits}f}"
    else:
        text = f"{value:.{digits}g}"
    return text.replace("-", MINUS)


def signed(value: float | None, digits: int = 3) -> str:
    """A difference, with its sign."""
    text = number(value, digits)
    return f"+{text}" if value is not None and value > 0 else text


def count(value: int | None) -> str:
    """An integer with thousands separators."""
    return NONE if value is None else f"{value:,}".replace("-", MINUS)


def cell(value: str | int | float | None) -> str:
    """What stands in a table of an evaluator's own: a text, a count or a figure."""
    if isinstance(value, str):
        return clip(value)
    if isinstance(value, int):
        return count(value)
    return number(value, 4)


def p_value(value: float | None) -> str:
    """`p = 0.031`, `p < 0.0001`; `–` where there is no test."""
    if value is None:
        return NONE
    if value < 0.0001:
        return "p < 0.0001".replace(" ", NO_BREAK)
    # Four decimals where a rounded 0.050 would hide on which side of the level it lies.
    text = f"p = {value:.4f}" if value < 0.1 else f"p = {value:.3f}"
    return text.replace(" ", NO_BREAK)


NO_INTERVAL = "no interval"
"""Stands wherever a figure has none: all scores alike, or fewer than two independent items."""


def interval(estimate: Estimate | None, *, with_sign: bool = False) -> str:
    """`0.812 to 0.904`, or empty where there is no interval."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return ""
    write = signed if with_sign else number
    return f"{write(estimate.low)} to {write(estimate.high)}"


def effect_size(effect: Effect) -> str:
    """A figure with its interval, where it has one; an end without a bound is `∞`."""
    ends = [number(effect.low), number(effect.high) if effect.high is not None else "∞"]
    value = number(effect.value) if effect.value is not None else "∞"
    return value if effect.low is None else f"{value} ({' to '.join(ends)})"


def percent(share: float) -> str:
    """`95 %`, which does not break at a line's end."""
    return f"{100 * share:.4g}{NO_BREAK}%"


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 20 s`, `2 h 05 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest} s"


def ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """The largest counts first, equal ones by name."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def overlap_rows(overlaps: Mapping[str, Mapping[str, int]]) -> list[tuple[str, str, str]]:
    """Evaluator, kind of overlap and examples; an evaluator without any has a row that says so."""
    return [
        (evaluator, reason.removeprefix("leakage: "), count(n))
        for evaluator, reasons in overlaps.items()
        for reason, n in reasons.items() or (("none", 0),)
    ]


def axis_label(value: float) -> str:
    """A tick: as few digits as it needs."""
    if value and not 1e-3 <= abs(value) < 1e5:
        mantissa, exponent = f"{value:.0e}".split("e")
        return f"{mantissa}e{int(exponent)}".replace("-", MINUS)
    return f"{round(value, 6):g}".replace("-", MINUS)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers from `low` to `high`: steps of 1, 2 or 5 times a power of ten."""
    span = high - low
    if not 0 < span < math.inf:
        return [low]
    magnitude = 10.0 ** math.floor(math.log10(span / most))
    step = next(m * magnitude for m in (1, 2, 5, 10, 20) if span / (m * magnitude) <= most)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


def visible(text: str) -> str:
    """The text with what a reader cannot see made visible, and nothing that reorders the page.

    Control characters, lone surrogates, and characters that turn the writing direction become
    their code in brackets; line ends and tabs stay, and so do joiners, which scripts need.
    """
    return text.translate(_VISIBLE)


class _Visible(dict[int, str]):
    """By code point, the character as it is shown; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = character if _harmless(character) else _code(character)
        return self[code]


_VISIBLE = _Visible()


def clip(text: str, longest: int = LONGEST) -> str:
    """The text, or its beginning and how much is missing."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]} [… {len(text) - longest:,} more characters]"


def short(text: str, longest: int) -> str:
    """A label that fits: its beginning and an ellipsis where it is longer."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _harmless(character: str) -> bool:
    if character in "\n\t\u200c\u200d":
        return True
    if ord(character) & 0xFFFE == 0xFFFE:  # no characters, and no XML with them
        return False
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _code(character: str) -> str:
    return "" if character == "\r" else f"[U+{ord(character):04X}]"

"""The environment that pages and figures are rendered in: every text is escaped."""

import base64
import hashlib
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from byeori.report import formats, plots
from byeori.report.energy import energy_words
from byeori.report.figures.radar import radars
from byeori.report.headline import verdict
from byeori.report.scoreboard import mark, scoreboard, worth_a_board
from byeori.report.sweep.ablation import ablation
from byeori.report.sweep.tables import standing
from byeori.report.trust import notes


@cache
def environment() -> Environment:
    """Templates of reports, with their filters."""
    made = Environment(
        loader=PackageLoader("byeori.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= _filters()
    made.globals |= {
        "ablation": ablation,
        "MANY": plots.MANY,
        "forest": plots.forest,
        "loss_plot": plots.loss_plot,
        "radars": radars,
        "scoreboard": scoreboard,
    }
    return made


def _filters() -> dict[str, Any]:
    return {
        "number": formats.number,
        "signed": formats.signed,
        "count": formats.count,
        "cell": formats.cell,
        "p_value": formats.p_value,
        "interval": formats.interval,
        "effect_size": formats.effect_size,
        "percent": formats.percent,
        "duration": formats.duration,
        "ranked": formats.ranked,
        "overlap_rows": formats.overlap_rows,
        "clip": formats.clip,
        "short": formats.short,
        "verdict": verdict,
        "notes": notes,
        "standing": standing,
        "plain": plain_value,
        "trusted": Markup,
        "hash_of": hash_of,
        "mark": mark,
        "worth_a_board": worth_a_board,
        "energy_words": energy_words,
    }


def _finalize(value: Any) -> Any:
    if isinstance(value, Markup):
        return value
    return formats.visible(value) if isinstance(value, str) else value


def plain_value(value: Any) -> str:
    """A setting as a recipe would write it."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(plain_value(part) for part in value)
    return str(value)


def hash_of(script: str) -> str:
    """What a content security policy calls an inline script it lets run."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"

"""The model card of a tuned model, in the format of the Hugging Face hub.

Everything in it comes from the run's report; what is not known says so.
"""

from collections.abc import Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from byeori.report import formats
from byeori.report.card.licences import LicenceStatement, licence_statement
from byeori.report.card.limits import limits_of
from byeori.report.card.metadata import card_data, scored_by
from byeori.report.headline import make_headline, verdict
from byeori.report.markdown import escape, fenced, figure, table
from byeori.report.model import Report

__all__ = ["LicenceStatement", "licence_statement", "model_card"]

READING = {
    "better": "higher",
    "worse": "lower",
    "no-difference": "no significant difference",
    "too-few": "too few items",
    "unreliable": "too many unscored: no result",
}


def model_card(report: Report, model: str, *, library_name: str | None = None) -> str:
    """The card of one tuned model: metadata in YAML, then Markdown.

    Args:
        report: of the run that made the model; `byeori.report.from_json` reads one.
        model: id of the tuning stage.
        library_name: what loads the files the card lies beside, as the hub names it: `peft` for an
            adapter, `transformers` for a whole model; None where it lies beside neither.

    Raises:
        KeyError: the run has no such model.
    """
    from huggingface_hub import ModelCard

    tuning = next((t for t in report.tunings if t.id == model), None)
    if tuning is None:
        raise KeyError(model)
    comparisons = scored_by(report, model)
    body = _environment().get_template("model-card.md.j2")
    text = body.render(
        report=report,
        tuning=tuning,
        name=f"{report.name}, {model}",
        headline=make_headline(comparisons),
        comparisons=comparisons,
        licence=licence_statement(report.provenance),
        limits=list(limits_of(report, comparisons)),
        recipe="\n".join(fenced(report.recipe)),
        READING=READING,
    )
    data = card_data(report, tuning, library_name)
    return str(ModelCard(f"---\n{data.to_yaml()}\n---\n\n{text}")).rstrip("\n") + "\n"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("byeori.report", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=select_autoescape(()),  # Markdown: every text goes through `escape`
    )
    environment.filters |= {
        "escape": escape,
        "count": formats.count,
        "ranked": formats.ranked,
        "percent": formats.percent,
        "p_value": formats.p_value,
        "number": formats.number,
        "figure": figure,
        "verdict": verdict,
    }
    environment.globals |= {
        "table": lambda heads, rows: "\n".join(table(heads, rows)),
        "figure_of": lambda difference: figure(difference, difference=True),
        "named": _named,
    }
    return environment


def _named(counts: Mapping[str, int]) -> str:
    """`ko 100, unknown 18`."""
    ranked = formats.ranked(counts)
    return ", ".join(f"{escape(name or 'unknown')} {formats.count(n)}" for name, n in ranked)

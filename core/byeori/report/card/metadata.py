"""The YAML at the top of a model card, through huggingface_hub's own classes."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from byeori.comparison.model import Comparison, Estimate
from byeori.report.card.licences import licence_statement
from byeori.report.model import Report, TuningSummary
from byeori.report.provenance import Provenance

if TYPE_CHECKING:
    from huggingface_hub import EvalResult, ModelCardData

_ON_HUB = re.compile(r"([\w.-]+/[\w.-]+)@[0-9a-f]{40}\[")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def card_data(report: Report, tuning: TuningSummary, library_name: str | None) -> "ModelCardData":
    """The metadata of one tuned model's card; see `byeori.report.model_card`."""
    from huggingface_hub import ModelCardData

    licence = licence_statement(report.provenance)
    return ModelCardData(
        model_name=f"{report.name}-{tuning.id}",
        base_model=hub_base(report.provenance),
        license=licence.identifier,
        license_name=licence.name,
        language=_languages(report.provenance) or None,
        datasets=_datasets(report.provenance) or None,
        library_name=library_name,
        pipeline_tag="text-generation",
        tags=["byeori", tuning.method.replace("/", "-")],
        eval_results=list(_results(report, tuning.id)) or None,
    )


def hub_base(provenance: Provenance) -> str | None:
    """The base's id on the hub; None for a folder or a built-in model."""
    return provenance.base_model if provenance.base_revision else None


def scored_by(report: Report, model: str) -> list[Comparison]:
    """The comparisons that speak of one model: its own against the baseline."""
    return [c for c in report.comparisons if c.model == model]


def _languages(provenance: Provenance) -> list[str]:
    tags = {tag.split("-")[0].lower() for s in provenance.sources for tag in s.languages}
    return sorted(tag for tag in tags if _LANGUAGE.fullmatch(tag))


def _datasets(provenance: Provenance) -> list[str]:
    found = (_ON_HUB.match(origin) for s in provenance.sources for origin in s.origins)
    return sorted({match[1] for match in found if match})


def _results(report: Report, model: str) -> Iterator["EvalResult"]:
    """Scores of the hub's model index, each with its interval and the base's; no unscored ones."""
    from huggingface_hub import EvalResult

    for c in scored_by(report, model):
        if c.tuned is None or c.baseline is None or c.unreliable:
            continue
        yield EvalResult(
            task_type="text-generation",
            task_name=c.evaluator,
            dataset_type=c.evaluator,
            dataset_name=f"{report.name} {c.evaluator} ({c.items} items)",
            metric_type=c.metric,
            metric_name=f"{c.metric} ({100 * c.confidence:g} % interval {_span(c.tuned)})",
            metric_value=round(c.tuned.value, 6),
            metric_args={
                "confidence": c.confidence,
                "items": c.items,
                **_rounded(c.tuned),
                "baseline": {"name": c.baseline_model, **_rounded(c.baseline)},
            },
        )


def _rounded(estimate: Estimate) -> dict[str, Any]:
    ends = (estimate.low, estimate.high)
    interval = [None if end is None else round(end, 6) for end in ends]
    return {"value": round(estimate.value, 6), "interval": interval}


def _span(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return "unknown"
    return f"{estimate.low:.3f} to {estimate.high:.3f}"

"""Metrics of a generated answer, by the name a recipe uses.

The table is closed: it is part of what `generated-answers` promises. A third party's metric is an
evaluator of its own (`byeori_evaluators`), which may derive from `GeneratedAnswers`.
"""

from collections.abc import Callable, Mapping, Sequence

from byeori import Score
from byeori_plugins.evaluators.metrics import (
    answer_language,
    checked,
    extraction,
    numbers,
    structure,
    texts,
)
from byeori_plugins.evaluators.metrics.extraction import extraction_f1
from byeori_plugins.evaluators.metrics.numbers import same as same_quantity
from byeori_plugins.evaluators.metrics.outcome import Measure, Outcome, unscored
from byeori_plugins.evaluators.metrics.settings import Metric, MetricSettings
from byeori_plugins.evaluators.metrics.structure import parsed_value

METRICS: Mapping[str, Callable[[MetricSettings], Measure]] = {
    "exact-match": texts.exact_match,
    "token-f1": texts.token_f1,
    "chrf": texts.chrf,
    "bleu": texts.bleu,
    "rouge-l": texts.rouge_l,
    "numeric": numbers.numeric,
    "json": structure.valid_json,
    "json-schema": structure.meets_schema,
    "extraction-f1": extraction_f1,
    "instructions": checked.strict,
    "instructions-loose": checked.loose,
    "answer-language": answer_language.answer_language,
}
"""Each takes the settings once, and then answers; higher is better.

`chrf` and `bleu` are 0-100 as sacrebleu has them, all others 0-1.
"""

WITHOUT_REFERENCE = frozenset(
    {"json", "json-schema", "instructions", "instructions-loose", "answer-language"}
)
"""Metrics that need no right answer."""


def summaries(
    scores: Sequence[Score], metrics: Sequence[Metric], settings: MetricSettings
) -> dict[str, float]:
    """Figures over all items that are not means of items, of the metrics that have one.

    `corpus_chrf` and `corpus_bleu` as sacrebleu's `corpus_score`; `instruction_level_strict` and
    `_loose`, where each instruction counts alone (Zhou et al. 2023); `micro_f1` over all extracted
    values, and `f1_FIELD` of the fields that are named.
    """
    known = [score for score in scores if score.value is not None]
    found: dict[str, float] = {}
    for metric in metrics if known else ():
        parts = [score.metadata for score in known if score.metric == metric]
        if metric == "chrf":
            found["corpus_chrf"] = texts.corpus_chrf([part["counts"] for part in parts])
        elif metric == "bleu":
            found["corpus_bleu"] = texts.corpus_bleu([part["counts"] for part in parts])
        elif metric in ("instructions", "instructions-loose"):
            name = "strict" if metric == "instructions" else "loose"
            found[f"instruction_level_{name}"] = checked.share_followed(parts)
        elif metric == "extraction-f1":
            found |= extraction.pooled([part["fields"] for part in parts], settings.fields)
    return found


__all__ = [
    "METRICS",
    "WITHOUT_REFERENCE",
    "Measure",
    "Metric",
    "MetricSettings",
    "Outcome",
    "extraction_f1",
    "parsed_value",
    "same_quantity",
    "summaries",
    "unscored",
]

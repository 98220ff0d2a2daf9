"""The evaluators `chemistry/extraction` and `chemistry/compounds`: what was found, and whether."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from byeori import Item, Score
from byeori_chemistry.measurements import same_measurement
from byeori_chemistry.names import needs_formulas, normal_name
from byeori_plugins.evaluators import (
    GeneratedAnswers,
    GeneratedAnswersConfig,
    Measure,
    Outcome,
    extraction_f1,
    parsed_value,
    unscored,
)


class ExtractionConfig(GeneratedAnswersConfig):
    """Settings of `chemistry/extraction`."""

    metrics: tuple[Literal["extraction-f1", "exact-match", "json"], ...] = Field(
        ("extraction-f1",), min_length=1, description="What is measured, each 0-1."
    )
    record_level: int | None = Field(
        2,
        ge=1,
        description="Depth, from 1, at which keys name materials: 2 for the paper's "
        "`{'AEM_MAT': {material: {'WU': value}}}`; null counts a value whatever it belongs to.",
    )
    conditions: bool = Field(
        True,
        description="A value counts only under the condition that the right answer gives (`at "
        "80 °C`); a right answer without one is met under any.",
    )

    @model_validator(mode="after")
    def _formulas(self) -> Self:
        needs_formulas()
        return self


class Extraction(GeneratedAnswers):
    """F1 of extracted values by property, numbers with units, materials by normalised names.

    `0.05 S/cm` is `50 mS cm−1`, `2.1 meq/g` is `2.1 mmol g⁻¹`; `-` is no value. Of answers as JSON
    or as the paper's dictionary.
    """

    name = "extraction"
    version = 1
    config_model = ExtractionConfig
    config: ExtractionConfig

    def measures(self) -> Mapping[str, Measure]:
        """The general metrics, with chemistry's way to compare values and materials."""
        same = partial(same_measurement, conditions=self.config.conditions)
        ours = {"extraction-f1": extraction_f1(self.config, same, normal_name)}
        return {name: ours.get(name, measure) for name, measure in super().measures().items()}


class CompoundsConfig(GeneratedAnswersConfig):
    """Settings of `chemistry/compounds`."""

    metrics: tuple[Literal["compound-f1"], ...] = Field(  # type: ignore[assignment]
        ("compound-f1",), min_length=1, description="What is measured, 0-1."
    )
    names_key: str = Field(
        "Chemnames",
        description="Key of the names in an answer that is JSON or a dictionary. Any other answer "
        "is read as names with commas or line ends between them.",
    )

    @model_validator(mode="after")
    def _formulas(self) -> Self:
        needs_formulas()
        return self


class Compounds(GeneratedAnswers):
    """F1 of the compounds that an answer names, by normalised names and formulas.

    `H₂SO₄` is `H2SO4`, `Poly(phenylene oxide)` is `poly(phenylene-oxide)`; `Co` is not `CO`. A
    right answer without names is met by one without names.
    """

    name = "compounds"
    version = 1
    config_model = CompoundsConfig
    config: CompoundsConfig

    def measures(self) -> Mapping[str, Measure]:
        """One: `compound-f1`."""
        return {"compound-f1": self._f1}

    def _f1(self, answer: str, item: Item) -> Outcome:
        right = names_in(item.reference, self.config.names_key)
        if right is None:
            return unscored("the reference names no compounds in the form that is expected")
        found = names_in(answer, self.config.names_key) or set()
        counts = [len(found & right), len(found - right), len(right - found)]
        return Outcome(f1(counts), {"counts": counts, "missed": sorted(right - found)})

    def summarise(self, scores: Sequence[Score]) -> Mapping[str, float]:
        """`micro_f1`: over the names of all items together."""
        rows = [score.metadata["counts"] for score in scores if score.value is not None]
        return {"micro_f1": f1([sum(row[place] for row in rows) for place in range(3)])}


def f1(counts: Sequence[int]) -> float:
    """F1 of counts found rightly, found wrongly, missed; 1 where there was nothing to find."""
    right, wrong, missed = counts
    return 2 * right / (2 * right + wrong + missed) if any(counts) else 1.0


def names_in(answer: str, key: str) -> set[str] | None:
    """The normalised names of an answer; None where it is a dictionary without the key."""
    try:
        value = parsed_value(answer)
    except (ValueError, RecursionError):
        value = answer.replace("\n", ",").split(",") if answer.strip() else []
    if isinstance(value, Mapping):
        if key not in value:
            return None
        value = value[key]
    listed = list(value.values()) if isinstance(value, Mapping) else _listed(value)
    return {name for name in (normal_name(str(one)) for one in listed) if name}


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple | set) else [value]

"""The benchmarks that the paper names, how each is asked, and where its file lies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_SUFFIXES = (".jsonl", ".json", ".csv", ".tsv", ".parquet")
_LETTERS: Mapping[str, Any] = {"scoring": "letters"}
_ENDINGS: Mapping[str, Any] = {"scoring": "text", "normalise": "characters"}


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One benchmark.

    Attributes:
        name: of its file or folder, and of its row in tables.
        language: of its questions, for averages by language.
        what: what it is, in a few words.
        settings: how `multiple-choice` asks it, where the recipe says nothing else.
        public: whether anyone can have it.
    """

    name: str
    language: str
    what: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    public: bool = True


BENCHMARKS: Mapping[str, Benchmark] = {
    one.name: one
    for one in (
        Benchmark("kmmlu", "ko", "Korean exams in 45 subjects (Son et al. 2024)", _LETTERS),
        Benchmark("kobest", "ko", "BoolQ, COPA, WiC, HellaSwag, SentiNeg (Kim et al. 2022)"),
        Benchmark("haerae", "ko", "Korean culture and language (Son et al. 2023)", _LETTERS),
        Benchmark("kormedmcqa", "ko", "Korean medical licensing (Kweon et al. 2024)", _LETTERS),
        Benchmark("mmlu", "en", "exams in 57 subjects (Hendrycks et al. 2021)", _LETTERS),
        Benchmark("arc", "en", "school science, easy and challenge (Clark et al. 2018)", _ENDINGS),
        Benchmark("hellaswag", "en", "what comes next (Zellers et al. 2019)", _ENDINGS),
        Benchmark("scholar", "en", "named by the paper without a source", _LETTERS, public=False),
        Benchmark("aidabench", "en", "named by the paper without a source", _LETTERS, public=False),
    )
}
"""In the paper's order: four Korean, five English."""


def place_of(folder: Path, name: str) -> Path | None:
    """The file or folder of a benchmark: `kmmlu`, `kmmlu.csv`, ...; None where there is none."""
    names = [name, *(f"{name}{suffix}" for suffix in _SUFFIXES)]
    return next((folder / one for one in names if (folder / one).exists()), None)

"""The paper on instruction tuning for chemistry: its tables beside ours."""

from byeori.reproduction import Paper
from byeori_chemistry.papers.computed import AVERAGES, COUNTS
from byeori_chemistry.papers.tables import (
    DATA_SETS,
    SETTINGS,
    SIZE_KOREAN,
    SIZE_MMLU,
    TUNED_KOREAN,
    TUNED_MMLU,
    TYPES_KOREAN,
    TYPES_MMLU,
)

INSTRUCTION_TUNING = Paper(
    name="instruction-tuning",
    title="화학 도메인에 특화된 거대 언어 모델 구축을 위한 지시어 튜닝",
    authors=("not named in the text at hand",),
    year=2024,
    experiments=(
        DATA_SETS,
        SETTINGS,
        SIZE_MMLU,
        SIZE_KOREAN,
        TUNED_MMLU,
        TUNED_KOREAN,
        TYPES_MMLU,
        TYPES_KOREAN,
        COUNTS,
        AVERAGES,
    ),
)
"""The text at hand names neither its authors nor its journal; the year is that of its sources."""

"""Kim et al. (2024): the paper's tables beside ours."""

from byeori.reproduction import Paper
from byeori_nasa.papers.tables import (
    CATEGORIES,
    F_TEST,
    MEANS,
    POINTS,
    PROMPT,
    QUESTIONS,
    SETTINGS,
    T_TEST,
    TUNED_MEAN,
)

LORA = Paper(
    name="lora",
    title="Instruction Fine-tuning and LoRA Combined Approach for Optimizing Large Language Models",
    authors=("Sang-Gook Kim", "Kyungran Noh", "Hyuk Hahn", "Boong Kee Choi"),
    year=2024,
    experiments=(
        QUESTIONS,
        SETTINGS,
        PROMPT,
        CATEGORIES,
        MEANS,
        TUNED_MEAN,
        T_TEST,
        F_TEST,
        POINTS,
    ),
)
"""Received, revised and accepted in June 2024; the text names no journal."""

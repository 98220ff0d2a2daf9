"""Jeong et al. (2025) on KONI-4B-it: the paper's figures beside ours."""

from byeori.reproduction import Paper
from byeori_science.koni.tables import ARC, AVERAGE, BENCHMARKS_ASKED, GAINS, SEEN, TUNING

KONI = Paper(
    name="koni",
    title="Performance Enhancement of Science and Technology Domain-Specific Language Models "
    "through Instruction Tuning",
    authors=("Chang-Hoo Jeong", "Gwangseon Jang", "Donghun Yang", "Chanuk Lim"),
    year=2025,
    experiments=(TUNING, BENCHMARKS_ASKED, AVERAGE, GAINS, ARC, SEEN),
)
"""The paper has no tables; its figures stand in section II."""

"""What the paper's printed figures are made of: whole numbers of questions, and averages."""

from byeori.reproduction import Computed, Experiment
from byeori_chemistry.papers.tables import (
    DATA,
    KOREAN,
    MMLU,
    SIZE_KOREAN,
    SIZE_MMLU,
    TUNED_KOREAN,
    TYPES_KOREAN,
    TYPES_MMLU,
)

HIGH_SCHOOL, COLLEGE = 203, 100
"""Questions of MMLU's high-school and college chemistry, as the Hugging Face hub has them."""
RIGHT = {
    "Llama2 – 7B": (73, 27),
    "Original": (95, 42),
    "Chat": (87, 39),
    "Original + English": (87, 40),
    "Chat + English": (84, 38),
    "Original + Korean": (90, 42),
    "Chat + Korean": (92, 37),
    "Original + Total": (87, 42),
    "Chat + Total": (85, 39),
}
"""Right answers that give the printed figures of Tables 7, 9 and 11."""


def shares() -> dict[str, tuple[float, float, float]]:
    """Shares of right answers, and their mean, by model."""
    found = {}
    for model, (school, college) in RIGHT.items():
        one, other = school / HIGH_SCHOOL, college / COLLEGE
        found[model] = (one, other, (one + other) / 2)
    return found


COUNTS = Experiment(
    table="Tables 7, 9 and 11 from counts",
    shows="Every F1 on MMLU is a whole number of right answers, out of 203 and of 100 questions: "
    "micro F1, which is accuracy. The average is the mean of the two.",
    columns=MMLU,
    rows={"Llama2 – 7B": SIZE_MMLU.rows["Llama2 – 7B"], **TYPES_MMLU.rows},
    ours=Computed(compute=shares, source="right answers out of 203 and 100 questions"),
)

PRINTED = {
    "Llama2 – 7B (Table 8)": SIZE_KOREAN.rows["Llama2 – 7B"],
    "No tuning (Table 10)": TUNED_KOREAN.rows["No tuning"],
    "Chat (Table 12)": TYPES_KOREAN.rows["Chat"],
    **{data: TUNED_KOREAN.rows[data] for data in DATA},
}
"""F1 on the Korean examinations, as printed: high school, college, professional, average."""


def means() -> dict[str, tuple[float]]:
    """The unweighted mean of the three levels, by model."""
    return {
        model: (sum(map(float, levels)) / len(levels),) for model, (*levels, _) in PRINTED.items()
    }


AVERAGES = Experiment(
    table="Averages of Tables 8, 10 and 12",
    shows="On the Korean examinations the average is not the mean of the levels.",
    columns=KOREAN[-1:],
    rows={model: (average,) for model, (*_, average) in PRINTED.items()},
    ours=Computed(
        compute=means,
        source="the levels' figures in Tables 8 and 10",
        differs="the paper seems to average over questions, of which it gives no numbers; but "
        "0.2741 is above all three of its levels, which no average can be, and one and the same "
        "model has 0.3277 in Table 10 and 0.3227 in Table 12",
    ),
)

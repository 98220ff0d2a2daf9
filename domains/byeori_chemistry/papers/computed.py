"""What the paper's printed figures are made of: whole numbers of questions, and averages."""

from byeori.reproduction import Computed, Experiment

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
    columns=("High School", "College", "Average"),
    rows={
        "Llama2 – 7B": ("0.3596", "0.2700", "0.3148"),
        "Original": ("0.4680", "0.4200", "0.4440"),
        "Chat": ("0.4286", "0.3900", "0.4093"),
        "Original + English": ("0.4286", "0.4000", "0.4143"),
        "Chat + English": ("0.4138", "0.3800", "0.3969"),
        "Original + Korean": ("0.4433", "0.4200", "0.4317"),
        "Chat + Korean": ("0.4532", "0.3700", "0.4116"),
        "Original + Total": ("0.4286", "0.4200", "0.4243"),
        "Chat + Total": ("0.4187", "0.3900", "0.4044"),
    },
    ours=Computed(compute=shares, source="right answers out of 203 and 100 questions"),
)

LEVELS = {
    "Llama2 – 7B (Table 8)": (0.2732, 0.2672, 0.2665),
    "No tuning (Table 10)": (0.3319, 0.3161, 0.3110),
    "Chat (Table 12)": (0.3319, 0.3161, 0.3110),
    "English": (0.3480, 0.3436, 0.3134),
    "Korean": (0.3587, 0.3680, 0.3622),
    "Total": (0.3648, 0.3658, 0.3436),
}
"""F1 on the Korean examinations: high school, college, professional."""


def means() -> dict[str, tuple[float]]:
    """The unweighted mean of the three levels, by model."""
    return {model: (sum(levels) / len(levels),) for model, levels in LEVELS.items()}


AVERAGES = Experiment(
    table="Averages of Tables 8, 10 and 12",
    shows="On the Korean examinations the average is not the mean of the levels.",
    columns=("Average",),
    rows={
        "Llama2 – 7B (Table 8)": ("0.2741",),
        "No tuning (Table 10)": ("0.3277",),
        "Chat (Table 12)": ("0.3227",),
        "English": ("0.3435",),
        "Korean": ("0.3645",),
        "Total": ("0.3655",),
    },
    ours=Computed(
        compute=means,
        source="the levels' figures in Tables 8 and 10",
        differs="the paper seems to average over questions, of which it gives no numbers; but "
        "0.2741 is above all three of its levels, which no average can be, and one and the same "
        "model has 0.3277 in Table 10 and 0.3227 in Table 12",
    ),
)

"""Kim et al. (2024): the paper's tables, and how ours are got."""

from collections.abc import Mapping, Sequence

from byeori.reproduction import (
    Computed,
    Experiment,
    FromRecipe,
    NotRunnable,
    Paper,
    PromptOf,
)

FM = (4, 1, 2, 1, 3, 2, 2, 2, 4, 1)
"""Table 7: GPT-4's points for the foundation model's answers to the ten questions."""
TUNED = (1, 2, 2, 2, 4, 4, 3, 3, 3, 2)
"""Table 7: its points for the fine-tuned model's answers."""
SIDES = ("FM", "Fine-tuned model")
NEEDED = "Questions needed for this difference (not in the paper)"
SEEN = "Smallest difference 10 questions show (not in the paper)"
Rows = Mapping[str, Sequence[float | str | None]]


def t_test() -> Rows:
    """Table 5 from the scores of Table 7, and what so few questions can see."""
    from byeori.statistics import (
        cohens_d_paired,
        detectable_difference,
        paired_t_test,
        required_items,
    )

    test = paired_t_test(FM, TUNED)
    effect = cohens_d_paired(FM, TUNED).statistic
    spread = test.standard_error * test.n**0.5
    return {
        "Mean": (test.mean_a, test.mean_b),
        "Variance": (test.variance_a, test.variance_b),
        "Observations": (test.n, test.n),
        "Pearson Correlation": (test.correlation, None),
        "Hypothesized Mean Difference": (0, None),
        "df": (test.degrees_of_freedom, None),
        "t Stat": (test.statistic, None),
        "P(T<=t) one-tail": (test.p_value_one_sided, None),
        "t Critical one-tail": (test.critical_one_sided, None),
        "P(T<=t) two-tail": (test.p_value, None),
        "t Critical two-tail": (test.critical_two_sided, None),
        NEEDED: (required_items(effect), None),
        SEEN: (detectable_difference(spread, test.n), None),
    }


def f_test() -> Rows:
    """Table 6 from the scores of Table 7."""
    from byeori.statistics import paired_t_test, variance_f_test

    means, test = paired_t_test(FM, TUNED), variance_f_test(FM, TUNED)
    return {
        "Mean": (means.mean_a, means.mean_b),
        "Variance": (test.variance_a, test.variance_b),
        "Observations": (len(FM), len(TUNED)),
        "df": test.degrees_of_freedom,
        "F": (test.statistic, None),
        "P(F<=f) one-tail": (test.p_value, None),
        "F Critical one-tail": (test.critical, None),
    }


def described() -> Rows:
    """Section 4.2.4: mean, standard error and standard deviation of each side."""
    from byeori.statistics import paired_t_test

    test = paired_t_test(FM, TUNED)
    spreads = [variance**0.5 for variance in (test.variance_a, test.variance_b)]
    return {
        "Mean": (test.mean_a, test.mean_b),
        "Standard error": tuple(spread / test.n**0.5 for spread in spreads),
        "Standard deviation": tuple(spreads),
    }


PROMPT = Experiment(
    table="Table 2",
    shows="The prompt that both models were given, here with the first question of Table 1.",
    columns=("Prompt",),
    rows={
        "A Prompt Provided to the Fine-tuned Model": (
            "Below is an instruction that describes a task, paired with an input that provides "
            "further context. Write a response that appropriately completes the request.\n\n"
            "### Instruction:\nYou are a national R&D planning expert and you will answer "
            "questions related to R&D planning inquiries.\n\n### Input:\nWhat is the abstract of "
            "the project related to HighStrainComposite Deployable Radiators for CubeSats?\n\n"
            "### Response:",
        ),
    },
    ours=PromptOf(
        recipe="nasa/lora",
        instruction="You are a national R&D planning expert and you will answer questions related "
        "to R&D planning inquiries.",
        input="What is the abstract of the project related to HighStrainComposite Deployable "
        "Radiators for CubeSats?",
    ),
)

SETTINGS = Experiment(
    table="Section 3.4",
    shows="How the model was tuned.",
    columns=("Setting",),
    rows={
        "Rank": ("32",),
        "Alpha": ("64",),
        "Batch size": ("128",),
        "Micro batch size": ("4",),
        "Cutoff length": ("256",),
        "Epoch": ("3",),
        "Learning rate": ("3e-4",),
        "LR Scheduler": ("Linear",),
        "LoRA Dropout": ("0.05",),
        "Final epoch": ("1.7",),
    },
    ours=FromRecipe(
        recipe="nasa/lora",
        fields={
            "Rank": "tuning.lora.r",
            "Alpha": "tuning.lora.alpha",
            "Batch size": "tuning.lora.batch_size",
            "Micro batch size": "tuning.lora.micro_batch_size",
            "Cutoff length": "tuning.lora.max_length",
            "Epoch": "tuning.lora.epochs",
            "Learning rate": "tuning.lora.learning_rate",
            "LR Scheduler": "tuning.lora.scheduler",
            "LoRA Dropout": "tuning.lora.dropout",
        },
        missing={"Final epoch": "a result of the paper's own training, not a setting"},
    ),
)

CATEGORIES = Experiment(
    table="Table 3",
    shows="Which of the two models GPT-4 found to be more specific, by category.",
    columns=("Base Model", "Fine-tuned Model"),
    rows={
        "Objectives and Roles": ("Contribution Explanation", "Contribution Explanation"),
        "Importance of Research": (
            "Emphasis on Applicability",
            "Emphasis on Specific Applications",
        ),
        "Information Provision": ("Technical Information", "Detailed Information"),
        "Research and Development Direction": ("Technology Potential", "Specific Applications"),
        "Commercial and Industrial Impact": ("Broad Application", "Specific Benefits"),
        "Contribution to NASA Missions": ("Broad Contribution", "Specific Mission Contribution"),
    },
    ours=NotRunnable(
        "It needs a judge of GPT-4's kind, which reads both models' answers; rubric "
        "nasa/similarities asks for the same categories.",
        "byeori run nasa/lora --set documents.0.path=awards.jsonl --set "
        "'evaluators.0={use: judge, rubric: nasa/similarities, "
        "model: {name: MODEL, base_url: URL}}'",
    ),
    notes=("Of each cell the first words are shown here; the paper has a sentence more.",),
)

MEANS = Experiment(
    table="Section 4.2.4",
    shows="Mean, standard error and standard deviation of GPT-4's points.",
    columns=SIDES,
    rows={
        "Mean": ("2.2", "2.6"),
        "Standard error": ("0.3590", "0.3055"),
        "Standard deviation": ("1.1353", "0.9661"),
    },
    ours=Computed(compute=described, source="the scores of Table 7"),
)

T_TEST = Experiment(
    table="Table 5",
    shows="Paired t-test of the two models' points.",
    columns=SIDES,
    rows={
        "Mean": ("2.2", "2.6"),
        "Variance": ("1.288888889", "0.933333333"),
        "Observations": ("10", "10"),
        "Pearson Correlation": ("0.08104409", ""),
        "Hypothesized Mean Difference": ("0", ""),
        "df": ("9", ""),
        "t Stat": ("-0.884651737", ""),
        "P(T<=t) one-tail": ("0.19968068", ""),
        "t Critical one-tail": ("1.833112933", ""),
        "P(T<=t) two-tail": ("0.399361359", ""),
        "t Critical two-tail": ("2.262157163", ""),
        NEEDED: ("", ""),
        SEEN: ("", ""),
    },
    ours=Computed(compute=t_test, source="the scores of Table 7"),
    notes=(
        "With ten questions the paper could not have seen a difference of 0.4: the last two rows "
        "say how many it would have taken, and how large a difference ten show, each with a "
        "chance of 80 % in a two-sided test at 95 % confidence.",
    ),
)

F_TEST = Experiment(
    table="Table 6",
    shows="F-test of the variances of the two models' points.",
    columns=SIDES,
    rows={
        "Mean": ("2.2", "2.6"),
        "Variance": ("1.288888889", "0.933333333"),
        "Observations": ("10", "10"),
        "df": ("9", "9"),
        "F": ("1.380952381", ""),
        "P(F<=f) one-tail": ("0.319200279", ""),
        "F Critical one-tail": ("3.178893104", ""),
    },
    ours=Computed(compute=f_test, source="the scores of Table 7"),
)

POINTS = Experiment(
    table="Table 7",
    shows="GPT-4's points for both models' answers to ten questions.",
    columns=SIDES,
    rows={
        f"Question {number}": (str(base), str(tuned))
        for number, (base, tuned) in enumerate(zip(FM, TUNED, strict=True), start=1)
    },
    ours=NotRunnable(
        "It needs the paper's 13-billion base model and GPT-4 as the judge.",
        "byeori run nasa/lora --set documents.0.path=awards.jsonl --set "
        "base_model.path=davidkim205/komt-llama2-13b-v1 --set base_model.revision=COMMIT",
    ),
)

LORA = Paper(
    name="lora",
    title="Instruction Fine-tuning and LoRA Combined Approach for Optimizing Large Language Models",
    authors=("Sang-Gook Kim", "Kyungran Noh", "Hyuk Hahn", "Boong Kee Choi"),
    year=2024,
    experiments=(PROMPT, SETTINGS, CATEGORIES, MEANS, T_TEST, F_TEST, POINTS),
)
"""Received, revised and accepted in June 2024; the text names no journal."""

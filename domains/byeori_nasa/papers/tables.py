"""The tables of Kim et al. (2024), as printed, and how ours are got."""

from byeori.reproduction import (
    Computed,
    Experiment,
    FromRecipe,
    Measured,
    MetricAt,
    ModelAt,
    NotRunnable,
    PromptOf,
    SameDirection,
)
from byeori_nasa.papers.computed import FM, NEEDED, SEEN, TUNED, described, f_test, t_test

SIDES = ("FM", "Fine-tuned model")
SAME = {
    "Mean": ("2.2", "2.6"),
    "Variance": ("1.288888889", "0.933333333"),
    "Observations": ("10", "10"),
}
"""Rows of Tables 5 and 6 alike."""
MODELS = {"FM": ModelAt("nasa/lora", "base"), "Fine-tuned model": ModelAt("nasa/lora", "lora")}

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

QUESTIONS = Experiment(
    table="Section 3.3",
    shows="How a model was made to write questions and answers.",
    columns=("Setting",),
    rows={
        "Instruction to the model": (
            "You are an API that converts text provided by a user role a single question and "
            "answer in perfect JSON format",
        ),
        "Examples a document": ("2.5",),
        "Examples": ("21,543",),
    },
    ours=FromRecipe(
        recipe="nasa/lora",
        fields={
            "Instruction to the model": "examples.nasa-asked-questions.system",
            "Examples a document": "examples.nasa-asked-questions.per_document",
        },
        missing={"Examples": "as many as your records give"},
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
        "byeori run nasa/lora --set base_model.revision=COMMIT "
        "--set documents.0.path=award_data.csv",
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

TUNED_MEAN = Experiment(
    table="Section 4.2.4 by a run",
    shows="Mean points of both models' answers, by a run of the recipe.",
    columns=SIDES,
    rows={"Mean": ("2.2", "2.6")},
    ours=Measured(
        models=MODELS,
        metrics={"Mean": MetricAt("closest", "match")},
        rule=SameDirection(against="FM"),
        differs="The judge sees both answers without names, in both orders, and projects that "
        "tuning did not show.",
    ),
    tiny=Measured(
        models=MODELS,
        metrics={"Mean": MetricAt("generated-answers", "chrf")},
        rule=SameDirection(against="FM"),
        differs="The small base model and invented awards; chrF (0 to 100) against the record's "
        "own answer stands in for the points of GPT-4 (1 to 5).",
    ),
    notes=("The paper's own difference is not significant: p = 0.40 (Table 5).",),
)

T_TEST = Experiment(
    table="Table 5",
    shows="Paired t-test of the two models' points.",
    columns=SIDES,
    rows={
        **SAME,
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
        **SAME,
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
        "The paper's ten questions and answers are its own; a run has others, and its report shows "
        "each with the judge's points and reason.",
        "byeori run nasa/lora --set base_model.revision=COMMIT "
        "--set documents.0.path=award_data.csv",
    ),
)

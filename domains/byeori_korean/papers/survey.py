"""The survey of Korean instruction tuning: what it says of each system, and its own table."""

from byeori.reproduction import (
    Computed,
    Experiment,
    FromRecipe,
    Measured,
    MetricAt,
    ModelAt,
    NotRunnable,
    PromptOf,
    WithinInterval,
)
from byeori_korean.papers import kullm

KOAT = Experiment(
    table="Section 5.1",
    shows="How K(G)OAT was tuned.",
    columns=("Setting",),
    rows={"Method": ("IA3",), "Epochs": ("4",), "Minutes on two A5000": ("226",)},
    ours=FromRecipe(
        recipe="korean/koat",
        fields={"Method": "tuning.koat.use", "Epochs": "tuning.koat.epochs"},
        missing={"Minutes on two A5000": "a result of its authors' training, not a setting"},
    ),
)

KORANI = Experiment(
    table="Section 5.5",
    shows="What of a conversation KORani learnt from.",
    columns=("Setting",),
    rows={"Exchange": ("first",), "GPUs": ("8",)},
    ours=FromRecipe(
        recipe="korean/korani",
        fields={"Exchange": "examples.instructions.turns"},
        missing={"GPUs": "no setting of a recipe"},
    ),
)

LLAMA_2_KO = Experiment(
    table="Section 5.6",
    shows="The vocabulary of LLaMA-2-Ko.",
    columns=("Tokens",),
    rows={"LLaMA-2": ("32,000",), "LLaMA-2-Ko": ("46,336",)},
    ours=NotRunnable(
        "It needs LLaMA-2's own tokenizer and a Korean corpus; the recipe adds 46,336 - 32,000 = "
        "14,336 tokens.",
        "byeori run korean/llama-2-ko --set base_model.revision=COMMIT "
        "--set documents.0.path=corpus.jsonl",
    ),
)


def _adapter() -> dict[str, tuple[float]]:
    """Prompt vectors of 4,096 in each of the upper 30 of 32 layers, and a gate for each layer."""
    length, layers, width = 10, 30, 4096
    return {"Trainable parameters (millions)": ((length * width + 1) * layers / 1e6,)}


ADAPTER = Experiment(
    table="Section 6.2",
    shows="How much of LLaMA 7B LLaMA-Adapter learns.",
    columns=("Size",),
    rows={"Trainable parameters (millions)": ("1.2",)},
    ours=Computed(compute=_adapter, source="the settings of korean/llama-adapter"),
)

SETTINGS = Experiment(
    table="Section 7.1",
    shows="How the survey's own models were tuned.",
    columns=kullm.SETTINGS.columns,
    rows=kullm.SETTINGS.rows,
    ours=kullm.SETTINGS.ours,
)

PROMPT = Experiment(
    table="Section 7.2",
    shows=kullm.PROMPT.shows,
    columns=kullm.PROMPT.columns,
    rows=kullm.PROMPT.rows,
    ours=PromptOf(
        recipe="korean/kullm",
        instruction="{지시어 입력}",
        input="{입력}",
        differs="The recipe has the template that KULLM published: ###, and 명령어 for 지시어.",
    ),
)

_COLUMNS = (
    "이해 가능성",
    "자연스러움",
    "맥락 유지",
    "맥락 유지 (2)",
    "맥락 유지 (3)",
    "전반적인 품질",
)
_SCALES = (
    "understandability",
    "naturalness",
    "context",
    "interest",
    "instruction-use",
    "overall",
)

TABLE_1 = Experiment(
    table="Table 1",
    shows="Mean points by GPT-4 on 252 tasks, by model.",
    columns=_COLUMNS,
    rows={
        "GPT-3.5-turbo": kullm.TABLE_1.rows["GPT-3.5-turbo"],
        "GPT-4": kullm.TABLE_1.rows["GPT-4"],
        "Ours5.8b": kullm.TABLE_1.rows["KULLM5.8b"],
        "Ours12.8b": kullm.TABLE_1.rows["KULLM12.8b"],
    },
    ours=Measured(
        models={
            "Ours5.8b": ModelAt("korean/kullm", "kullm", overrides=kullm.SMALLER),
            "Ours12.8b": ModelAt("korean/kullm", "kullm"),
        },
        metrics={
            label: MetricAt("kullm", scale) for label, scale in zip(_COLUMNS, _SCALES, strict=True)
        },
        missing={"GPT-3.5-turbo": kullm.CLOSED, "GPT-4": kullm.CLOSED},
        rule=WithinInterval(),
        differs="The rubric's wording is byeori's; names and ranges of its scales are the paper's.",
    ),
    tiny=NotRunnable(
        "It needs a judge of GPT-4's kind, Polyglot-Ko, the three sets translated, and KULLM's "
        "test of 252 tasks.",
        kullm.COMMAND,
    ),
    notes=(
        "The survey prints 맥락 유지 over three columns; by the KULLM paper, whose figures these "
        "are, the second and third are 흥미롭기 and 지시어 사용.",
    ),
)

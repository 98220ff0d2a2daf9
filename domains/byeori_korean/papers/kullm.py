"""The tables of the KULLM paper, as printed, and how ours are got."""

from byeori.reproduction import (
    Experiment,
    FromRecipe,
    Measured,
    MetricAt,
    ModelAt,
    NotRunnable,
    PromptOf,
    WithinInterval,
)
from byeori_korean.papers.rules import BelowAll

SCALES = {
    "이해 가능성": "understandability",
    "자연스러움": "naturalness",
    "맥락 유지": "context",
    "흥미롭기": "interest",
    "지시어 사용": "instruction-use",
    "전반적인 품질": "overall",
}
"""The scales as the paper calls them, and as the rubric does."""
CLOSED = "a closed model; any endpoint can be judged the same way, as a run of its own"
COMMAND = (
    "byeori reproduce korean/kullm --full --set base_model.revision=COMMIT "
    "--set documents.0.path=alpaca_gpt4_data.json"
)
SMALLER = ("base_model.path=EleutherAI/polyglot-ko-5.8b", "name=kullm-5.8b")

CLEANING = Experiment(
    table="Section 3.1",
    shows="How the translated sets were cleaned.",
    columns=("Setting",),
    rows={
        "Language that stays": ("ko",),
        "Shortest instruction": ("10",),
        "Shortest output": ("10",),
        "Pairs of GPT-4-LLM": ("520,000",),
        "Pairs of Dolly": ("150,000",),
        "Pairs of ShareGPT": ("900,000",),
        "Pairs in all": ("1,500,000",),
    },
    ours=FromRecipe(
        recipe="korean/kullm",
        fields={
            "Language that stays": "filters.language.keep",
            "Shortest instruction": "filters.length.min_instruction",
            "Shortest output": "filters.length.min_output",
        },
        missing=dict.fromkeys(
            ("Pairs of GPT-4-LLM", "Pairs of Dolly", "Pairs of ShareGPT", "Pairs in all"),
            "as many as your files give",
        ),
    ),
    notes=(
        "The paper counts 520,000 pairs of GPT-4-LLM and 150,000 of Dolly here (52만, 15만), and "
        "52k of Alpaca in section 6; the published sets have about 52,000 and 15,000.",
    ),
)

PROMPT = Experiment(
    table="Section 3.2",
    shows="The prompt, here with the words the paper puts into its slots.",
    columns=("Prompt",),
    rows={
        "Template": (
            "아래는 작업을 설명하는 명령어와 추가 컨텍스트를 제공하는 입력이 "
            "짝을 이루는 예제입니다. 요청을 적절히 완료하는 응답을 작성하세요.\n\n"
            "지시어: {지시어 입력}\n\n입력: {입력}\n\n응답:",
        ),
    },
    ours=PromptOf(
        recipe="korean/kullm",
        instruction="{지시어 입력}",
        input="{입력}",
        differs="The recipe has the template that KULLM published with its models: headings with "
        "###, and 명령어 in the place of 지시어. A model tuned with it must be asked with it.",
    ),
)

SETTINGS = Experiment(
    table="Section 4.1",
    shows="How the models were tuned.",
    columns=("Setting",),
    rows={
        "LoRA rank": ("16",),
        "LoRA alpha": ("32",),
        "LoRA layers": ("query_key_value",),
        "Learning rate": ("3e-4",),
        "Warm-up": ("5%",),
        "Schedule": ("cosine",),
        "Batch size": ("256",),
        "Epochs": ("5",),
        "GPUs": ("4",),
    },
    ours=FromRecipe(
        recipe="korean/kullm",
        fields={
            "LoRA rank": "tuning.kullm.r",
            "LoRA alpha": "tuning.kullm.alpha",
            "LoRA layers": "tuning.kullm.targets",
            "Learning rate": "tuning.kullm.learning_rate",
            "Warm-up": "tuning.kullm.warmup_ratio",
            "Schedule": "tuning.kullm.scheduler",
            "Batch size": "tuning.kullm.batch_size",
            "Epochs": "tuning.kullm.epochs",
        },
        missing={"GPUs": "no setting of a recipe; byeori launch-script writes how to start on 4"},
    ),
    notes=("bitsandbytes was used; the recipe holds the base in 8 bits (quantise: int8).",),
)

DECODING = Experiment(
    table="Section 4.1, decoding",
    shows="How the models answered.",
    columns=("Setting",),
    rows={
        "temperature": ("0.1",),
        "top k": ("40",),
        "top p": ("0.75",),
        "do sample": ("False",),
        "num beams": ("4",),
        "repetition penalty": ("1.4",),
        "max new tokens": ("400",),
    },
    ours=FromRecipe(
        recipe="korean/kullm",
        fields={
            name: f"evaluators.kullm.{name.replace(' ', '_')}"
            for name in (
                "temperature",
                "top k",
                "top p",
                "do sample",
                "num beams",
                "repetition penalty",
                "max new tokens",
            )
        },
    ),
)

TABLE_1 = Experiment(
    table="Table 1",
    shows="Mean points by GPT-4 on 252 tasks, by model.",
    columns=tuple(SCALES),
    rows={
        "GPT-3.5-turbo": ("0.980", "2.806", "2.849", "2.056", "0.917", "3.905"),
        "GPT-4": ("0.984", "2.897", "2.944", "2.143", "0.968", "4.083"),
        "KoAlapca12.8b": ("0.651", "1.909", "1.901", "1.583", "0.385", "2.575"),
        "KoVicuna7b": ("0.460", "1.583", "1.726", "1.528", "0.409", "2.440"),
        "KULLM5.8b": ("0.754", "2.099", "2.187", "1.746", "0.579", "3.028"),
        "KULLM12.8b": ("0.802", "2.480", "2.310", "1.996", "0.754", "3.325"),
    },
    ours=Measured(
        models={
            "KoAlapca12.8b": ModelAt("korean/koalpaca", "koalpaca"),
            "KoVicuna7b": ModelAt("korean/kovicuna", "kovicuna"),
            "KULLM5.8b": ModelAt("korean/kullm", "kullm", overrides=SMALLER),
            "KULLM12.8b": ModelAt("korean/kullm", "kullm"),
        },
        metrics={label: MetricAt("kullm", scale) for label, scale in SCALES.items()},
        missing={"GPT-3.5-turbo": CLOSED, "GPT-4": CLOSED},
        rule=WithinInterval(),
        differs="The rubric's wording is byeori's; names and ranges of its scales are the paper's.",
    ),
    tiny=NotRunnable(
        "It needs a judge of GPT-4's kind, Polyglot-Ko and LLaMA, the three sets translated, and "
        "KULLM's test of 252 tasks.",
        COMMAND,
    ),
    notes=("KoAlapca is the paper's spelling.",),
)

ALL = "GPT-4-LLM + Dolly + ShareGPT"
STAGES = {
    "GPT-4-LLM": "gpt4",
    "Dolly": "dolly",
    "ShareGPT": "sharegpt",
    "GPT-4-LLM + Dolly": "gpt4-dolly",
    "GPT-4-LLM + ShareGPT": "gpt4-sharegpt",
    "Dolly + ShareGPT": "dolly-sharegpt",
    ALL: "all",
}
FIGURE_1 = Experiment(
    table="Figure 1",
    shows="Which sets, and which of them together, make the best model (section 6).",
    columns=("Model",),
    rows={label: ("highest" if label == ALL else "lower",) for label in STAGES},
    ours=Measured(
        models={label: ModelAt("korean/kullm-ablation", stage) for label, stage in STAGES.items()},
        metrics={"Model": MetricAt("kullm", "overall")},
        rule=BelowAll(ALL),
        differs="The size of the model and the length of each training are not in the paper.",
    ),
    tiny=Measured(
        models={label: ModelAt("korean/kullm-ablation", stage) for label, stage in STAGES.items()},
        metrics={"Model": MetricAt("generated-answers", "exact-match")},
        rule=BelowAll(ALL),
        differs="The small base model; sets about elements that ask for different facts, so that "
        "each single one can answer a third of the test at most; exact matches instead of a judge.",
    ),
    notes=(
        "The paper draws the six scales without figures. It also says that of single sets "
        "GPT-4-LLM is best and Dolly worst, which depends on those very sets: not asked here.",
    ),
)

"""The paper's tables, as printed, and how ours are got: the recipe `chemistry/exams`."""

from collections.abc import Mapping

from byeori.reproduction import (
    Experiment,
    FromRecipe,
    Measured,
    MetricAt,
    ModelAt,
    NotRunnable,
    SameDirection,
)

RECIPE = "chemistry/exams"
DIFFERS = (
    "a model of 1.2 million parameters, and questions about the elements instead of MMLU and "
    "the Korean examinations; levels are by kind of question"
)
FULL = "your own documents and examinations, because LG Chem's are not public"
SIZES = NotRunnable(
    "needs Llama-2 7B and 13B: the small base model has one size",
    "byeori reproduce chemistry --full --set documents.0.path=... (see the recipe)",
)
MMLU = ("High School", "College", "Average")
KOREAN = ("High School", "College", "Professional", "Average")


def _metrics(evaluator: str) -> Mapping[str, MetricAt]:
    # Micro F1 is accuracy where every question is answered, and accuracy is compared item by item.
    average = "mean_of_levels" if evaluator == "english" else "accuracy"
    levels = ("high school", "college", *(("professional",) if evaluator == "korean" else ()))
    found = {level.title(): MetricAt(evaluator, f"micro_f1 {level}") for level in levels}
    return found | {"Average": MetricAt(evaluator, average)}


def _measured(
    models: Mapping[str, ModelAt], evaluator: str, against: str, differs: str = FULL
) -> Measured:
    return Measured(
        models=models,
        metrics=_metrics(evaluator),
        rule=SameDirection(against=against),
        differs=differs,
    )


def _at(model: str, variant: str) -> ModelAt:
    return ModelAt(RECIPE, model, variant=variant)


SIZE_MODELS = {
    "Llama2 – 7B": _at("base", "chat-7b,total"),
    "Llama2 – 13B": _at("base", "chat,total"),
}
"""The 13B row of Tables 7 and 8 is the chat model of Tables 11 and 12."""
DATA = ("English", "Korean", "Total")
TUNED = {data: _at("lora", f"original,{data.casefold()}") for data in DATA}
TYPES = {
    "Original": _at("base", "original,total"),
    "Chat": _at("base", "chat,total"),
    **{f"Original + {data}": model for data, model in TUNED.items()},
    **{f"Chat + {data}": _at("lora", f"chat,{data.casefold()}") for data in DATA},
}
SMALL_CHAT = _at("chat", "from=chat,total")
SMALL_TYPES = {
    **TYPES,
    "Chat": SMALL_CHAT,
    **{f"Chat + {data}": _at("lora", f"from=chat,{data.casefold()}") for data in DATA},
}
MADE = NotRunnable(
    "the documents are LG Chem's own, and a model behind an interface writes the examples",
    "byeori run chemistry/instructions --set documents.0.path=abstracts.jsonl",
)

DATA_SETS = Experiment(
    table="Table 6",
    shows="Examples of each data set.",
    columns=("The number of dataset samples",),
    rows={
        "Summarization and Extraction": ("30,776",),
        "Summarization and Translation": ("1,345",),
        "Information Extraction 1": ("4,035",),
        "Information Extraction 2": ("3,510",),
        "Chemrxiv: Keyword Extraction": ("6,269",),
        "Adnerson_chemistry: Question Answering": ("150",),
        "HydralLM_chemistry: Question Answering with long answers": ("255",),
        "Text Classification": ("12,280",),
    },
    ours=MADE,
)
SETTINGS = Experiment(
    table="Section 3.2",
    shows="How models were tuned; the paper gives neither rank nor rate nor batch.",
    columns=("Setting",),
    rows={"Method": ("LoRA",), "Dropout": ("0",), "Largest model": ("13B",)},
    ours=FromRecipe(
        recipe=RECIPE,
        fields={"Method": "tuning.lora.use", "Dropout": "tuning.lora.dropout"},
        missing={"Largest model": "part of the base model's name, not a setting"},
    ),
)
SIZE_MMLU = Experiment(
    table="Table 7",
    shows="F1 on MMLU chemistry without tuning, by the model's size.",
    columns=MMLU,
    rows={
        "Llama2 – 7B": ("0.3596", "0.2700", "0.3148"),
        "Llama2 – 13B": ("0.4286", "0.3900", "0.4093"),
    },
    ours=_measured(SIZE_MODELS, "english", "Llama2 – 7B"),
    tiny=SIZES,
)
SIZE_KOREAN = Experiment(
    table="Table 8",
    shows="F1 on the Korean examinations without tuning, by the model's size.",
    columns=KOREAN,
    rows={
        "Llama2 – 7B": ("0.2732", "0.2672", "0.2665", "0.2741"),
        "Llama2 – 13B": ("0.3319", "0.3161", "0.3110", "0.3277"),
    },
    ours=_measured(SIZE_MODELS, "korean", "Llama2 – 7B"),
    tiny=SIZES,
)
TUNED_MMLU = Experiment(
    table="Table 9",
    shows="F1 on MMLU chemistry by the data tuned on; `No tuning` is the chat model.",
    columns=MMLU,
    rows={
        "No tuning": ("0.4286", "0.3900", "0.4093"),
        "English": ("0.4286", "0.4000", "0.4143"),
        "Korean": ("0.4433", "0.4200", "0.4317"),
        "Total": ("0.4286", "0.4200", "0.4243"),
    },
    ours=_measured({"No tuning": TYPES["Chat"], **TUNED}, "english", "No tuning"),
    tiny=_measured({"No tuning": SMALL_CHAT, **TUNED}, "english", "No tuning", DIFFERS),
)
TUNED_KOREAN = Experiment(
    table="Table 10",
    shows="F1 on the Korean examinations by the data tuned on; `No tuning` is the chat model.",
    columns=KOREAN,
    rows={
        "No tuning": ("0.3319", "0.3161", "0.3110", "0.3277"),
        "English": ("0.3480", "0.3436", "0.3134", "0.3435"),
        "Korean": ("0.3587", "0.3680", "0.3622", "0.3645"),
        "Total": ("0.3648", "0.3658", "0.3436", "0.3655"),
    },
    ours=_measured({"No tuning": TYPES["Chat"], **TUNED}, "korean", "No tuning"),
    tiny=_measured({"No tuning": SMALL_CHAT, **TUNED}, "korean", "No tuning", DIFFERS),
)
TYPES_MMLU = Experiment(
    table="Table 11",
    shows="F1 on MMLU chemistry, tuned from the original Llama-2 and from its chat model.",
    columns=MMLU,
    rows={
        "Original": ("0.4680", "0.4200", "0.4440"),
        "Chat": ("0.4286", "0.3900", "0.4093"),
        "Original + English": ("0.4286", "0.4000", "0.4143"),
        "Chat + English": ("0.4138", "0.3800", "0.3969"),
        "Original + Korean": ("0.4433", "0.4200", "0.4317"),
        "Chat + Korean": ("0.4532", "0.3700", "0.4116"),
        "Original + Total": ("0.4286", "0.4200", "0.4243"),
        "Chat + Total": ("0.4187", "0.3900", "0.4044"),
    },
    ours=_measured(TYPES, "english", "Original"),
    tiny=_measured(SMALL_TYPES, "english", "Original", DIFFERS),
)
TYPES_KOREAN = Experiment(
    table="Table 12",
    shows="F1 on the Korean examinations, tuned from the original Llama-2 and its chat model.",
    columns=KOREAN,
    rows={
        "Original": ("0.3453", "0.3466", "0.3288", "0.3456"),
        "Chat": ("0.3319", "0.3161", "0.3110", "0.3227"),
        "Original + English": ("0.3480", "0.3436", "0.3134", "0.3435"),
        "Chat + English": ("0.3375", "0.3225", "0.3204", "0.3327"),
        "Original + Korean": ("0.3587", "0.3680", "0.3622", "0.3645"),
        "Chat + Korean": ("0.3610", "0.3681", "0.3524", "0.3655"),
        "Original + Total": ("0.3648", "0.3658", "0.3436", "0.3655"),
        "Chat + Total": ("0.3616", "0.3715", "0.3540", "0.3678"),
    },
    ours=_measured(TYPES, "korean", "Original"),
    tiny=_measured(SMALL_TYPES, "korean", "Original", DIFFERS),
)

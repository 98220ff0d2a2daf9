"""The figures of section II, as printed, and how ours are got."""

from byeori.reproduction import (
    Computed,
    Experiment,
    Measured,
    MetricAt,
    ModelAt,
    NotRunnable,
    SameDirection,
)
from byeori_science.koni.computed import (
    AT_MOST,
    AVERAGES,
    FEWEST,
    NEEDED,
    benchmarks,
    gains,
    seen,
    tuning,
)

SIDES = ("KONI-4B-base", "KONI-4B-it")
ARC_COMMAND = (
    "byeori run science/suite --set evaluators.suite.folder=benchmarks "
    "--set base_model.path=KONI-4B-base --set tuning.tuned.folder=KONI-4B-it"
)

TUNING = Experiment(
    table="Section II, training",
    shows="How many GPUs, kinds of task and languages the tuning has.",
    columns=("Number",),
    rows={"GPUs": ("24",), "Kinds of task named": ("4",), "Languages in balance": ("2",)},
    ours=Computed(
        compute=tuning,
        source="the stage `sft` of the recipe science/koni: nodes times processes, `mix.balance`, "
        "and the kinds of science/tasks",
    ),
    notes=(
        "Batch, length, epochs, learning rate and the number of examples are not in the paper.",
    ),
)

BENCHMARKS_ASKED = Experiment(
    table="Section II, benchmarks",
    shows="How many benchmarks of each language are named.",
    columns=("Benchmarks",),
    rows={"Korean": ("4",), "English": ("5",)},
    ours=Computed(compute=benchmarks, source="the benchmarks of the evaluator science/suite"),
    notes=(
        "kmmlu, kobest, haerae, kormedmcqa; mmlu, arc, hellaswag, scholar, aidabench. Their own "
        "figures are not printed, so that the average cannot be computed again from its parts.",
    ),
)

AVERAGE = Experiment(
    table="Section II, average",
    shows="The average over the nine benchmarks, in percent.",
    columns=SIDES,
    rows={"Average": AVERAGES},
    ours=Measured(
        models={
            "KONI-4B-base": ModelAt("science/koni", "base"),
            "KONI-4B-it": ModelAt("science/koni", "sft"),
        },
        metrics={"Average": MetricAt("suite", "average", scale=100)},
        rule=SameDirection(against="KONI-4B-base"),
        differs="a model of 1.2 million parameters and four small exams in the tiny run, two of "
        "them of the field, against nine benchmarks; the paper's base has its continued "
        "pre-training behind it, which is the first stage here",
    ),
)

GAINS = Experiment(
    table="Section II, gains",
    shows="The gains that the paper states, in points.",
    columns=("Gain",),
    rows={"Average": ("1.08",), "One benchmark": ("7.33",)},
    ours=Computed(compute=gains, source="56.08 and 57.16; 66.00 and 73.33"),
    notes=("The name of the one benchmark does not stand in the text at hand.",),
)

ARC = Experiment(
    table="Section II, arc_challenge",
    shows="The gain on arc_challenge, in points.",
    columns=("Gain",),
    rows={"arc_challenge": ("2.52",)},
    ours=NotRunnable(
        "It needs both models of KISTI, arc_challenge and an accelerator.", ARC_COMMAND
    ),
)

SEEN = Experiment(
    table="Section II, what so many questions can show",
    shows="What the printed figures say of how sure the gains are; none of it is in the paper.",
    columns=("Questions",),
    rows={FEWEST: ("",), AT_MOST: ("",), NEEDED: ("",)},
    ours=Computed(compute=seen, source="66.00 and 73.33, taken for shares of right answers"),
)

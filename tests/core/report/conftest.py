"""A report as a run would fill it: four measures of one tuned model and one merged one."""

import random

import pytest

from byeori import Item, Score
from byeori.comparison import CompareSettings, Comparison, Estimate, compare
from byeori.comparison.contests import Entry, contests
from byeori.report import (
    ComponentUsed,
    Drop,
    LossPoint,
    MixtureRow,
    PluginUsed,
    Provenance,
    Report,
    SourceUsed,
    StepCounts,
    Timing,
    TuningSummary,
    make_headline,
    pick_answers,
)
from byeori.report.sweep import Repetition, Row, SweepReport, VariantSummary, first_words
from byeori.statistics import macro_f1

ELEMENTS = ["수소", "헬륨", "리튬", "탄소", "질소", "산소", "철", "구리", "은", "금"]
ANSWERS = {
    "base": "The element is a country in the north of Europe.",
    "lora": "원자 번호는 26이며 기호는 Fe입니다.",
    "ia3": "Fe",
}
CHANCE = {"base": 0.26, "lora": 0.86, "ia3": 0.55}


@pytest.fixture(scope="session")
def items() -> list[Item]:
    return [
        Item(
            id=f"item-{n:03}",
            instruction=f"{ELEMENTS[n % 10]}의 원자 번호와 기호를 쓰시오."
            if n % 2
            else f"Which symbol does element {n} have?",
            reference="26, Fe",
            choices=("Fe", "Au", "Cu", "Ag") if n % 3 == 0 else (),
            task="symbol" if n % 3 else "number",
            language="ko" if n % 2 else "en",
            document_id=f"document-{n // 3}",
        )
        for n in range(150)
    ]


@pytest.fixture(scope="session")
def scores(items: list[Item]) -> list[Score]:
    draw = random.Random(7)
    rows: list[Score] = []
    for model, chance in CHANCE.items():
        for item in items:
            right = float(draw.random() < chance)
            overlap = min(1.0, max(0.0, draw.gauss(chance * 0.8, 0.15)))
            graded = round(min(5.0, max(1.0, draw.gauss(2.9 + 0.1 * chance, 1.0))))
            values = {
                ("choice", "accuracy"): right,
                ("answers", "chrf"): overlap,
                ("judge", "rating"): None if draw.random() < 0.02 else float(graded),
                ("other-facts", "accuracy"): float(draw.random() < 0.98 - 0.1 * chance),
            }
            for (evaluator, metric), value in values.items():
                rows.append(
                    Score(
                        item_id=item.id,
                        model=model,
                        evaluator=evaluator,
                        metric=metric,
                        value=value,
                        prediction=ANSWERS[model] if right else "모르겠습니다.",
                        reference=item.reference,
                        metadata={"choice": right},
                    )
                )
    return rows


def _choice_f1(scores: list[Score]) -> dict[str, float]:
    return {"macro-f1": macro_f1([s.value for s in scores], [1.0] * len(scores))}


@pytest.fixture(scope="session")
def comparisons(items: list[Item], scores: list[Score]) -> list[Comparison]:
    return compare(
        scores,
        CompareSettings(),
        summarise={"choice": _choice_f1},
        groups={item.id: (item.task, item.language) for item in items},
        clusters={item.id: item.document_id for item in items},
        seed=42,
    )


@pytest.fixture(scope="session")
def report(items: list[Item], scores: list[Score], comparisons: list[Comparison]) -> Report:
    return Report(
        name="chemistry-demo",
        description="The facts of 118 elements, in Korean and English, turned into questions; "
        "LoRA and IA3 tuning of a small base model; elements held out for the test.",
        headline=make_headline(comparisons),
        steps=(
            StepCounts("documents", "Documents", 118, unit="documents"),
            StepCounts("examples", "Examples", 2_832, unit="examples"),
            StepCounts(
                "filters",
                "Filters",
                2_518,
                314,
                {"near duplicate of an earlier example": 268, "answer longer than 256 tokens": 46},
                (Drop("3fe1c0aa91b2d3e4", "near duplicate of an earlier example", "철의 기호는?"),),
                unit="examples",
            ),
            StepCounts(
                "split",
                "Split by document",
                2_518,
                parts={"train": 1_703, "validation": 171, "test": 644},
                unit="examples",
            ),
            StepCounts(
                "leakage",
                "Leakage removal",
                1_689,
                14,
                {"overlaps with an evaluation item": 14},
                unit="training examples",
            ),
        ),
        tunings=(_tuning("lora", 81_920), _tuning("ia3", 6_272)),
        comparisons=tuple(comparisons),
        answers=pick_answers(scores, items, limit=4),
        provenance=Provenance(
            byeori_version="0.1.0",
            seed=42,
            base_model="builtin:tiny",
            base_fingerprint="9b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e",
            plugins=(PluginUsed("builtin", "byeori", "0.1.0"),),
            components=(ComponentUsed("documents.0", "jsonl", 1), ComponentUsed("lora", "lora", 2)),
            base_licence="apache-2.0",
            prompt="alpaca",
            sources=(
                SourceUsed(
                    stage="documents.0",
                    use="jsonl",
                    documents=118,
                    origins={"elements.jsonl": 118},
                    licences={"CC0-1.0": 100, "": 18},
                    languages={"ko": 60, "en": 58},
                ),
            ),
            licences={"CC0-1.0": 100, "": 18},
            packages={"peft": "0.21.2", "torch": "2.13.0", "transformers": "5.23.0"},
            platform="Python 3.11.9, Linux x86_64",
        ),
        recipe="name: chemistry-demo\nbase_model: {path: builtin:tiny}\nseed: 42\n"
        "documents:\n  - {use: jsonl, path: elements.jsonl}\n"
        "tuning:\n  - {id: lora, use: lora, r: 16}  # 벼리\n",
        timings=(Timing("documents", 0.2, reused=True), Timing("lora", 83.4)),
    )


@pytest.fixture(scope="session")
def sweep_report(
    items: list[Item], scores: list[Score], comparisons: list[Comparison]
) -> SweepReport:
    """Two variants with one model each, and one that failed."""
    clusters = {item.id: item.document_id for item in items}
    rows = tuple(
        Row(name=c.model, variants=(c.model,), model=c.model, comparison=c) for c in comparisons
    )
    entries = [
        Entry(c.model, c.evaluator, c.metric, "", [s for s in scores if _of(s, c)])
        for c in comparisons
        if c.kind == "metric"
    ]
    between = contests(entries, CompareSettings(), clusters=clusters)
    summaries = tuple(
        VariantSummary(name=name, settings={"method": name}, plan="0" * 32)
        for name in ("lora", "ia3")
    )
    failed = VariantSummary(
        name="broken", settings={"method": "full"}, plan="1" * 32, problem="out of memory"
    )
    title, lines = first_words((*summaries, failed), rows, between, CompareSettings())
    return SweepReport(
        name="chemistry-methods",
        title=title,
        lines=lines,
        variants=(*summaries, failed),
        rows=rows,
        contests=tuple(between),
        repetitions=(
            Repetition(
                evaluator="choice",
                metric="accuracy",
                name="lora",
                variants=("lora", "ia3"),
                values=(0.86, 0.84),
                differences=(0.6, 0.58),
                value=Estimate(0.85, standard_deviation=0.014),
                difference=Estimate(0.59, standard_deviation=0.014),
            ),
        ),
        byeori_version="0.1.0",
        plan="2" * 32,
        recipe="name: chemistry-methods\nsweep:\n  tuning.0: []  # 벼리\n",
    )


def _of(score: Score, comparison: Comparison) -> bool:
    return (score.model, score.evaluator, score.metric) == (
        comparison.model,
        comparison.evaluator,
        comparison.metric,
    )


def _tuning(name: str, trainable: int) -> TuningSummary:
    draw = random.Random(name)
    losses = tuple(
        LossPoint(
            step,
            0.35 + 4.2 * 0.985**step + draw.gauss(0, 0.06),
            0.55 + 3.9 * 0.985**step if step % 50 == 0 else None,
            3e-4 * (1 - step / 300),
        )
        for step in range(5, 301, 5)
    )
    return TuningSummary(
        id=name,
        method=name,
        config={"r": 16, "alpha": 32, "learning_rate": 3e-4, "target_modules": ["q_proj"]},
        trainable_parameters=trainable,
        total_parameters=1_066_112,
        train_examples=1_689,
        supervised_tokens=21_402,
        steps=300,
        losses=losses,
        mixture=(
            MixtureRow(
                group="<b>ko</b>, qa",
                available=589,
                per_epoch=1_100,
                seen=3_300,
                supervised_tokens_seen=41_402,
            ),
        ),
    )

"""A whole training on selected and mixed examples, and what it records of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from byeori import Context, Document, Example, ModelRef, RecipeError, TuningData

Make = Callable[..., Any]

DOCUMENTS = [
    Document(
        text="t", id=f"d{n}", origin=f"{name}.jsonl:{n + 1}", metadata={"corpus": name, "year": n}
    )
    for n, name in enumerate(["dolly", "dolly", "share", "share"])
]
EXAMPLES = [
    Example(
        instruction=f"What is {n}?",
        output=f"It is {n}." if n % 2 else "네.",
        language="en" if n % 2 else "ko",
        generator="templates",
        document_id=f"d{n % 4}" if n < 12 else "",
        id=f"e{n}",
    )
    for n in range(16)
]
DATA = TuningData(train=EXAMPLES, validation=EXAMPLES[:2], documents=DOCUMENTS)


@pytest.fixture
def record(make_method: Make, ref: ModelRef, context: Context) -> Make:
    def train(**settings: Any) -> Any:
        make_method("ia3", **settings).tune(ref, DATA, context)
        return json.loads((context.output / "training.json").read_text())

    return train


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ({"source": "dolly.jsonl"}, 6),
        ({"source": ["dolly.jsonl", ""]}, 10),
        ({"metadata": {"corpus": "share"}}, 6),
        ({"metadata": {"corpus": "dolly", "year": [0, 3]}}, 3),
        ({"generator": "templates", "language": "ko"}, 8),
    ],
)
def test_examples_are_selected_by_where_they_come_from(
    where: dict[str, Any], count: int, record: Make
) -> None:
    told = record(where=where, max_steps=1)
    assert told["train_examples"] == count
    assert told["dropped"]["train"] == {"not selected by `where`": 16 - count}
    assert "mixture" not in told


def test_a_value_that_no_example_has_is_a_mistake_that_lists_those_there_are(record: Make) -> None:
    with pytest.raises(RecipeError) as error:
        record(where={"metadata": {"corpus": "dolyl"}, "source": "share.jsonl"})
    assert "lora.where.metadata.corpus: no training example has 'dolyl'" in str(error.value)
    assert "there are dolly (6), share (6), (none) (4)" in str(error.value)
    assert "source" not in str(error.value)


def test_the_record_says_how_often_each_group_was_learnt(record: Make) -> None:
    mix = {"by": "metadata.corpus", "weights": {"dolly": 3, "share": 1, "": 0}}
    told = record(mix=mix, epochs=2, batch_size=4)
    assert told["steps"] == 8
    assert [(row["group"], row["available"], row["per_epoch"], row["seen"])
            for row in told["mixture"]] == [("dolly", 6, 12, 24), ("share", 6, 4, 8)]  # fmt: skip


def test_replayed_examples_are_learnt_though_where_leaves_them_out(record: Make) -> None:
    replay = {"where": {"language": "en"}, "share": 0.2}
    told = record(where={"language": "ko"}, mix={"replay": replay}, epochs=1)
    assert told["train_examples"] == 16
    assert {row["group"]: row["per_epoch"] for row in told["mixture"]} == {"replay": 2, "others": 8}
    assert told["validation_examples"] == 1


def test_replay_needs_no_where_and_is_told_what_there_is(record: Make) -> None:
    told = record(mix={"replay": {"where": {"language": "en"}, "share": 0.2}}, epochs=1)
    assert {row["group"]: row["per_epoch"] for row in told["mixture"]} == {"replay": 2, "others": 8}
    with pytest.raises(RecipeError, match=r"no training example has 'fr'; there are ko \(8\)"):
        record(mix={"replay": {"where": {"language": "fr"}, "share": 0.2}}, epochs=1)


def test_a_mixed_run_gives_the_same_bytes_again_and_another_model_than_an_unmixed_one(
    make_method: Make,
    ref: ModelRef,
    context_in: Callable[[str], Context],
    folder_bytes: Callable[[Path], dict[str, bytes]],
) -> None:
    made = []
    for name, mix in (("one", 3), ("two", 3), ("other", 1)):
        context = context_in(name)
        settings = {"by": "language", "weights": {"ko": mix, "en": 1}}
        make_method("ia3", mix=settings).tune(ref, DATA, context)
        made.append(folder_bytes(context.output))
    weights = "adapter/adapter_model.safetensors"
    assert made[0] == made[1]
    assert made[0][weights] != made[2][weights]

"""Groups of examples in the parts that were asked for, exactly and reproducibly."""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from byeori import Document, Example, RecipeError, TuningData
from byeori_plugins.tuning import TrainingConfig
from byeori_plugins.tuning.data.mixing import mixture_of
from byeori_plugins.tuning.data.mixture import Mixture, make_mixture
from byeori_plugins.tuning.data.order import Order, order_of_run
from byeori_plugins.tuning.data.tokens import Tokens

DOCUMENTS = [
    Document(text="t", id="d0", origin="dolly.jsonl:3", metadata={"corpus": "dolly"}),
    Document(text="t", id="d1", origin="sharegpt.jsonl:9", metadata={"corpus": "sharegpt"}),
]


def rows(**counts: int) -> list[Example]:
    """So many examples of each language, in turn; Korean ones of two tasks, of two documents."""
    return [
        Example(
            instruction=f"{language} {n}",
            output="a",
            language=language,
            task="qa" if n % 3 else "sum",
            document_id=f"d{n % 2}",
            metadata={"level": n % 5},
            id=f"{language}{n}",
        )
        for language, count in counts.items()
        for n in range(count)
    ]


def tokens_of(examples: Sequence[Example]) -> Tokens:
    """As if every example had a prompt of 5 tokens and an answer by its language."""
    tokens = Tokens(Path("unused"))
    for row, example in enumerate(examples):
        tokens.prompts.append(5)
        tokens.offsets.append(tokens.offsets[-1] + 5 + (30 if example.language == "ko" else 10))
        tokens.rows.append(row)
    assert isinstance(tokens.rows, array)
    return tokens


def mixed(examples: Sequence[Example], seed: int = 1, **settings: Any) -> Mixture:
    config = TrainingConfig.model_validate(settings)
    assert config.mix is not None
    data = TuningData(train=examples, validation=[], documents=DOCUMENTS)
    return mixture_of(config.mix, config, tokens_of(examples), data, "lora", seed)


def per_epoch(mixture: Mixture) -> dict[str, int]:
    return {group.label: group.count for group in mixture.groups}


def languages(mixture: Mixture, examples: Sequence[Example], number: int = 0) -> Counter[str]:
    return Counter(examples[i].language for i in mixture.epoch(number))


def test_weights_are_proportions_of_an_epoch_of_as_many_examples_as_there_are() -> None:
    examples = rows(ko=30, en=90)
    mixture = mixed(examples, mix={"by": "language", "weights": {"ko": 0.5, "en": 0.5}})
    assert mixture.size == 120
    assert all(languages(mixture, examples, n) == {"ko": 60, "en": 60} for n in range(4))


def test_a_weight_of_0_leaves_a_group_out() -> None:
    examples = rows(ko=30, en=90)
    mixture = mixed(examples, mix={"by": "language", "weights": {"ko": 1, "en": 0}})
    assert languages(mixture, examples) == {"ko": 120}


def test_weights_may_count_the_tokens_that_are_learnt() -> None:
    mix = {"by": "language", "weights": {"ko": 0.5, "en": 0.5}, "unit": "supervised_tokens"}
    mixture = mixed(rows(ko=30, en=90), mix=mix)
    assert per_epoch(mixture) == {"en": 90, "ko": 30}  # 90 answers of 10 tokens, 30 of 30
    order = order_of_run(TrainingConfig(epochs=2), mixture, [""] * 120, 1)
    table = mixture.table(order, tokens_of(rows(ko=30, en=90)).supervised_lengths)
    assert table == [
        {"group": "en", "available": 90, "per_epoch": 90, "seen": 180,
         "supervised_tokens_seen": 1800},
        {"group": "ko", "available": 30, "per_epoch": 30, "seen": 60,
         "supervised_tokens_seen": 1800},
    ]  # fmt: skip


def test_a_temperature_raises_the_part_of_small_groups() -> None:
    mixture = mixed(rows(ko=10, en=90), mix={"by": "language", "temperature": 2})
    assert per_epoch(mixture) == {"en": 75, "ko": 25}  # 3 to 1, the square roots of 9 to 1


def test_a_balance_makes_languages_equal_and_tasks_within_them() -> None:
    mixture = mixed(rows(ko=30, en=90), mix={"balance": ["language", "task"], "size": 80})
    assert per_epoch(mixture) == {"en, qa": 20, "en, sum": 20, "ko, qa": 20, "ko, sum": 20}


def test_sources_have_their_own_epochs() -> None:
    examples = rows(en=20)
    mix = {"by": "source", "epochs_per": {"dolly.jsonl": 2.5, "sharegpt.jsonl": 0.5}}
    assert per_epoch(mixed(examples, mix=mix)) == {"dolly.jsonl": 25, "sharegpt.jsonl": 5}
    mix = {"by": "metadata.corpus", "epochs_per": {"dolly": 2}}
    assert per_epoch(mixed(examples, mix=mix)) == {"dolly": 20, "sharegpt": 10}


def test_replay_has_its_share_and_goes_on_where_the_last_epoch_ended() -> None:
    examples = rows(ko=90, en=100)
    replay = {"where": {"language": "en"}, "share": 0.1}
    mixture = mixed(examples, mix={"replay": replay})
    assert per_epoch(mixture) == {"replay": 10, "others": 90}
    epochs = [mixture.epoch(n) for n in range(10)]
    replayed = [i for epoch in epochs for i in epoch if examples[i].language == "en"]
    assert sorted(replayed) == list(range(90, 190))  # all of them once before any comes again
    weights = {"by": "task", "weights": {"qa": 1, "sum": 1}, "replay": replay, "size": 100}
    assert per_epoch(mixed(examples, mix=weights)) == {"replay": 10, "qa": 45, "sum": 45}


def test_replay_may_be_counted_in_tokens() -> None:
    replay = {"where": {"language": "en"}, "share": 0.5}
    mixture = mixed(rows(ko=30, en=100), mix={"replay": replay, "unit": "supervised_tokens"})
    assert per_epoch(mixture) == {"replay": 90, "others": 30}


@given(
    counts=st.lists(st.integers(1, 30), min_size=1, max_size=4),
    parts=st.lists(st.integers(0, 50), min_size=4, max_size=4).filter(any),
    together=st.sampled_from([4, 1]),
    epochs=st.integers(1, 5),
    seed=st.integers(0, 2**32),
)
def test_no_example_of_a_group_comes_twice_more_than_another(
    counts: list[int], parts: list[int], together: int, epochs: int, seed: int
) -> None:
    starts = np.cumsum([0, *counts])
    members = {(f"g{n}",): range(starts[n], starts[n + 1]) for n in range(len(counts))}
    wanted = {(f"g{n}",): parts[n] for n in range(len(counts))}
    documents = [f"d{n // 3}" for n in range(starts[-1])]
    mixture = make_mixture(members, wanted, documents, together, None, seed)
    if not mixture.size:
        return
    entries = np.concatenate([mixture.epoch(n) for n in range(epochs)])
    seen = np.bincount(entries, minlength=starts[-1])
    for path, positions in members.items():
        of_group = seen[list(positions)]
        assert of_group.sum() == wanted[path] * epochs
        assert of_group.max() - of_group.min() <= 1


def test_the_seed_alone_decides_and_epochs_differ() -> None:
    settings: dict[str, Any] = {"mix": {"by": "language", "weights": {"ko": 1, "en": 3}}}
    examples = rows(ko=30, en=90)
    first, again, other = (mixed(examples, seed, **settings) for seed in (1, 1, 2))
    assert first.epoch(3).tolist() == again.epoch(3).tolist() != other.epoch(3).tolist()
    assert first.epoch(0).tolist() != first.epoch(1).tolist()


def test_documents_stay_together_but_not_an_example_and_its_repetition() -> None:
    examples = [replace(e, document_id=f"d{n // 4}") for n, e in enumerate(rows(ko=40))]
    mixture = mixed(examples, mix={"by": "language", "epochs_per": {"ko": 2}})
    entries = mixture.epoch(0).tolist()
    blocks = [entries[n : n + 4] for n in range(0, 80, 4)]
    assert all(len(set(block)) == 4 for block in blocks)
    assert all(len({examples[i].document_id for i in block}) == 1 for block in blocks)


def test_a_curriculum_puts_easy_examples_first() -> None:
    examples = rows(ko=20, en=20)
    by_length = mixed(examples, mix={"curriculum": "length"}).epoch(1)
    assert [examples[i].language for i in by_length] == ["en"] * 20 + ["ko"] * 20
    assert mixed(examples, mix={"curriculum": "order"}).epoch(0).tolist() == list(range(40))
    by_level = mixed(examples, mix={"curriculum": "metadata.level"}).epoch(0)
    levels = [examples[i].metadata["level"] for i in by_level]
    assert levels == sorted(levels)
    assert by_level.tolist() != sorted(range(40), key=lambda i: examples[i].metadata["level"])


def test_a_run_shorter_than_an_epoch_has_the_proportions_too() -> None:
    mix = {"by": "language", "weights": {"ko": 0.5, "en": 0.5}}
    examples = rows(ko=300, en=900)
    mixture = mixed(examples, mix=mix, max_steps=10, batch_size=8)
    order = order_of_run(
        TrainingConfig(max_steps=10, batch_size=8), mixture, [e.document_id for e in examples], 1
    )
    assert Counter(examples[i].language for i in order.entries) == {"ko": 40, "en": 40}


def test_the_table_counts_only_the_steps_that_were_done() -> None:
    mixture = mixed(rows(ko=10, en=10), mix={"by": "language", "weights": {"ko": 1, "en": 1}})
    seen = [row["seen"] for row in mixture.table(Order(mixture.epoch(0)[:7], 4), [1] * 20)]
    assert sum(seen) == 7


WRONG_DATA = {
    "weights: no language is 'fr'; there are 'en' (9 examples), 'ko' (3 examples)": {
        "by": "language", "weights": {"fr": 1, "ko": 1, "en": 1},
    },
    "weights: language 'en' has no weight (0 leaves it out)": {
        "by": "language", "weights": {"ko": 1},
    },
    "epochs_per: no task is 'chat'": {"by": "task", "epochs_per": {"chat": 2}},
    "epochs_per: is 0 for every group": {"by": "language", "epochs_per": {"ko": 0, "en": 0}},
    "by: no training example has a metadata.corpsu": {
        "by": "metadata.corpsu", "temperature": 2,
    },
    "balance.1: no training example has a metadata.x": {"balance": ["language", "metadata.x"]},
    "size: an epoch of 12 examples is too small for the part of 'ko'": {
        "by": "language", "weights": {"ko": 0.01, "en": 0.99},
    },
    "replay.where: selects no training example": {
        "replay": {"where": {"language": "fr"}, "share": 0.1},
    },
    "replay.where: selects every training example": {
        "replay": {"where": {"language": ["ko", "en"]}, "share": 0.1},
    },
    "curriculum: example ko0 (document d0) has corpus: 'dolly', which is no number": {
        "curriculum": "metadata.corpus",
    },
}  # fmt: skip


@pytest.mark.parametrize(("message", "mix"), WRONG_DATA.items(), ids=list(WRONG_DATA))
def test_what_the_examples_cannot_meet_is_a_mistake_that_says_what_there_is(
    message: str, mix: dict[str, Any]
) -> None:
    with pytest.raises(RecipeError) as error:
        mixed(rows(ko=3, en=9), mix=mix)
    assert f"lora.mix.{message}" in str(error.value)


CONTRADICTIONS = {
    "weights and temperature say how often": {
        "by": "task", "weights": {"a": 1}, "temperature": 2,
    },
    "weights needs `by`": {"weights": {"a": 1}},
    "every weight is 0": {"by": "task", "weights": {"a": 0}},
    "is below 0": {"by": "task", "weights": {"a": -1}},
    "by is only for weights": {"balance": ["language"], "by": "task"},
    "'topic' is not one of language, task": {"by": "topic", "temperature": 2},
    "and each once": {"balance": ["task", "task"]},
    "size does not go with epochs_per": {"by": "task", "epochs_per": {"a": 2}, "size": 9},
    "unit needs parts": {"curriculum": "length", "unit": "supervised_tokens"},
    "nothing is said": {"unit": "examples"},
    "replay everything": {"replay": {"where": {}, "share": 0.5}},
    "less than 1": {"replay": {"where": {"task": "a"}, "share": 1.0}},
    "is not one of length, order": {"curriculum": "hardest"},
}  # fmt: skip


@pytest.mark.parametrize(("message", "mix"), CONTRADICTIONS.items(), ids=list(CONTRADICTIONS))
def test_settings_that_contradict_each_other_are_refused_before_anything_runs(
    message: str, mix: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as error:
        TrainingConfig.model_validate({"mix": mix})
    assert message in str(error.value)


def test_a_curriculum_is_not_shuffled_as_well() -> None:
    with pytest.raises(ValidationError, match=r"mix\.curriculum and shuffle"):
        TrainingConfig.model_validate({"mix": {"curriculum": "length"}, "shuffle": "examples"})

"""Vocabulary extension: new tokens are reached and used, and old texts stay as they were."""

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from byeori import Context, DataError, Document, ModelRef, PromptTemplate, TuningData
from byeori.models import load
from byeori_plugins.tuning import Vocabulary, Where
from byeori_plugins.tuning.vocabulary.extending import core_of, extended
from byeori_plugins.tuning.vocabulary.learning import learn_pieces
from byeori_plugins.tuning.vocabulary.segmenting import Segmenter
from byeori_plugins.tuning.vocabulary.training import times_made, trained_merges

Make = Callable[..., Any]
SHORT = PromptTemplate(name="short", template="Q: {{ instruction }}\nA: ")
KOREAN = [
    "대학교에서 화학을 배우는 대학생은 대학교 도서관에서 원소를 찾는다.",
    "원소의 이름은 대학교에서 배운다. 화학은 원소를 다룬다 3.14 H2O!",
    "대학생이 원소의 화학을 배우고, 도서관의 책에서 화학을 찾는다.\n원소 26은 철이다.",
]
ENGLISH = ["the chemistry of the elements", "a student reads the book in the library"]
CASES = [" ", "\n", "3", ".", "é", "é", "漢", "🙂", "</s>", "▁", "<0x41>", "\u3000", "Ġ"]
TEXT = st.lists(
    st.sampled_from([*" ".join(KOREAN + ENGLISH).split(), *CASES]) | st.text(max_size=3), max_size=8
).map("".join)
KINDS = ["byte-level", "whole-text", "metaspace"]


@functools.cache
def core(kind: str) -> Tokenizer:
    """A tokenizer that knows some English: like GPT-2's, Llama 2's, or a newer Llama's."""
    made = Tokenizer(models.BPE(unk_token=None if kind == "byte-level" else "<unk>"))
    special = ["<unk>", "<s>", "</s>"]
    if kind == "byte-level":
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(
            vocab_size=320, special_tokens=special, initial_alphabet=alphabet, show_progress=False
        )
        made.train_from_iterator([*ENGLISH, "이 이름"] * 3, trainer)
        return made
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    trainer = trainers.BpeTrainer(vocab_size=80, special_tokens=special, show_progress=False)
    made.train_from_iterator([*ENGLISH, "이"] * 3, trainer)
    parts = json.loads(made.to_str())
    vocabulary = parts["model"]["vocab"]
    vocabulary |= {f"<0x{n:02X}>": len(vocabulary) + n for n in range(256)}
    parts["model"] |= {"byte_fallback": True, "fuse_unk": True}
    made = Tokenizer.from_str(json.dumps(parts))
    replaced = decoders.Replace("▁", " ")
    made.decoder = decoders.Sequence(
        [replaced, decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    if kind == "whole-text":
        made.pre_tokenizer = None  # type: ignore[assignment]
        made.normalizer = normalizers.Sequence(
            [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
        )
    return made


@functools.cache
def longer(kind: str, size: int = 60) -> tuple[Tokenizer, dict[int, list[int]]]:
    old = core(kind)
    segmenter = Segmenter(old)
    learnt = learn_pieces(segmenter.runs(KOREAN), segmenter, old.get_vocab(), size, 2)
    return extended(old, learnt)


def ids(tokenizer: Tokenizer, text: str) -> list[int]:
    return list(tokenizer.encode(text, add_special_tokens=False).ids)


@pytest.mark.parametrize("kind", KINDS)
def test_every_new_token_is_reached_and_most_are_used(kind: str) -> None:
    new, rows = longer(kind)
    assert len(rows) > 20
    for id_ in rows:
        token = new.id_to_token(id_)
        assert [piece.value for piece in new.model.tokenize(token)] == [token]
    used = {id_ for text in KOREAN for id_ in ids(new, text)} & rows.keys()
    assert len(used) > len(rows) / 3  # the others are steps on the way
    before, after = (sum(len(ids(t, text)) for text in KOREAN) for t in (core(kind), new))
    assert after < before * 0.6


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150, deadline=None)
@given(text=TEXT)
def test_new_tokens_written_as_their_old_pieces_are_the_old_tokens(kind: str, text: str) -> None:
    new, rows = longer(kind)
    expanded = [piece for id_ in ids(new, text) for piece in rows.get(id_, [id_])]
    assert expanded == ids(core(kind), text)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150, deadline=None)
@given(text=TEXT.filter(lambda text: "▁" not in text))
def test_decoding_gives_what_it_gave(kind: str, text: str) -> None:
    new, _ = longer(kind)
    old = core(kind).decode(ids(core(kind), text), skip_special_tokens=False)
    assert new.decode(ids(new, text), skip_special_tokens=False) == old
    if kind == "byte-level":
        assert old == text


@pytest.mark.parametrize("kind", KINDS)
def test_texts_without_new_pieces_keep_their_tokens(kind: str) -> None:
    for text in [*ENGLISH, "<s> 12 3.14 -> é漢🙂\n\n  x"]:
        assert ids(longer(kind)[0], text) == ids(core(kind), text)


@pytest.mark.parametrize("kind", KINDS)
def test_no_new_token_joins_words_digits_or_punctuation(kind: str) -> None:
    new, rows = longer(kind)
    segmenter = Segmenter(new)
    for id_ in rows:
        text = segmenter.text_of((new.id_to_token(id_),))
        letters = text.lstrip(" ▁").rstrip("\ufffd")  # a step to a character has a part of it
        assert len(text.lstrip(" ▁")) >= len(text) - 1
        assert all(letter.isalpha() for letter in letters), text


def test_the_most_frequent_are_taken_first_and_size_is_the_most() -> None:
    few, many = longer("whole-text", 10)[0], longer("whole-text", 60)[0]
    old = set(core("whole-text").get_vocab())
    first, all_ = set(few.get_vocab()) - old, set(many.get_vocab()) - old
    assert len(first) == 10
    assert first < all_
    text = " ".join(KOREAN)
    assert min(text.count(token.strip("▁")) for token in first) >= 3


WORDS = st.dictionaries(
    st.lists(st.sampled_from("abcd"), min_size=2, max_size=6).map(tuple), st.integers(1, 4)
)


@settings(max_examples=60, deadline=None)
@given(words=WORDS.filter(bool))
def test_merges_are_counted_as_often_as_plain_byte_pair_encoding_finds_them(words: Any) -> None:
    merges = trained_merges(words, 8, 1)
    counted = times_made(words, merges)
    parts = {word: [(token,) for token in word] for word in words}
    for merge in merges:  # the textbook's algorithm: one merge after the other, over all words
        found = 0
        for word, row in parts.items():
            joined: list[Any] = []
            while row:
                if tuple(row[:2]) == merge:
                    joined.append(row[0] + row[1])
                    row = row[2:]
                    found += words[word]
                else:
                    joined.append(row[0])
                    row = row[1:]
            parts[word] = joined
        assert counted[merge] == found


# -- the method


def data(extra: str = "") -> TuningData:
    texts = [*KOREAN, *ENGLISH, extra or "대학원의 화학"]
    rows = [Document(text=t, id=str(n), language="ko") for n, t in enumerate(texts)]
    return TuningData([], [], rows, held_out={"5": "test"})


def method(**settings: Any) -> Vocabulary:
    return Vocabulary(
        Vocabulary.config_model.model_validate({"size": 40, "min_frequency": 2, **settings})
    )


def test_logits_of_old_tokens_are_unchanged_and_new_rows_are_means(
    family: str, family_folder: Make, context: Context
) -> None:
    base = ModelRef(base=str(family_folder(family)), template=SHORT)
    tuned = method().tune(base, data(), context)
    before, after = (load(ref, dtype="float64") for ref in (base, tuned))
    old = before.model.get_input_embeddings().weight.shape[0]
    text = torch.arange(2, 40)[None]
    with torch.no_grad():
        first, second = before.model(text).logits, after.model(text).logits
    assert second.shape[-1] == old + 40
    assert (first - second[..., :old]).abs().max() < 1e-12
    for row in map(json.loads, (context.output / "new-tokens.jsonl").read_text().splitlines()):
        pieces = before.tokenizer.convert_tokens_to_ids(row["pieces"])
        for get in ("get_input_embeddings", "get_output_embeddings"):
            expected = getattr(before.model, get)().weight[pieces].mean(0)
            found = getattr(after.model, get)().weight[row["id"]]
            assert torch.allclose(found, expected, atol=1e-6)
    assert after.tokenizer.convert_ids_to_tokens(row["id"]) == row["token"]


def test_equal_documents_give_equal_bytes_and_held_out_ones_change_nothing_but_the_record(
    ref: ModelRef, context_in: Make, folder_bytes: Make
) -> None:
    made = {}
    for name, extra in (("one", ""), ("two", ""), ("three", "도서관 " * 50)):
        context = context_in(name)
        method().tune(ref, data(extra), context)
        made[name] = folder_bytes(context.output)
    assert made["one"] == made["two"]
    assert made["one"] != made["three"]
    assert made["one"].pop("training.json") != made["three"].pop("training.json")
    assert made["one"] == made["three"]


def test_the_record_says_what_became_of_words_and_how_many_tokens_are_used(
    ref: ModelRef, context: Context
) -> None:
    method().tune(ref, data(), context)
    record = json.loads((context.output / "training.json").read_text())
    assert record["train_documents"] == 5
    assert record["dropped"] == {"train": {"held out for test": 1}}
    found = record["vocabulary"]
    assert found["new_tokens"] == 40
    assert found["tokens_after"] == found["tokens_before"] + found["new_tokens"]
    held = found["held_out"]
    assert (held["documents"], held["words"], held["characters"]) == (1, 2, 7)
    assert held["after"]["tokens_per_word"] == held["after"]["tokens"] / 2
    assert held["after"]["tokens"] < held["before"]["tokens"]
    assert 0 < held["new_tokens_used"] <= 40


def test_weights_keep_the_type_they_are_stored_in(context: Context) -> None:
    from byeori.testing import tiny_model

    tuned = method().tune(tiny_model(), data(), context)
    config = json.loads((Path(tuned.merged_path or "") / "config.json").read_text())
    assert config["dtype"] == "bfloat16"
    spoken = load(tuned).tokenizer("대학교 도서관")["input_ids"]
    assert len(spoken) < len(load(tiny_model()).tokenizer("대학교 도서관")["input_ids"])


def test_a_vocabulary_is_extended_twice(ref: ModelRef, context_in: Make) -> None:
    once = method(size=5).tune(ref, data(), context_in("once"))
    twice = method(size=5).tune(once, data(), context_in("twice"))
    sizes = [len(load(model).tokenizer) for model in (ref, once, twice)]
    assert sizes[0] + 3 < sizes[1] <= sizes[0] + 5
    assert sizes[1] + 3 < sizes[2] <= sizes[1] + 5


def test_a_tokenizer_without_merges_is_refused() -> None:
    from transformers import PreTrainedTokenizerFast

    unigram = Tokenizer(models.Unigram([("a", 0.0), ("b", 0.0)], unk_id=0))
    with pytest.raises(DataError, match="Unigram, which has no merges"):
        core_of(PreTrainedTokenizerFast(tokenizer_object=unigram))


def test_nothing_new_in_the_documents_is_an_error(ref: ModelRef, context: Context) -> None:
    with pytest.raises(DataError, match=r"nothing .* occurs 1000 times; lower min_frequency"):
        method(min_frequency=1000).tune(ref, data(), context)
    with pytest.raises(DataError, match="left out: held out for test: 1; not selected"):
        method(where=Where(language="en")).tune(ref, data(), context)

"""Examples of instruction sets and of annotated sets."""

import itertools
import json
from collections import Counter

import pytest

from byeori import DataError, Document
from byeori.bulk import with_id
from byeori.testing import testing_context
from byeori_plugins.generators import Instructions, Phrasings
from byeori_plugins.generators.phrasings import _shipped
from byeori_plugins.sources import InstructionSet


@pytest.fixture
def read(tmp_path):
    def read_(*rows, name="set.jsonl", **settings):
        path = tmp_path / name
        path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
        source = InstructionSet(InstructionSet.config_model(path=path, **settings))
        return [with_id(d) for d in source.documents(testing_context(tmp_path))]

    return read_


@pytest.fixture
def context(tmp_path):
    return testing_context(tmp_path, stage="examples.0")


def made(generator, documents, context, **settings):
    return list(generator(generator.config_model(**settings)).examples(documents, context))


DOLLY = [
    {"instruction": f"Do {n}.", "context": "", "response": f"Done {n}.", "category": category}
    for n, category in enumerate(["brainstorming", "closed_qa", "closed_qa"])
]
READING = {
    "id": "q", "context": "수소는 가장 가벼운 원소이다.", "question": "가장 가벼운 원소는?",
    "answers": {"text": ["수소"], "answer_start": [0]}, "title": "수소",
}  # fmt: skip
NLI = [
    {"premise": f"Ann has {n} cats.", "hypothesis": "Ann has cats.", "label": "entailment"}
    for n in range(40)
]


def test_examples_name_document_task_language_and_format(read, context):
    documents = read(*DOLLY, language="en")
    examples = made(Instructions, documents, context)
    assert [(e.instruction, e.output, e.task) for e in examples] == [
        ("Do 0.", "Done 0.", "brainstorming"),
        ("Do 1.", "Done 1.", "closed_qa"),
        ("Do 2.", "Done 2.", "closed_qa"),
    ]
    assert {e.language for e in examples} == {"en"}
    assert [e.document_id for e in examples] == [d.id for d in documents]
    assert examples[0].metadata == {"format": "dolly"}


def test_only_some_tasks_can_be_taken(read, context):
    examples = made(Instructions, read(*DOLLY), context, tasks=["brainstorming"])
    assert len(examples) == 1
    assert Counter(r.reason for r in context.rejects) == {"task `closed_qa` is none of `tasks`": 2}
    with pytest.raises(DataError, match=r"in `tasks`; there is `brainstorming`, `closed_qa`"):
        made(Instructions, read(*DOLLY), context, tasks=["closed-qa"])


def test_an_instruction_without_an_answer_is_listed_and_gives_no_example(read, context):
    rows = {"instruction": "a", "output": ""}, {"instruction": "b", "output": "c"}
    assert len(made(Instructions, read(*rows), context)) == 1
    assert [reject.reason for reject in context.rejects] == ["the set gives no answer"]
    with pytest.raises(DataError, match="the instruction sets give no answers"):
        made(Instructions, read(rows[0]), context)


def test_other_documents_are_passed_over_and_nothing_but_them_is_an_error(read, context):
    plain, annotated = [with_id(Document(text="plain"))], read(READING, language="ko")
    assert len(made(Instructions, [*plain, *annotated, *read(*DOLLY)], context)) == 3
    assert len(made(Phrasings, [*plain, *annotated, *read(*DOLLY)], context)) == 1
    with pytest.raises(DataError, match=r"examples.0: no document holds instructions; read .*set`"):
        made(Instructions, [*plain, *annotated], context)
    with pytest.raises(DataError, match=r"examples.0: no document is annotated"):
        made(Phrasings, plain, context)


def test_every_shipped_wording_of_reading_can_be_filled_in_both_languages(read, context):
    documents = read(READING, language="ko")
    examples = made(Phrasings, documents, context, per_item=100, languages=["ko", "en"])
    assert len(examples) == len(_shipped()["reading"])
    assert {e.metadata["wording"] for e in examples} == {f"reading.{n}" for n in range(18)}
    assert {e.output for e in examples if e.task == "reading-comprehension"} == {"수소"}
    assert {e.output for e in examples if e.task == "question-generation"} == {READING["question"]}
    assert {e.language for e in examples} == {"ko"}
    assert all(READING["context"] in e.input for e in examples)


def test_korean_particles_follow_the_word(read, context):
    rows = [
        READING,
        {**READING, "context": "납은 무겁다.", "answers": {"text": ["납"], "answer_start": [0]}},
    ]
    examples = made(
        Phrasings, read(*rows, language="ko"), context, tasks=["question-generation"], per_item=9
    )
    text = "\n".join(e.instruction for e in examples)
    for expected in (
        "수소가 답이 되는",
        "납이 답이 되는",
        "수소라고",
        "납이라고",
        "수소를",
        "납을",
    ):
        assert expected in text


def test_a_question_without_an_answer_is_answered_so_and_never_generated(read, context):
    row = {**READING, "answers": {"text": [], "answer_start": []}}
    examples = made(Phrasings, read(row, language="ko"), context, per_item=100)
    assert {e.output for e in examples} == {"지문에서 답을 찾을 수 없습니다."}
    assert {e.task for e in examples} == {"reading-comprehension"}


def test_labels_and_language_of_an_inference_are_those_of_the_wording(read, context):
    rows = [{**NLI[0], "label": label} for label in ("entailment", "neutral", "contradiction")]
    examples = made(
        Phrasings, read(*rows, language="en"), context,
        tasks=["language-inference"], languages=["ko"], per_item=100,
    )  # fmt: skip
    assert {e.language for e in examples} == {"ko"}
    assert [{e.output for e in group} for _, group in by_document(examples)] == [
        {"함의", "예"}, {"중립", "알 수 없음"}, {"모순", "아니요"},
    ]  # fmt: skip


def by_document(examples):
    groups = itertools.groupby(examples, key=lambda e: e.document_id)
    return [(key, list(group)) for key, group in groups]


def test_the_letter_the_answer_and_the_choices_of_an_exam_agree(read, context):
    row = {"question": "Lightest?", "options": ["lead", "hydrogen"], "answer": 1}
    examples = made(Phrasings, read(row, language="en"), context, per_item=100)
    assert {e.output for e in examples} == {"B", "B. hydrogen"}
    assert all("A. lead\nB. hydrogen" in e.input for e in examples)
    row["explanation"] = "It has one proton."
    more = made(Phrasings, read(row, language="en"), context, per_item=100)
    assert {e.output for e in more} - {e.output for e in examples} == {
        "B. hydrogen\n\nIt has one proton.", "It has one proton.",
    }  # fmt: skip


def test_all_labels_of_a_classification_are_named_in_the_instruction(read, context):
    (document,) = read({"text": "좋다", "label": 1}, labels={0: "부정", 1: "긍정"}, language="ko")
    examples = made(Phrasings, [document], context, per_item=100)
    assert len(examples) == 5
    assert {e.output for e in examples} == {"긍정"}
    assert all("부정" in e.instruction and "긍정" in e.instruction for e in examples)


def test_the_wordings_of_items_are_spread_and_the_same_every_time(read, context):
    documents = read(*NLI, language="en")
    first, again = (made(Phrasings, documents, context) for _ in range(2))
    assert first == again
    assert len(first) == len(NLI)
    assert len({e.metadata["wording"] for e in first}) == 7  # all of them, in forty draws


def test_held_out_wordings_are_asked_in_the_test_alone(read, context):
    examples = made(Phrasings, read(*NLI, language="en"), context, held_out=1, per_item=2)
    wordings = {
        split: {e.metadata["wording"] for e in examples if e.metadata["split"] == split}
        for split in ("train", "test")
    }
    assert not wordings["train"] & wordings["test"]
    assert (len(wordings["train"]), len(wordings["test"])) == (5, 2)  # one of each of two tasks
    counts = Counter((e.document_id, e.metadata["split"]) for e in examples)
    assert set(counts.values()) == {2}
    with pytest.raises(DataError, match="leaves no wording of hypothesis-generation to train on"):
        made(Phrasings, read(*NLI, language="en"), context, held_out=2)


def test_wordings_of_your_own_join_or_replace_those_that_are_shipped(read, context):
    own = {
        "inference": [{"language": "en", "instruction": "{{ premise }}?", "output": "{{ label }}"}]
    }
    documents = read(NLI[0], language="en")
    (one,) = made(Phrasings, documents, context, wordings=own, shipped=False)
    assert (one.instruction, one.output) == ("Ann has 0 cats.?", "entailment")
    assert len(made(Phrasings, documents, context, wordings=own, per_item=100)) == 8


def test_too_few_wordings_are_listed_and_an_unknown_language_is_refused(read, context):
    own = {
        "reading": [{"language": "ko", "instruction": "{{ nothing }}", "output": "{{ answer }}"}]
    }
    documents = read(READING, language="ko")
    with pytest.raises(DataError, match="the rejects say why no wording could be filled"):
        made(Phrasings, documents, context, wordings=own, shipped=False)
    assert "field `nothing` is missing" in context.rejects[0].reason
    with pytest.raises(
        DataError, match=r"the language of set.jsonl:1 is not known; say `language`"
    ):
        made(Phrasings, read(READING), context)
    with pytest.raises(DataError, match=r"no wording for reading in `fr`; there is question-gen"):
        made(Phrasings, documents, context, languages=["fr"])


def test_real_sets_become_examples(shared_data, context):
    path = shared_data("korquad", "KorQuAD_v1.0_dev.json")
    config = InstructionSet.config_model(path=path, language="ko", limit=50)
    documents = [with_id(d) for d in InstructionSet(config).documents(context)]
    examples = made(Phrasings, documents, context, per_item=3, languages=["ko", "en"])
    items = sum(len(d.metadata["annotations"]["items"]) for d in documents)
    assert len(examples) == 3 * items
    assert len({e.metadata["wording"] for e in examples}) == 18
    assert not any("{{" in e.instruction + e.input + e.output for e in examples)

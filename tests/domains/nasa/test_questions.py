import re
from collections import Counter, defaultdict
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import DataError, Document
from byeori.bulk import with_id
from byeori.checks import check
from byeori.records import Example
from byeori_nasa.answers import FieldName
from byeori_nasa.awards import Awards
from byeori_nasa.questions import FieldQuestions
from byeori_nasa.sentences import (
    first_sentences,
    nasa_applications,
    non_nasa_applications,
    objective,
    sentences,
)
from byeori_nasa.wordings import FIELDS, ROLE

METADATA = {
    "title": "Salt Heater",
    "abstract": "Acme, Inc. proposes to develop a heater. It stores heat in salt. NASA and "
    "non-NASA applications for it include rovers and homes.",
    "firm": "Acme, Inc.",
    "program": "SBIR",
    "phase": "Phase II",
    "year": 2012,
    "keywords": ["heat", "salt", "Moon"],
    "research_institution": "MIT",
}

TITLE = {"title": "Salt Heater"}


def document(**changes):
    metadata = {k: v for k, v in (METADATA | changes).items() if v is not None}
    return with_id(Document(text="t", title=metadata.get("title", ""), metadata=metadata))


def ask(documents, context, **settings):
    config = FieldQuestions.config_model.model_validate(settings)
    return list(FieldQuestions(config).examples(iter(documents), context))


def test_every_field_is_answered_in_a_full_sentence(context, rejects):
    examples = ask([document()], context, per_document=None, held_out_wordings=False)
    about = "the project related to Salt Heater"
    assert {e.metadata["field"]: e.output for e in examples} == {
        "abstract": f"The abstract of {about} is {METADATA['abstract']}",
        "objective": f"The objective of {about} is to develop a heater.",
        "nasa_applications": "The potential NASA applications of Salt Heater include rovers and "
        "homes.",
        "non_nasa_applications": "The potential non-NASA applications of Salt Heater include "
        "rovers and homes.",
        "keywords": f"The keywords of {about} are heat, salt and Moon.",
        "program": f"The project{about[11:]} is funded by the SBIR program.",
        "phase": f"The project{about[11:]} is in Phase II.",
        "firm": f"The project{about[11:]} is carried out by Acme, Inc.",
        "year": f"The project{about[11:]} was awarded in 2012.",
        "research_institution": f"The research institution of {about} is MIT.",
    }
    assert not rejects


def test_an_example_is_the_prompt_of_table_2(context):
    for example in ask([document()], context):
        assert example.instruction == ROLE
        assert "Salt Heater" in example.input
        assert (example.language, example.document_id) == ("en", document().id)
        assert check(example, Example, "test") is example


def test_the_wording_of_table_1_is_among_the_questions(context):
    asked = {q for field in FIELDS.values() for q in field.questions}
    assert "What is the abstract of the project related to {title}?" in asked
    assert "What are the potential NASA applications of {title}?" in asked


def test_each_field_chosen_is_asked_once_for_all_splits_and_once_held_out(context):
    examples = ask([document()], context, per_document=3)
    trained = [e for e in examples if "split" not in e.metadata]
    held_out = [e for e in examples if e.metadata.get("split") == "test"]
    assert len(trained) == len(held_out) == 3
    assert [e.task for e in trained] == [e.task for e in held_out]
    assert [e.output for e in trained] == [e.output for e in held_out]


def test_no_wording_is_both_trained_and_held_out():
    for field in FIELDS.values():
        assert not set(field.questions) & set(field.held_out)
        assert all("{title}" in text for text in (*field.questions, *field.held_out, field.answer))
    assert tuple(FIELDS) == get_args(FieldName)


def test_questions_depend_on_the_seed_and_the_document_alone(context):
    others = [document(title=f"Heater {n}") for n in range(20)]
    first = ask([document(), *others], context)
    again = ask([*others, document()], context)
    by_document = defaultdict(list), defaultdict(list)
    for run, examples in zip(by_document, (first, again), strict=True):
        for example in examples:
            run[example.document_id].append(example)
    assert by_document[0] == by_document[1]
    assert len({tuple(e.task for e in own) for own in by_document[0].values()}) > 5


def test_a_field_that_a_record_lacks_is_counted_and_said_once_and_is_no_dropped_row(
    context, rejects, messages
):
    documents = [document(keywords=None, year=None, title=f"Heater {n}") for n in range(3)]
    examples = ask([*documents, document(year=None)], context, per_document=None)
    assert {"keywords"} == {"keywords"} & {e.metadata["field"] for e in examples}
    assert "year" not in {e.metadata["field"] for e in examples}
    assert not rejects
    assert messages == ["fields not asked about: no keywords (3 documents), no year (4 documents)"]


def test_where_every_field_is_asked_about_nothing_is_said(context, messages):
    ask([document()], context)
    assert not messages


def test_a_document_without_a_question_is_a_dropped_row(context, rejects):
    untitled, empty = document(title=None), document(**dict.fromkeys(METADATA) | TITLE)
    examples = ask([untitled, document(), empty], context)
    assert {example.document_id for example in examples} == {document().id}
    assert [(r.where, r.reason) for r in rejects] == [
        (untitled.id, "no title to ask by"),
        (empty.id, "no field that can be asked about"),
    ]


def test_no_answer_is_longer_than_asked_for_and_abstracts_end_with_a_sentence(context, messages):
    examples = ask([document()], context, per_document=None, max_characters=100)
    assert all(len(example.output) <= 100 for example in examples)
    (abstract, _) = [e for e in examples if e.task == "abstract"]
    assert abstract.output.endswith("is Acme, Inc. proposes to develop a heater.")
    assert not any("nasa_applications longer than" in message for message in messages)
    ask([document(abstract="Long " * 40 + "end.")], context, max_characters=100)
    assert "abstract longer than max_characters (1 documents)" in messages[-1]


def test_documents_that_are_no_awards_are_refused(context):
    with pytest.raises(DataError, match="use: nasa/sbir"):
        ask([with_id(Document(text="t"))], context)


def test_braces_in_a_title_are_text(context):
    examples = ask([document(title="A {value} {0} Heater")], context)
    assert all("A {value} {0} Heater" in e.input and e.output for e in examples)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        (
            "Acme, Inc. proposes it. Dr. A. B. Smith agrees.",
            ["Acme, Inc. proposes it.", "Dr. A. B. Smith agrees."],
        ),
        ("The engine.The goal is near.", ["The engine.", "The goal is near."]),
        ("It costs 3.5 M at 10 a.m. today.", ["It costs 3.5 M at 10 a.m. today."]),
        ('He said "no." Then left.', ['He said "no."', "Then left."]),
        ("", []),
    ],
)
def test_sentences_are_split_where_a_reader_would(text, expected):
    assert sentences(text) == expected


@given(st.text(alphabet="aB1. !?\"'()IncDr", max_size=60), st.integers(0, 60))
def test_sentences_lose_no_character_and_first_ones_fit(text, room):
    def letters(texts):
        return re.sub(r"\s", "", "".join(texts))

    assert letters(sentences(text)) == letters(text)
    first = first_sentences(text, room)
    assert len(first) <= room
    assert letters(text).startswith(letters(first))


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        ("The overall objective of Phase I is to show X; then more.", "to show X; then more"),
        ("Acme proposed to build Y.", "to build Y"),
        ("Our goals are to (1) do A and (2) do B.", "to (1) do A and (2) do B"),
        ("The objective lens is clean. A purpose was given.", ""),
        ("This was proposed to NASA before.", ""),
    ],
)
def test_the_objective_is_what_the_abstract_says_it_is_to(abstract, expected):
    assert objective(abstract) == expected


def test_applications_are_what_the_abstract_says_they_include():
    assert nasa_applications("Potential NASA applications include A and B.") == "A and B"
    assert not nasa_applications("Non-NASA applications include A and B.")
    assert non_nasa_applications("Non-NASA commercial applications could include C.") == "C"
    both = "NASA and non-NASA applications for a motor include D."
    assert (nasa_applications(both), non_nasa_applications(both)) == ("D", "D")
    assert not nasa_applications("It suits NASA applications. Others include E.")


def test_real_records_give_the_questions_that_their_fields_allow(
    shared_data, context, rejects, messages
):
    path = shared_data("nasa_sbir", "awards_2001_2011.jsonl")
    source = Awards(Awards.config_model(path=path, limit=400))
    documents = [with_id(document) for document in source.documents(context)]
    examples = ask(documents, context)
    per_document = Counter(e.document_id for e in examples)
    assert per_document == {document.id: 6 for document in documents}
    assert all(len(example.output) <= 400 for example in examples)
    assert not rejects
    assert "no keywords (400 documents)" in messages[0]
    assert "no research_institution (400 documents)" in messages[0]
    by_id = {document.id: document for document in documents}
    for example in examples:
        metadata = by_id[example.document_id].metadata
        if example.task in ("firm", "program", "phase", "year"):
            assert str(metadata[example.task]).removesuffix(".") in example.output
        else:
            quoted = example.output.split(" is ", 1)[-1].split(" include ", 1)[-1].rstrip(".")
            assert quoted.removeprefix(f"{metadata['title']} is ") in metadata["abstract"]


@pytest.mark.parametrize("component", [Awards, FieldQuestions])
def test_every_setting_is_described(component):
    for name, field in component.config_model.model_fields.items():
        assert field.description, name

"""Annotated records become the four kinds of task, in both languages."""

from collections.abc import Callable
from typing import Any

import pytest

from byeori import Context, DataError, Document, Example, Reject
from byeori.plugins import discover
from byeori_science.tasks import KINDS, Tasks

Make = Callable[..., list[Example]]


@pytest.fixture
def make(context: Context) -> Make:
    def run(*documents: Document, **settings: Any) -> list[Example]:
        return list(Tasks(Tasks.config_model(**settings)).examples(documents, context))

    return run


def page(language: str = "en", **metadata: Any) -> Document:
    return Document(id=f"d-{language}", text="Salt melts.", language=language, metadata=metadata)


WHOLE = {
    "questions": [{"question": "Symbol of sodium?", "answer": "Na"},
                  {"question": "Its number?", "answer": 11}],
    "summary": ["Salt", "melts."],
    "concept": "salt",
    "explanation": "An ionic solid.",
    "problem": "How much is 2 mol of it?",
    "solution": ["2 mol × 58.44 g/mol = 116.88 g"],
    "answer": 0.11688,
    "unit": "kg",
}  # fmt: skip


def test_a_record_gives_each_kind_it_is_annotated_with(make: Make) -> None:
    train = [one for one in make(page(**WHOLE)) if one.metadata["split"] == "train"]
    assert [one.task for one in train] == ["question-answering", *KINDS]
    assert [one.output for one in train] == [
        "Na",
        "11",
        "Salt\nmelts.",
        "An ionic solid.",
        "2 mol × 58.44 g/mol = 116.88 g\nAnswer: 0.11688 kg",
    ]
    assert [one.input for one in train] == ["", "", "Salt melts.", "", ""]


def test_the_test_asks_by_words_that_training_never_sees(make: Make) -> None:
    made = make(page(concept="salt", explanation="x"), wordings=3)
    asked = {split: {one.instruction for one in made if one.metadata["split"] == split}
             for split in ("train", "test")}  # fmt: skip
    assert len(asked["train"]) == 3
    assert len(asked["test"]) == 1
    assert not asked["train"] & asked["test"]


def test_korean_records_are_asked_in_korean_with_the_right_particles(make: Make) -> None:
    made = make(
        page("ko-KR", concepts=[{"concept": c, "explanation": "x"} for c in ("염", "주기")])
    )
    assert {one.language for one in made} == {"ko"}
    asked = [one.instruction for one in made if one.metadata["split"] == "test"]
    assert asked == ["염이 무엇인지 알려 주세요.", "주기가 무엇인지 알려 주세요."]
    final = make(page("ko", problem="?", answer="6 mol"))[0].output
    assert final == "답: 6 mol"


def test_fields_of_other_names_are_read(make: Make) -> None:
    made = make(page(target="short"), fields={"summary": "target"})
    assert {one.output for one in made} == {"short"}


@pytest.mark.parametrize(
    ("answer", "unit", "solution", "reason"),
    [
        ("about six", "mol", "", "no number with a unit"),
        ("6", "moles of salt", "", "no number with a unit"),
        ("6", "mol", "6 mol + 1 mol.\nAnswer: 7 mol", "does not give the answer"),
        ("6", "mol", "It weighs 6 g.", "does not give the answer"),
    ],
)
def test_problems_whose_numbers_do_not_hold_are_rejected(
    make: Make, rejects: list[Reject], answer: str, unit: str, solution: str, reason: str
) -> None:
    record = {"problem": "?", "answer": answer, "unit": unit, "solution": solution}
    with pytest.raises(DataError, match="none could be used"):
        make(page(**record))
    assert reason in rejects[0].reason
    assert make(page(**record), check_numbers=False)


def test_documents_without_annotations_are_passed_over_and_all_of_them_are_an_error(
    make: Make, rejects: list[Reject]
) -> None:
    assert len(make(page(), page("ko", summary="짧다"))) == 2
    assert not rejects
    with pytest.raises(DataError, match="`concept` and `explanation`"):
        make(page())


def test_a_language_without_wordings_is_an_error(make: Make) -> None:
    with pytest.raises(DataError, match="no wordings in 'de'"):
        make(page("de", summary="kurz"))


def test_questions_may_be_asked_about_the_text(make: Make) -> None:
    record = {"question": "What melts?", "answer": "Salt"}
    assert {one.input for one in make(page(**record), include_text=True)} == {"Salt melts."}


def test_the_generator_is_offered() -> None:
    assert "science/tasks" in discover().components("generator")

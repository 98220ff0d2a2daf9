from hypothesis import given
from hypothesis import strategies as st

from byeori import Document, Example, Item, Turn
from byeori.stages.leakage import SAME_DOCUMENT, SAME_QUESTION, SAME_WORDS, Overlap

LONG = " ".join(f"word{n}" for n in range(20))


def example(question: str, answer: str = "yes", document: str = "") -> Example:
    return Example(instruction=question, output=answer, document_id=document)


def reason(item: Item, row: Example, *others: Example) -> str | None:
    return Overlap([item], [row, *others]).reason(row)


def test_an_example_of_an_items_document_is_leakage() -> None:
    item = Item(instruction="Who?", document_id="d")
    assert reason(item, example("What?", document="d")) == SAME_DOCUMENT


def test_the_same_question_is_leakage_whatever_its_case_width_and_punctuation() -> None:
    assert reason(Item(instruction="What is ＮＡＣＡ, then?"), example("what is naca then")) == (
        SAME_QUESTION
    )


def test_korean_questions_are_compared_by_their_composed_syllables() -> None:
    decomposed = "\u1112\u1161\u11ab\u1100\u116e\u11a8은?"
    assert reason(Item(instruction="한국은?"), example(decomposed)) == SAME_QUESTION


def test_thirteen_words_in_common_are_leakage_and_twelve_are_not() -> None:
    words = LONG.split()
    item = Item(instruction="Q", reference=" ".join(words[:13]))
    assert reason(item, example("Another", " ".join(["x", *words[:13], "y"]))) == SAME_WORDS
    assert reason(item, example("Another", " ".join(["x", *words[:12], "y"]))) is None


def test_a_phrase_that_many_documents_share_is_no_evidence() -> None:
    item = Item(instruction="Q", reference=LONG)
    rows = [example(f"Question {n}", LONG, document=str(n)) for n in range(11)]
    assert reason(item, rows[0], *rows[1:]) is None
    assert reason(item, rows[0], *rows[1:9]) == SAME_WORDS


def test_an_answer_offered_as_a_wrong_choice_counts_too() -> None:
    item = Item(instruction="Q", choices=("short", LONG), answer=0)
    assert reason(item, example("Another", LONG)) == SAME_WORDS


def test_rows_without_a_document_do_not_all_share_one() -> None:
    assert reason(Item(instruction="Q"), example("Another")) is None


@given(st.lists(st.text(alphabet="abc ", max_size=8)), st.text(alphabet="abc ", max_size=8))
def test_a_planted_question_is_always_found(others: list[str], planted: str) -> None:
    items = [Item(instruction=f"q {text}") for text in (*others, planted)]
    assert Overlap(items, []).reason(example(f"q {planted}")) is not None


def test_the_same_words_after_another_conversation_are_another_question() -> None:
    def asked(about: str) -> dict[str, object]:
        return {"history": (Turn("user", about), Turn("assistant", "yes"))}

    item = Item(instruction="And its symbol?", **asked("Is iron a metal?"))  # type: ignore[arg-type]
    other = Example(instruction="And its symbol?", output="Na", **asked("Is sodium one?"))  # type: ignore[arg-type]
    same = Example(instruction="And its symbol?", output="Fe", **asked("Is iron a metal?"))  # type: ignore[arg-type]
    assert reason(item, other) is None
    assert reason(item, same) == SAME_QUESTION


def reasons(item: Item, *texts: str) -> dict[str, str]:
    rows = [Document(text=text, id=str(n)) for n, text in enumerate(texts)]
    return Overlap([item], []).of_documents(rows)


def test_a_document_with_an_item_or_with_thirteen_of_its_words_is_not_learnt() -> None:
    words = LONG.split()
    item = Item(instruction="Q", reference=LONG, document_id="2")
    texts = (" ".join(words[:13]).upper(), " ".join(words[:12]), "its document", "another")
    assert reasons(item, *texts) == {"0": SAME_WORDS, "2": SAME_DOCUMENT}


def test_a_phrase_of_many_documents_holds_none_of_them_out() -> None:
    item = Item(instruction="Q", reference=LONG)
    assert reasons(item, *(f"{LONG} {n}" for n in range(11))) == {}
    assert len(reasons(item, *(f"{LONG} {n}" for n in range(10)))) == 10

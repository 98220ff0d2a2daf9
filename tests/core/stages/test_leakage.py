import itertools
import random
import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import Document, Example, Item, Turn
from byeori.stages.leakage import (
    ALIKE_DOCUMENT,
    ALIKE_QUESTION,
    SAME_CHARACTERS,
    SAME_DOCUMENT,
    SAME_QUESTION,
    SAME_WORDS,
    Leak,
    find_leaks,
)

LONG = " ".join(f"word{n}" for n in range(20))
KOREAN = (
    "고체 산화물 연료전지의 전해질은 높은 온도에서 산소 이온을 전달하며 전극과 맞닿은 곳에서 "
    "반응이 일어나 전기를 만들어 내므로 두께를 얇게 하여 저항을 줄이는 것이 중요하다"
)


def example(question: str, answer: str = "yes", document: str = "") -> Example:
    return Example(instruction=question, output=answer, document_id=document)


def leak(item: Item, row: Example, *others: Example, documents: tuple[Document, ...] = ()) -> Leak:
    none = Leak("", "", {})
    return find_leaks({"exam": [item]}, [row, *others], documents).examples.get(0, none)


def reason(item: Item, row: Example, *others: Example) -> str | None:
    return leak(item, row, *others).reason or None


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


@pytest.mark.parametrize(
    ("item", "row"),
    [
        ("수소의 원자 번호는 무엇인가?", "수소의 원자번호는 무엇인가?"),
        ("수소의 원자 번호는 무엇인가?", "수소 원자 번호가 무엇인가?"),
        ("물은 무엇으로 되어 있는가?", "물이 무엇으로 되어 있는가"),
        ("Fe의 원자 번호는?", "Fe 원자 번호"),
    ],
)
def test_spacing_and_particles_make_no_other_question(item: str, row: str) -> None:
    assert reason(Item(instruction=item), example(row)) == ALIKE_QUESTION


@pytest.mark.parametrize(
    ("item", "row"),
    [
        ("사과 값은?", "사이 값은?"),  # not 사 with the particles 과 and 이, which need a consonant
        ("온도 단위는?", "속도 단위는?"),
        ("Add 1 23", "Add 12 3"),
        ("the rapist", "therapist"),
        ("철의 녹는점은?", "철의 끓는점은?"),
    ],
)
def test_other_questions_that_look_alike_are_no_leakage(item: str, row: str) -> None:
    assert reason(Item(instruction=item), example(row)) is None


def test_a_question_in_one_field_is_that_in_two() -> None:
    item = Item(instruction="Answer the question.", input="What does a fuel cell make?")
    assert reason(item, example("What does a fuel cell make?")) == SAME_QUESTION
    row = Example(instruction="Answer briefly.", input="Which metal is liquid?", output="mercury")
    assert reason(Item(instruction="Which metal is liquid?"), row) == SAME_QUESTION
    short = Item(instruction="Is this a metal?", input="Iron")
    assert reason(short, example("iron")) is None


def test_listed_choices_make_no_other_question_unless_they_are_others() -> None:
    item = Item(instruction="다음 중 금속은?", choices=("철", "산소"), answer=0)
    assert reason(item, example("다음 중 금속은?\nA. 헬륨\nB. 철")) == SAME_QUESTION
    assert reason(item, example("다음 중 금속은?\nA. 헬륨\nB. 구리")) is None


def test_a_system_message_is_a_manner_but_a_long_one_is_a_text() -> None:
    row = replace(example("What does it say?"), system="Be brief.")
    assert reason(Item(instruction="What does it say?"), row) == SAME_QUESTION
    text = " ".join(f"other{n}" for n in range(60))
    assert reason(Item(instruction="What does it say?"), replace(row, system=text)) is None


def test_thirteen_words_in_common_are_leakage_and_twelve_are_not() -> None:
    words = LONG.split()
    item = Item(instruction="Q", reference=" ".join(words[:13]))
    assert reason(item, example("Another", " ".join(["x", *words[:13], "y"]))) == SAME_WORDS
    assert reason(item, example("Another", " ".join(["x", *words[:12], "y"]))) is None


def test_korean_runs_are_found_without_particles_and_without_spaces() -> None:
    item = Item(instruction="Q", reference=KOREAN)
    other = (
        KOREAN.replace("전해질은", "전해질이").replace("온도에서", "온도").replace("두께를", "두께")
    )
    assert reason(item, example("Another", other)) == SAME_WORDS
    assert reason(item, example("Another", KOREAN.replace(" ", ""))) == SAME_CHARACTERS
    assert reason(item, example("Another", KOREAN.replace(" ", "")[:49])) is None


def test_characters_without_spaces_are_no_evidence_in_other_scripts() -> None:
    text = " ".join(["alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu"])
    assert len(text.replace(" ", "")) > 50
    assert reason(Item(instruction="Q", reference=text), example("Another", text)) is None


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


def test_the_same_words_after_another_conversation_are_another_question() -> None:
    def asked(about: str) -> dict[str, object]:
        return {"history": (Turn("user", about), Turn("assistant", "yes"))}

    item = Item(instruction="And its symbol?", **asked("Is iron a metal?"))  # type: ignore[arg-type]
    other = Example(instruction="And its symbol?", output="Na", **asked("Is sodium one?"))  # type: ignore[arg-type]
    same = Example(instruction="And its symbol?", output="Fe", **asked("Is iron a metal?"))  # type: ignore[arg-type]
    assert reason(item, other) is None
    assert reason(item, same) == SAME_QUESTION


def test_an_example_of_a_copy_of_an_items_document_is_leakage() -> None:
    texts = {"original": KOREAN, "copy": KOREAN.replace(" ", ""), "other": LONG}
    documents = tuple(Document(text=text, id=id_) for id_, text in texts.items())
    item = Item(instruction="Q", document_id="original")
    found = {
        id_: leak(item, example("Another", document=id_), documents=documents).reason
        for id_ in texts
    }
    assert found == {"original": SAME_DOCUMENT, "copy": ALIKE_DOCUMENT, "other": ""}


def test_half_of_a_documents_words_make_a_copy_and_a_sentence_does_not() -> None:
    words = [f"w{n}" for n in range(200)]
    texts = {
        "original": " ".join(words),
        "half": " ".join([*words[:115], *(f"x{n}" for n in range(80))]),
        "part": " ".join(words[40:90]),
        "quoting": " ".join([*words[:30], *(f"y{n}" for n in range(100))]),
    }
    documents = [Document(text=text, id=id_) for id_, text in texts.items()]
    found = find_leaks({"exam": [Item(instruction="Q", document_id="original")]}, [], documents)
    assert {id_: leak.reason for id_, leak in found.documents.items()} == {
        "original": SAME_DOCUMENT,
        "half": ALIKE_DOCUMENT,
        "part": ALIKE_DOCUMENT,
    }


def reasons(item: Item, *texts: str) -> dict[str, str]:
    rows = [Document(text=text, id=str(n)) for n, text in enumerate(texts)]
    found = find_leaks({"exam": [item]}, [], rows).documents
    return {id_: leak.reason for id_, leak in sorted(found.items())}


def test_a_document_with_an_item_or_with_thirteen_of_its_words_is_not_learnt() -> None:
    words = LONG.split()
    item = Item(instruction="Q", reference=LONG, document_id="2")
    texts = (" ".join(words[:13]).upper(), " ".join(words[:12]), "its document", "another")
    assert reasons(item, *texts) == {"0": SAME_WORDS, "2": SAME_DOCUMENT}


def test_a_phrase_of_many_documents_holds_none_of_them_out() -> None:
    item = Item(instruction="Q", reference=LONG)
    assert reasons(item, *(f"{LONG} {n}" for n in range(11))) == {}
    assert len(reasons(item, *(f"{LONG} {n}" for n in range(10)))) == 10


def test_a_boilerplate_that_many_documents_share_makes_no_copies() -> None:
    item = Item(instruction="Q", document_id="0")
    assert reasons(item, *(f"{LONG} {n}" for n in range(12))) == {"0": SAME_DOCUMENT}


def test_each_evaluator_has_its_surest_reason_and_the_leak_names_an_item() -> None:
    items = {
        "words": [Item(instruction="Q", reference=LONG, id="a")],
        "both": [Item(instruction="Q", reference=LONG, id="b"), Item(instruction="Who?", id="c")],
        "none": [Item(instruction="Else?", id="d")],
    }
    found = find_leaks(items, [example("Who?", LONG)]).examples[0]
    assert found == Leak(SAME_QUESTION, "c", {"words": SAME_WORDS, "both": SAME_QUESTION})


# -- what is planted is found, all of it, and nothing else


def sentence(chance: random.Random, words: list[str], length: int) -> str:
    return " ".join(chance.choice(words) for _ in range(length))


def test_planted_contamination_of_every_kind_is_found_and_nothing_else() -> None:
    chance, k = random.Random(7), 5
    syllables = [chr(c) for c in range(0xAC00, 0xD7A3, 28)]
    nouns = ["".join(chance.choices(syllables, k=3)) for _ in range(3000)]
    words = [f"term{n}" for n in range(3000)] + nouns
    items = [
        Item(
            instruction=sentence(chance, nouns, 8),
            reference=sentence(chance, words, 30),
            document_id=f"d{n}",
            id=f"item{n}",
        )
        for n in range(60)
    ]
    documents = [Document(text=sentence(chance, words, 90), id=f"d{n}") for n in range(60)]
    documents += [replace(documents[n], id=f"copy{n}") for n in range(k)]
    korean = [sentence(chance, nouns, 25) for _ in range(k)]
    items += [Item(instruction=f"q{n}", reference=text) for n, text in enumerate(korean)]
    fresh = (sentence(chance, words, 12) for _ in itertools.count())
    planted = [
        *((SAME_DOCUMENT, example(next(fresh), document=f"d{n}")) for n in range(k)),
        *((ALIKE_DOCUMENT, example(next(fresh), document=f"copy{n}")) for n in range(k)),
        *((SAME_QUESTION, example(items[n].instruction.upper() + "?!")) for n in range(k)),
        *(
            (ALIKE_QUESTION, example(re.sub(r"(\S+) (\S+)", r"\1에서 \2", items[n].instruction)))
            for n in range(k)
        ),
        *(
            (SAME_WORDS, example(next(fresh), " ".join(items[n].reference.split()[9:22])))
            for n in range(10, 10 + k)
        ),
        *((SAME_CHARACTERS, example(next(fresh), t.replace(" ", "")[5:60])) for t in korean),
    ]
    rows = [("", example(next(fresh), sentence(chance, words, 40))) for _ in range(1000)]
    rows += planted
    chance.shuffle(rows)
    found = find_leaks({"exam": items}, [row for _, row in rows], documents)
    told = [found.examples[n].reason if n in found.examples else "" for n in range(len(rows))]
    assert told == [why for why, _ in rows]
    assert Counter(told) == Counter({"": 1000, **dict.fromkeys((why for why, _ in planted), k)})


@given(st.lists(st.text(alphabet="abc ", max_size=8)), st.text(alphabet="abc ", max_size=8))
def test_a_planted_question_is_always_found(others: list[str], planted: str) -> None:
    items = [Item(instruction=f"q {text}") for text in (*others, planted)]
    assert find_leaks({"exam": items}, [example(f"q {planted}")]).examples


def texts(alphabet: str) -> st.SearchStrategy[str]:
    return st.text(alphabet=alphabet, min_size=1, max_size=60).filter(str.strip)


@given(
    st.lists(st.tuples(texts("가나다라은는이에서 ab1"), texts("가나다라은는 ab1")), max_size=5),
    st.lists(st.tuples(texts("하파타카의로 xyz7"), texts("하파타카도 xyz7")), max_size=5),
)
def test_nothing_is_found_where_no_word_is_shared(
    asked: list[tuple[str, str]], learnt: list[tuple[str, str]]
) -> None:
    items = [Item(instruction=q, reference=a, document_id=f"i{a}") for q, a in asked]
    rows = [example(q, a, document=f"r{a}") for q, a in learnt]
    documents = [Document(text=a, id=f"i{a}") for _, a in asked]
    documents += [Document(text=a, id=f"r{a}") for _, a in learnt]
    found = find_leaks({"exam": items}, rows, documents)
    assert not found.examples
    assert set(found.documents) == {item.document_id for item in items}

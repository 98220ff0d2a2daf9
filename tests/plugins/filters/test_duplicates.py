from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byeori import Document, Example, Turn
from byeori.bulk import with_id
from byeori_plugins.filters.duplicates import Duplicates
from byeori_plugins.filters.near_duplicates import NearDuplicates
from byeori_plugins.filters.similar_documents import SimilarDocuments
from byeori_plugins.text.novelty import Novelty
from byeori_plugins.text.tokens import TOKENISERS

FIXTURE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def asking(*questions: str, **fields: Any) -> list[Example]:
    return [
        with_id(Example(instruction=question, output=f"answer {n}", **fields))
        for n, question in enumerate(questions)
    ]


def test_the_first_of_equal_rows_stays_whatever_document_and_task_they_are_of(sift: Any) -> None:
    one = with_id(Example(instruction="Who?", output="I.", task="a", document_id="1"))
    two = with_id(Example(instruction="who", output="Ｉ", task="b", document_id="2"))
    kept, context = sift(Duplicates, [one, two])
    assert kept == [one]
    (reject,) = context.rejects
    assert (reject.where, reject.reason) == (two.id, "the same as an earlier row")
    assert reject.text.startswith(f"{one.id}: who")
    assert sift(Duplicates, [one, two], exactly=True)[0] == [one, two]


def test_a_question_is_the_same_only_after_the_same_conversation(sift: Any) -> None:
    turns = [(Turn("user", "Iron?"),), (Turn("user", "Zinc?"),), (Turn("user", "Iron?"),)]
    rows = [row for history in turns for row in asking("And its symbol?", history=history)]
    rows[2] = with_id(Example(instruction="And its symbol?", output="Fe", history=turns[0]))
    assert sift(Duplicates, rows, of="question")[0] == rows[:2]
    assert sift(Duplicates, rows, of="instruction")[0] == rows[:1]
    assert sift(Duplicates, rows)[0] == rows


def test_documents_are_compared_by_their_text(sift: Any) -> None:
    rows = [with_id(Document(text=text, title=text)) for text in ("a b", "A  B.", "c")]
    assert sift(Duplicates, rows)[0] == [rows[0], rows[2]]


@FIXTURE
@given(texts=st.lists(st.sampled_from(["a", "A", "b!", "b", "ㄱ", "c"]), max_size=12))
def test_one_row_of_each_text_stays(sift: Any, texts: list[str]) -> None:
    rows = [with_id(Document(text=text, origin=str(n))) for n, text in enumerate(texts)]
    kept, context = sift(Duplicates, rows)
    assert [row.text.lower().rstrip("!") for row in kept] == list(
        dict.fromkeys(text.lower().rstrip("!") for text in texts)
    )
    assert len(kept) + len(context.rejects) == len(rows)


def test_near_duplicates_are_dropped_with_the_score_and_the_one_they_are_like(sift: Any) -> None:
    rows = asking(
        "Name the capital of the largest country.",
        "Name the capital of the smallest country.",
        "How do fuel cells work?",
    )
    kept, context = sift(NearDuplicates, rows)
    assert kept == [rows[0], rows[2]]
    (reject,) = context.rejects
    assert reject.reason == "ROUGE-L over 0.7 with an earlier example"
    assert reject.text.startswith(f"0.86 with {rows[0].id}: Name the capital")
    assert sift(NearDuplicates, rows, rouge_l=0.9)[0] == rows


def test_the_input_counts_with_the_instruction_unless_only_that_is_compared(sift: Any) -> None:
    rows = [
        with_id(Example(instruction="You are a planner of research.", input=text, output="x"))
        for text in ("What does the first award pay for?", "Which firm made it?")
    ]
    assert sift(NearDuplicates, rows)[0] == rows
    assert sift(NearDuplicates, rows, of="instruction")[0] == rows[:1]


def test_korean_words_and_syllables_decide_differently(sift: Any) -> None:
    rows = asking("대한민국의 수도는 어디인가요?", "대한민국의 수도가 어디인가요?")
    assert sift(NearDuplicates, rows)[0] == rows
    assert sift(NearDuplicates, rows, tokens="syllables")[0] == rows[:1]


@FIXTURE
@given(texts=st.lists(st.text(alphabet="ab 가", min_size=1), max_size=12))
def test_no_two_kept_examples_are_over_the_threshold(sift: Any, texts: list[str]) -> None:
    rows = asking(*(f"{text}." for text in texts))
    kept, context = sift(NearDuplicates, rows, rouge_l=0.6)
    assert len(kept) + len(context.rejects) == len(rows)
    for number, row in enumerate(kept):
        novelty = Novelty(0.6)
        for other in kept[:number]:
            novelty.remember(other.instruction)
        assert novelty.alike(row.instruction) is None


WORDS = [f"word{n}" for n in range(200)]


def jaccard(one: str, other: str) -> float:
    """Of sets of five words in a row, straight from the definition."""

    def shingles(text: str) -> set[tuple[str, ...]]:
        tokens = TOKENISERS["words"](text)
        return {tuple(tokens[n : n + 5]) for n in range(len(tokens) - 4)}

    return len(shingles(one) & shingles(other)) / len(shingles(one) | shingles(other))


def test_documents_over_the_threshold_are_found_and_those_under_it_stay(sift: Any) -> None:
    text = " ".join(WORDS)
    close = " ".join([*WORDS[:100], "another", *WORDS[101:]])
    far = " ".join("x" if n % 12 == 0 else word for n, word in enumerate(WORDS))
    rows = [with_id(Document(text=t)) for t in (text, close, far, "short", "Short!")]
    assert jaccard(text, close) > 0.9
    assert 0.2 < jaccard(text, far) < 0.8
    kept, context = sift(SimilarDocuments, rows)
    assert kept == [rows[0], rows[2], rows[3]]
    assert context.rejects[0].where == rows[1].id
    assert context.rejects[0].text.startswith(f"{jaccard(text, close):.2f} of {rows[0].id}: ")
    assert sift(SimilarDocuments, rows, jaccard=jaccard(text, close))[0] == kept
    assert sift(SimilarDocuments, rows[:2], jaccard=0.99)[0] == rows[:2]

"""Every answer travels in the page; what does not fit is said."""

import base64
import gzip
import json
from typing import Any

from byeori import Item, Score
from byeori.report import AnswerBook, make_answer_book


def rows(book: AnswerBook) -> list[list[Any]]:
    return [row for c in book.chunks for row in json.loads(gzip.decompress(base64.b64decode(c)))]


def test_every_answer_is_there_once_with_its_values(items: list[Item], scores: list[Score]) -> None:
    book = make_answer_book(scores, items, baseline="base")
    assert book.models == ("base", "lora", "ia3")
    assert [name for name, _ in book.evaluators] == ["choice", "answers", "judge", "other-facts"]
    found = rows(book)
    assert book.shown == book.total == len(found) == 4 * len(items)
    values = {(s.item_id, s.evaluator, s.model): s.value for s in scores}
    for number, id_, instruction, _, reference, _, _, _, answers in found:
        evaluator = book.evaluators[number][0]
        item = next(item for item in items if item.id == id_)
        assert (instruction, reference) == (item.instruction, item.reference)
        for model, (_, (value,)) in zip(book.models, answers, strict=True):
            expected = values[id_, evaluator, model]
            assert value == (None if expected is None else round(expected, 4))


def test_the_order_of_scores_changes_nothing_and_the_bytes_are_the_same(
    items: list[Item], scores: list[Score]
) -> None:
    one = make_answer_book(scores, items, baseline="base")
    # Models, evaluators and metrics keep the order they first appear in; rows do not matter.
    first, rest = scores[:4], scores[4:]
    by_model = sorted(rest, key=lambda s: (list(one.models).index(s.model), s.item_id[::-1]))
    assert make_answer_book([*first, *by_model], items[::-1], baseline="base") == one


def test_what_does_not_fit_is_counted_and_chosen_by_id() -> None:
    many = [Item(id=f"{n:05}", instruction="?") for n in range(1000)]
    more = [
        Score(item_id=i.id, model="base", evaluator="e", metric="m", value=1.0, prediction=i.id)
        for i in many
    ]
    some = make_answer_book(more[::-1], many, baseline="base", budget=3000)
    assert 0 < some.shown < some.total == 1000
    assert [row[1] for row in rows(some)] == [i.id for i in many][: some.shown]


def test_invisible_and_long_texts_are_shown_as_elsewhere() -> None:
    item = Item(id="a", instruction="x\u202ey", reference="b" * 4000)
    score = Score(item_id="a", metric="m", value=None, model="base", evaluator="e", prediction="\0")
    ((_, _, instruction, _, reference, *_, answers),) = rows(
        make_answer_book([score], [item], baseline="base")
    )
    assert instruction == "x[U+202E]y"
    assert reference.endswith("[… 1,000 more characters]")
    assert answers == [["[U+0000]", [None]]]


def test_a_name_of_an_evaluator_cannot_end_the_script() -> None:
    evil = "</script><script>alert(1)</script>"
    score = Score(item_id="a", metric=evil, value=1.0, model=evil, evaluator=evil)
    book = make_answer_book([score], [Item(id="a", instruction="?")], baseline="base")
    assert "<" not in book.header
    assert json.loads(book.header) == {"models": ["base", evil], "evaluators": [[evil, [evil]]]}

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sklearn.metrics import f1_score

from byeori import Context, EvaluationData, Example, Item, Score
from byeori.bulk import with_id
from byeori.statistics import macro_f1
from byeori.text import normalise
from byeori_plugins.evaluators import MultipleChoice
from byeori_plugins.evaluators.distractors import TOO_FEW
from byeori_plugins.evaluators.multiple_choice import TWO_RIGHT, MultipleChoiceConfig

SYMBOLS = [("hydrogen", "H"), ("oxygen", "O"), ("iron", "Fe"), ("gold", "Au"), ("neon", "Ne")]
NO_DATA = EvaluationData((), ())


def evaluator(**settings: Any) -> MultipleChoice:
    return MultipleChoice(MultipleChoiceConfig(**settings))


def examples(count: int = 20, language: str = "en") -> list[Example]:
    rows = [
        Example(
            instruction=f"Number of thing {n}?",
            output=f"answer {n}",
            task="number",
            language=language,
            document_id=f"d{n}",
        )
        for n in range(count)
    ]
    return [with_id(row) for row in rows]


def data(rows: list[Example]) -> EvaluationData:
    return EvaluationData(test=rows, documents=())


def test_an_item_of_an_example_has_its_answer_and_distinct_others(context: Context) -> None:
    rows = examples()
    items = list(evaluator().items(data(rows), context))
    assert len(items) == len(rows)
    for item, row in zip(items, rows, strict=True):
        assert item.answer is not None
        assert item.choices[item.answer] == item.reference == row.output
        assert len({normalise(choice) for choice in item.choices}) == 4
        assert set(item.choices) <= {other.output for other in rows}
        named = (item.example_id, item.document_id, item.task, item.language)
        assert named == (row.id, row.document_id, "number", "en")


def test_wrong_choices_are_of_the_same_task_and_language(context: Context) -> None:
    rows = [
        *examples(),
        *(with_id(replace(row, id="", language="ko")) for row in examples(4)),
        *(with_id(replace(row, id="", task="x", output=f"x{row.output}")) for row in examples(9)),
    ]
    outputs: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        outputs.setdefault((row.task, row.language), set()).add(row.output)
    items = list(evaluator().items(data(rows), context))
    assert len(items) == len(rows)
    for item in items:
        assert set(item.choices) <= outputs[item.task, item.language]


def test_too_few_wrong_choices_are_counted_and_not_made_up(
    make_context: Callable[..., Any],
) -> None:
    context = make_context()
    same = [with_id(replace(row, id="", output=" Yes. ")) for row in examples(5)]
    other = [with_id(replace(row, id="", output="no", instruction="Else?")) for row in same[:1]]
    items = list(evaluator(choices=3).items(data(same + other), context))
    assert items == []
    assert [reject.reason for reject in context.rejects] == [TOO_FEW] * 6
    assert {reject.where for reject in context.rejects} == {row.id for row in same + other}
    assert len(list(evaluator(choices=2).items(data(same + other), make_context()))) == 6


def test_another_right_answer_to_the_same_question_is_no_wrong_choice(context: Context) -> None:
    gases = ["neon", "argon", "xenon", "krypton", "helium"]
    rows = [
        Example(instruction="Name a noble gas.", output=gas, task="name", language="en")
        for gas in gases
    ] + [
        Example(instruction=f"Name metal {n}.", output=f"metal {n}", task="name", language="en")
        for n in range(5)
    ]
    for item in evaluator().items(data([with_id(row) for row in rows]), context):
        if item.reference in gases:
            assert len(set(item.choices) & set(gases)) == 1


def test_answers_of_symbols_alone_are_told_apart(context: Context) -> None:
    rows = [
        with_id(Example(instruction=f"Sign of {name}?", output=sign))
        for name, sign in (("sum", "+"), ("difference", "−"), ("product", "×"), ("ratio", "÷"))
    ]
    items = list(evaluator().items(data(rows), context))
    assert [len(set(item.choices)) for item in items] == [4] * 4


def test_items_depend_on_the_seed_and_nothing_else(make_context: Callable[..., Context]) -> None:
    rows = examples(60)
    first = list(evaluator().items(data(rows), make_context()))
    assert first == list(evaluator().items(data(rows), make_context()))
    assert first != list(evaluator().items(data(rows), make_context(7)))
    assert first == list(evaluator(scoring="letters").items(data(rows), make_context()))


def test_the_right_answer_stands_at_every_place(context: Context) -> None:
    items = list(evaluator().items(data(examples(400)), context))
    places = Counter(item.answer for item in items)
    assert set(places) == {0, 1, 2, 3}
    assert min(places.values()) > 70


def test_a_limit_draws_from_everywhere_and_keeps_the_order(
    make_context: Callable[..., Context],
) -> None:
    rows = examples(200)
    everything = list(evaluator().items(data(rows), make_context()))
    some = list(evaluator(limit=30).items(data(rows), make_context()))
    assert len(some) == 30
    assert some == [item for item in everything if item in some]
    assert some != everything[:30]
    assert some == list(evaluator(limit=30).items(data(rows), make_context()))
    assert list(evaluator(limit=500).items(data(rows), make_context())) == everything


def scored(
    model: Any, items: list[Item], context: Context, **settings: Any
) -> tuple[list[Score], MultipleChoice]:
    made = evaluator(**settings)
    return list(made.score(model, items, context)), made


ITEM = Item(
    id="i1", instruction="Which?", choices=("aa bb cc", "dddd", "e f"), answer=1, reference="dddd"
)


@pytest.mark.parametrize(("normalise", "chosen"), [("none", 1), ("tokens", 0), ("characters", 2)])
def test_log_likelihoods_are_divided_as_asked(
    known_model: Any, context: Context, normalise: str, chosen: int
) -> None:
    # by token -2, -5, -4; by character -0.75, -1.25, -0.7 (with these totals)
    totals = {"aa bb cc": -6.0, "dddd": -5.0, "e f": -5.1}
    if normalise == "characters":
        totals["e f"] = -2.1
        totals["dddd"] = -2.9
    model = known_model(lambda prompt, text: totals[text])
    (score,), _ = scored(model, [ITEM], context, normalise=normalise)
    assert score.metadata["chosen"] == chosen
    assert score.value == float(chosen == 1)
    assert (score.prediction, score.reference) == (ITEM.choices[chosen], "dddd")
    assert score.metadata["log_likelihoods"] == [totals[text] for text in ITEM.choices]
    assert (score.item_id, score.metric, score.metadata["answer"]) == ("i1", "accuracy", 1)


@pytest.mark.parametrize("bad", [float("nan"), float("-inf"), float("inf")])
def test_a_likelihood_that_is_not_finite_is_unscored_and_not_zero(
    known_model: Any, context: Context, bad: float
) -> None:
    model = known_model(lambda prompt, text: bad if text == "dddd" else -1.0)
    (score,), made = scored(model, [ITEM], context)
    assert score.value is None
    assert score.prediction == ""
    assert score.metadata["log_likelihoods"] == [-1.0, None, -1.0]
    assert made.summarise([score]) == {}


def test_texts_are_scored_after_the_question_alone(known_model: Any, context: Context) -> None:
    model = known_model(lambda prompt, text: -1.0)
    scored(model, [ITEM], context)
    assert model.prompts == [ITEM]
    assert model.texts == [ITEM.choices]


def test_letters_are_scored_after_the_question_and_its_choices(
    known_model: Any, context: Context
) -> None:
    model = known_model(lambda prompt, text: 0.0 if text == "B" else -1.0)
    item = replace(ITEM, input="A hint.")
    (score,), _ = scored(model, [item], context, scoring="letters", normalise="characters")
    assert model.prompts[0].input == "A hint.\n\nA. aa bb cc\nB. dddd\nC. e f"
    assert model.prompts[0].instruction == "Which?"
    assert model.texts == [("A", "B", "C")]
    assert (score.value, score.prediction) == (1.0, "dddd")


def test_a_model_without_knowledge_is_right_by_chance(chance: Any, context: Context) -> None:
    items = list(evaluator().items(data(examples(800)), context))
    scores, made = scored(chance, items, context)
    accuracy = sum(score.value or 0.0 for score in scores) / len(scores)
    assert 0.2 < accuracy < 0.3
    assert 0.2 < made.summarise(scores)["macro_f1"] < 0.3


PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60)


@given(PAIRS)
def test_the_macro_f1_is_that_of_scikit_learn_and_of_the_statistics(
    pairs: list[tuple[int, int]],
) -> None:
    right, chosen = zip(*pairs, strict=True)
    scores = [
        Score(
            item_id=str(n),
            metric="accuracy",
            value=float(answer == choice),
            metadata={"answer": answer, "chosen": choice},
        )
        for n, (answer, choice) in enumerate(pairs)
    ]
    found = evaluator().summarise(scores)["macro_f1"]
    expected = f1_score(right, chosen, average="macro", zero_division=0)
    assert found == pytest.approx(expected, abs=1e-12)
    assert found == macro_f1(chosen, right)
    assert evaluator().summarise([]) == {}


def test_the_summary_is_the_macro_f1_of_what_could_be_scored(
    known_model: Any, context: Context
) -> None:
    items = [replace(ITEM, id=str(n), answer=n % 3, instruction=str(n)) for n in range(12)]
    likes = {(str(n), ITEM.choices[(n * 7) % 3 if n % 4 else 0]): 0.0 for n in range(12)}
    model = known_model(
        lambda p, t: float("nan") if p.instruction == "5" else likes.get((p.instruction, t), -1.0)
    )
    scores, made = scored(model, items, context)
    known = [score for score in scores if score.value is not None]
    assert len(known) == 11
    expected = f1_score(
        [score.metadata["answer"] for score in known],
        [score.metadata["chosen"] for score in known],
        average="macro",
    )
    assert made.summarise(scores) == {"macro_f1": pytest.approx(expected)}


def test_choices_of_a_file_are_permuted_but_for_those_that_speak_of_others(
    tmp_path: Path, context: Context
) -> None:
    lines = [f"Question {n}?,a{n},b{n},c{n},d{n},B" for n in range(50)]
    lines += [f"Placed {n}?,a,b,Both A and B,None of the above,A" for n in range(20)]
    path = tmp_path / "exam.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    items = list(evaluator(path=path).items(NO_DATA, context))
    assert all(item.reference == f"b{n}" for n, item in enumerate(items[:50]))
    assert {item.answer for item in items[:50]} == {0, 1, 2, 3}
    assert {item.answer for item in items[50:]} == {0}
    assert {item.choices[3] for item in items[50:]} == {"None of the above"}
    unmoved = list(evaluator(path=path, shuffle=False).items(NO_DATA, context))
    assert {item.answer for item in unmoved[:50]} == {1}


def test_a_question_that_comes_again_is_counted_once(
    tmp_path: Path, make_context: Callable[..., Any]
) -> None:
    path = tmp_path / "exam.csv"
    path.write_text("Q?,a,b,A\nQ?,b,a,B\nQ?,a,c,A\n")
    context = make_context()
    items = list(evaluator(path=path).items(NO_DATA, context))
    assert [item.metadata["origin"] for item in items] == ["exam.csv:1", "exam.csv:3"]
    assert [reject.where for reject in context.rejects] == ["exam.csv:2"]


def test_a_right_answer_that_is_offered_twice_is_counted_and_not_asked(
    tmp_path: Path, make_context: Callable[..., Any]
) -> None:
    path = tmp_path / "exam.csv"
    path.write_text("Q?,a,b,a,A\nR?,a,b,a,B\n")  # the real exams have both
    context = make_context()
    (item,) = evaluator(path=path).items(NO_DATA, context)
    assert (item.instruction, item.reference) == ("R?", "b")
    assert [(r.where, r.reason) for r in context.rejects] == [("exam.csv:1", TWO_RIGHT)]


@pytest.mark.parametrize(
    "settings",
    [{"choices": 1}, {"choices": 27}, {"limit": 0}, {"scoring": "text "}, {"unknown": 1}],
)
def test_impossible_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        evaluator(**settings)


def test_every_setting_is_described() -> None:
    fields = MultipleChoiceConfig.model_fields
    assert all(field.description for field in fields.values())


def test_the_korean_exam_becomes_items(
    shared_data: Callable[..., Path], chance: Any, context: Context
) -> None:
    path = shared_data("korean_chem_exam", "exam.jsonl")
    items = list(evaluator(path=path, language="ko").items(NO_DATA, context))
    assert len(items) == 103
    assert items[0].instruction.startswith("물(H₂O) 분자에서")
    assert items[0].reference == "공유결합"
    assert {item.language for item in items} == {"ko"}
    # More than half of the answers stand at index 1 of the file: no longer.
    assert max(Counter(item.answer for item in items).values()) < 45
    scores, _ = scored(chance, items, context)
    assert len(scores) == 103


@pytest.mark.parametrize(
    ("file", "count"),
    [
        ("high_school_chemistry_test.csv", 204),
        ("astronomy_test.csv", 152),
        ("astronomy_dev.csv", 5),
    ],
)
def test_mmlu_becomes_items(
    shared_data: Callable[..., Path], context: Context, file: str, count: int
) -> None:
    import csv

    path = shared_data("mmlu", file)
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    assert len(rows) == count
    items = list(evaluator(path=path).items(NO_DATA, context))
    assert [item.instruction for item in items] == [row[0].strip() for row in rows]
    for item, row in zip(items, rows, strict=True):
        assert item.reference == row[1 + "ABCD".index(row[-1])].strip()
        assert sorted(item.choices) == sorted(cell.strip() for cell in row[1:5])
        assert item.task == path.stem.rpartition("_")[0]

"""Few-shot examples, orders of the choices, and what is said of places and subjects."""

import dataclasses
import itertools
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.stats import chisquare
from sklearn.metrics import f1_score

from byeori import Context, DataError, EvaluationData, Item, Score
from byeori_plugins.evaluators import MultipleChoice
from byeori_plugins.evaluators.choices.exam import SHOWN
from byeori_plugins.evaluators.choices.orders import orders
from byeori_plugins.evaluators.choices.summary import place_bias
from byeori_plugins.evaluators.multiple_choice import MultipleChoiceConfig

NO_DATA = EvaluationData((), ())
ITEM = Item(id="i1", instruction="Which?", choices=("w", "x", "y"), answer=1, reference="x")


def evaluator(**settings: Any) -> MultipleChoice:
    return MultipleChoice(MultipleChoiceConfig(**settings))


@pytest.fixture
def exam(tmp_path: Path) -> Path:
    """Two subjects of eight questions, in two files, and their examples."""
    for split, count in (("test", 8), ("dev", 4)):
        (tmp_path / split).mkdir()
        for subject in ("gold_mining", "law"):
            lines = [f"{subject} {split} {n}?,w{n},x{n},y{n},B" for n in range(count)]
            (tmp_path / split / f"{subject}_{split}.csv").write_text("\n".join(lines))
    return tmp_path


def asked(known_model: Any, context: Context, **settings: Any) -> Any:
    """The prompts and texts that a model gets, with the items."""
    model = known_model(lambda prompt, text: -1.0)
    made = evaluator(shuffle=False, **settings)
    items = [replace(item, id=str(n)) for n, item in enumerate(made.items(NO_DATA, context))]
    list(made.score(model, items, context))
    return model, items


def test_plain_few_shot_prompts_are_mmlus(exam: Path, known_model: Any, context: Context) -> None:
    model, _ = asked(
        known_model, context, path=exam / "test", shots_path=exam / "dev", shots=2,
        prompt="plain", scoring="letters", description="About {{ subject }}.\n\n",
    )  # fmt: skip
    assert model.prompts[0].instruction == (
        "About gold mining.\n\n"
        "gold_mining dev 0?\nA. w0\nB. x0\nC. y0\nAnswer: B\n\n"
        "gold_mining dev 1?\nA. w1\nB. x1\nC. y1\nAnswer: B\n\n"
        "gold_mining test 0?\nA. w0\nB. x0\nC. y0\nAnswer:"
    )
    assert model.texts[0] == (" A", " B", " C")
    assert "law dev 0?" in model.prompts[-1].instruction
    assert "gold_mining" not in model.prompts[-1].instruction


def test_with_a_template_examples_are_earlier_turns(
    exam: Path, known_model: Any, context: Context
) -> None:
    model, _ = asked(
        known_model, context, path=exam / "test", shots_path=exam / "dev", shots=1,
        scoring="text", description="Of {{ subject }}",
    )  # fmt: skip
    first = model.prompts[0]
    assert [(turn.role, turn.content) for turn in first.history] == [
        ("user", "gold_mining dev 0?"), ("assistant", "x0"),
    ]  # fmt: skip
    assert (first.system, first.instruction) == ("Of gold mining", "gold_mining test 0?")
    assert model.texts[0] == ("w0", "x0", "y0")


def test_examples_from_the_exam_itself_are_not_asked(
    exam: Path, known_model: Any, make_context: Callable[..., Any]
) -> None:
    context = make_context()
    _, items = asked(known_model, context, path=exam / "test", shots=3)
    assert len(items) == 2 * (8 - 3)
    shown = {turn.content for item in items for turn in item.history if turn.role == "user"}
    assert len(shown) == 6
    assert not shown & {item.instruction for item in items}
    assert [reject.reason for reject in context.rejects] == [SHOWN] * 6


def test_drawn_examples_depend_on_the_seed_and_are_the_same_for_a_subject(
    exam: Path, known_model: Any, make_context: Callable[..., Any]
) -> None:
    def shown(seed: int) -> set[tuple[str, ...]]:
        _, items = asked(
            known_model, make_context(seed), path=exam / "test", shots=2,
            shots_path=exam / "dev", shots_order="drawn",
        )  # fmt: skip
        return {tuple(turn.content for turn in item.history) for item in items}

    assert len(shown(1)) == 2
    assert shown(1) == shown(1)
    assert any(shown(1) != shown(seed) for seed in range(2, 8))


def test_a_subject_without_enough_examples_stops_and_is_named(exam: Path, context: Context) -> None:
    made = evaluator(path=exam / "test", shots=5, shots_path=exam / "dev")
    with pytest.raises(DataError, match="4 examples of the subject 'gold_mining' to take 5 from"):
        list(made.items(NO_DATA, context))
    (exam / "test" / "art_test.csv").write_text("Art?,w,x,A")
    made = evaluator(path=exam / "test", shots=1, shots_path=exam / "dev")
    with pytest.raises(DataError, match=r"0 examples of the subject 'art'.*'gold_mining', 'law'"):
        list(made.items(NO_DATA, context))


def test_an_exam_may_come_from_a_saved_data_set(
    tmp_path: Path, known_model: Any, context: Context
) -> None:
    import datasets

    rows = {"premise": ["P.", "R."], "question": ["결과", "원인"], "alternative_1": ["w", "y"],
            "alternative_2": ["x", "z"], "label": [1, 0]}  # fmt: skip
    datasets.Dataset.from_dict(rows).save_to_disk(str(tmp_path / "copa"))
    model, items = asked(
        known_model, context, data_set={"folder": tmp_path / "copa"}, prompt="plain"
    )
    assert [item.reference for item in items] == ["x", "y"]
    assert [prompt.instruction for prompt in model.prompts] == ["P.  그래서", "R.  왜냐하면"]
    assert items[0].metadata["origin"] == "copa[train]:1"


@given(st.integers(2, 5), st.integers(1, 30), st.text(max_size=3))
def test_orders_are_distinct_and_rotations_come_first(choices: int, wanted: int, name: str) -> None:
    context = Context("e", 1, Path(), Path())
    found = orders(choices, wanted, context, name)
    assert found == orders(choices, wanted, context, name)
    assert len(set(found)) == len(found) == min(wanted, math.factorial(choices))
    assert found[0] == tuple(range(choices))
    assert set(found) <= set(itertools.permutations(range(choices)))
    if wanted >= choices:
        for place in range(choices):
            assert {order[place] for order in found[:choices]} == set(range(choices))


def test_a_model_that_knows_is_right_and_consistent_in_every_order(
    known_model: Any, context: Context
) -> None:
    def likes_x(prompt: Any, letter: str) -> float:
        return 0.0 if f"{letter}. x" in prompt.input else -1.0

    made = evaluator(scoring="letters", permutations=3)
    accuracy, consistency = made.score(known_model(likes_x), [ITEM], context)
    assert (accuracy.value, consistency.value, accuracy.prediction) == (1.0, 1.0, "x")
    assert accuracy.metadata["orders"] == {"chosen": [1, 0, 2], "right": [1, 0, 2]}


def test_a_model_that_always_says_a_is_right_by_chance_and_its_bias_is_told(
    known_model: Any, make_context: Callable[..., Any]
) -> None:
    context = make_context()
    said: list[str] = []
    object.__setattr__(context, "progress_display", Listening(said))
    made = evaluator(scoring="letters", permutations=3)
    items = [replace(ITEM, id=str(n), answer=n % 3) for n in range(30)]
    model = known_model(lambda prompt, letter: 0.0 if letter == "A" else -1.0)
    scores = list(made.score(model, items, context))
    accuracies = [score.value for score in scores if score.metric == "accuracy"]
    assert accuracies == [pytest.approx(1 / 3)] * 30
    assert {score.value for score in scores if score.metric == "consistency"} == {1 / 3}
    figures = made.summarise(scores)
    assert (figures["chosen A"], figures["chosen B"], figures["chosen C"]) == (1.0, 0.0, 0.0)
    assert said == [
        "known: chosen by place: A 100%, B 0%, C 0%; chi-square 180.00 (2), p = 8.19e-40"
    ]


class Listening:
    def __init__(self, said: list[str]) -> None:
        self.said = said

    def track(self, rows: Any, **_: Any) -> Any:
        return rows

    def message(self, text: str) -> None:
        self.said.append(text)


def made_score(number: int, chosen: int, answer: int, choices: int, **more: Any) -> Score:
    about = {"chosen": chosen, "answer": answer, "log_likelihoods": [0.0] * choices, **more}
    return Score(item_id=str(number), metric="accuracy", value=float(chosen == answer),
                 metadata=about)  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=50))
def test_the_bias_is_scipys_chi_square_and_the_f1_is_scikit_learns(
    pairs: list[tuple[int, int]],
) -> None:
    labels = {"labels": list("ABCD"), "lettered": True}
    scores = [made_score(n, c, a, 4, **labels) for n, (c, a) in enumerate(pairs)]
    counts = Counter(chosen for chosen, _ in pairs)
    expected = chisquare([counts[place] for place in range(4)])
    found = place_bias(scores)
    assert found.statistic == pytest.approx(expected.statistic)
    assert found.p_value == pytest.approx(expected.pvalue)
    chosen, right = zip(*pairs, strict=True)
    by_class = f1_score(right, chosen, labels=range(4), average=None, zero_division=0)
    figures = evaluator(scoring="letters").summarise(scores)
    assert [figures[f"f1 {letter}"] for letter in "ABCD"] == pytest.approx(list(by_class))
    assert sum(figures[f"chosen {letter}"] for letter in "ABCD") == pytest.approx(1)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=30))
def test_places_are_rows_of_the_report_with_intervals_and_scipys_test(
    pairs: list[tuple[int, int]],
) -> None:
    labels = {"labels": list("ABC"), "lettered": True}
    scores = [made_score(n, c, a, 3, **labels) for n, (c, a) in enumerate(pairs)]
    unscored = dataclasses.replace(scores[0], item_id="lost", value=None)
    *shares, statistic, p = evaluator(scoring="letters").diagnose({"lora": [*scores, unscored]})
    chosen, right = zip(*pairs, strict=True)
    assert [d.value for d in shares] == [chosen.count(n) / len(pairs) for n in range(3)]
    assert [d.unit.split()[-1] for d in shares] == [
        f"{right.count(n) / len(pairs):.3g}" for n in range(3)
    ]
    assert all(d.low is not None and d.low <= d.value <= d.high for d in shares)
    expected = chisquare([chosen.count(place) for place in range(3)])
    assert (statistic.value, p.value) == pytest.approx((expected.statistic, expected.pvalue))
    assert {d.model for d in (*shares, statistic, p)} == {"lora"}


def test_texts_that_are_not_lettered_have_no_favourite_place() -> None:
    assert not list(evaluator().diagnose({"lora": [made_score(n, 0, 0, 2) for n in range(4)]}))


def test_items_with_fewer_choices_are_expected_at_their_own_places() -> None:
    scores = [made_score(n, 0, 0, 2) for n in range(4)] + [made_score(9, 2, 2, 4)]
    assert place_bias(scores).expected == (2.25, 2.25, 0.25, 0.25)


def test_classes_have_a_f1_each_and_keep_their_order(
    tmp_path: Path, known_model: Any, context: Context
) -> None:
    lines = ["sentence\tlabel", *(f"문장 {n}\t{n % 2}" for n in range(20))]
    (tmp_path / "sentineg.tsv").write_text("\n".join(lines), encoding="utf-8")
    made = evaluator(path=tmp_path / "sentineg.tsv")
    items = [replace(i, id=str(n)) for n, i in enumerate(made.items(NO_DATA, context))]
    assert {item.choices for item in items} == {("부정", "긍정")}
    model = known_model(lambda prompt, text: 0.0 if text == "긍정" else -1.0)
    figures = made.summarise(list(made.score(model, items, context)))
    assert figures == {
        "macro_f1": pytest.approx(1 / 3), "f1 부정": 0.0, "f1 긍정": pytest.approx(2 / 3),
    }  # fmt: skip


def test_the_mean_of_subjects_counts_each_the_same() -> None:
    scores = [made_score(n, 0, 0, 2, task="a", subjects=2) for n in range(3)]
    scores += [made_score(9, 0, 1, 2, task="b", subjects=2)]
    assert evaluator().summarise(scores)["mean_of_subjects"] == 0.5


def test_an_item_too_long_in_one_of_its_orders_is_unscored_by_both_metrics(
    context: Context, known_model: Any
) -> None:
    from byeori.models import PromptTooLongError

    class Short(known_model):  # type: ignore[misc]
        def log_likelihoods(self, prefixes: Any, continuations: Any) -> Any:
            long = {n: "too long" for n, p in enumerate(prefixes) if "long" in p.instruction}
            if long:
                raise PromptTooLongError(long)
            return super().log_likelihoods(prefixes, continuations)

    items = [replace(ITEM, id="a"), replace(ITEM, id="b", instruction="long")]
    made = evaluator(scoring="letters", permutations=3)
    scores = list(made.score(Short(lambda p, t: -1.0), items, context))
    assert [(s.item_id, s.metric, s.value is None) for s in scores] == [
        ("a", "accuracy", False), ("a", "consistency", False),
        ("b", "accuracy", True), ("b", "consistency", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"permutations": 2}, "`permutations` needs `scoring: letters`"),
        ({"shots": 1}, "`shots` needs `path`"),
        ({"path": "e", "shots_path": "d"}, "need `shots`"),
        ({"plain_prompt": "x"}, "needs `prompt: plain`"),
        ({"description": "{{ x"}, "not a Jinja template"),
        ({"path": "e", "data_set": {"folder": "f"}}, "either `path` or `data_set`"),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(
    settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        evaluator(**settings)

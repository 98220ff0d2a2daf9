"""Scores by judges: blind, in both orders, and never from what cannot be read."""

import json
import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from byeori import Item, StoppedError
from byeori.bulk import with_id
from byeori.comparison import CompareSettings, compare

from .conftest import ANSWERS, FIRST, LONGER, replying, shown

KULLM = {
    "understandability": 1, "naturalness": 2, "context": 3, "interest": 1, "instruction-use": 0,
    "overall": 4,
}  # fmt: skip


def test_each_scale_is_a_metric_with_its_own_range_and_the_reason(bench: Any) -> None:
    bench.server.reply = lambda body: json.dumps({"reason": "clear", **KULLM})
    scores = bench.rate("kullm")
    assert {score.metric: score.value for score in scores[:6]} == KULLM
    ranges = {score.metric: score.metadata["scale"] for score in scores}
    assert ranges["understandability"] == [0, 1]
    assert ranges["naturalness"] == ranges["context"] == ranges["interest"] == [1, 3]
    assert ranges["overall"] == [1, 5]
    first = scores[0].metadata
    assert first["judgements"][0]["reason"] == "clear"
    assert first["judgement_0_answer"]
    assert scores[0].prediction == ANSWERS["lora"][0]
    assert len(bench.server.bodies) == 6


def test_the_judge_never_learns_whose_answer_it_reads(bench: Any) -> None:
    bench.server.reply = LONGER
    names = ("my-base-7b", "secret-tuned")
    bench.rate(
        "pairwise", "secret-tuned", {"base": ANSWERS["base"], "secret-tuned": ANSWERS["lora"]}
    )
    for body in bench.server.bodies:
        text = json.dumps(body)
        assert not any(name in text for name in (*names, "base", "tuned", "lora", "baseline"))


def test_pairs_are_judged_in_both_orders_and_the_first_is_drawn_by_the_seed(bench: Any) -> None:
    bench.server.reply = LONGER
    scores = bench.rate("pairwise")
    assert [score.value for score in scores] == [1.0] * 6
    orders = Counter(
        (shown(b, "answer_1") in ANSWERS["lora"], shown(b, "answer_1")[-1])
        for b in bench.server.bodies
    )
    assert len(orders) == 12
    assert set(orders.values()) == {1}

    def first_places(seed: int) -> list[int]:
        made = bench.rate("pairwise", seed=seed, orders="one")
        return [score.metadata["judgements"][0]["place"] for score in made]

    drawn = first_places(1)
    assert drawn == first_places(1)
    assert any(first_places(seed) != drawn for seed in range(2, 6))
    assert {1, 2} <= {place for seed in range(6) for place in first_places(seed)}


def test_a_choice_that_changes_with_the_order_is_a_tie_or_not_judged(
    bench: Any,
) -> None:
    bench.server.reply = FIRST
    scores = bench.rate("pairwise")
    assert [score.value for score in scores] == [0.5] * 6
    diagnostics = {d.name: d for d in bench.judge.diagnose({"lora": scores})}
    assert diagnostics["inconsistent"].value == 1.0
    assert diagnostics["inconsistent"].count == 6
    assert diagnostics["chosen first"].value == 1.0
    unjudged = bench.rate("pairwise", inconsistent="unjudged")
    assert [score.value for score in unjudged] == [None] * 6
    assert "changes with the order" in unjudged[0].metadata["unscored"]


def test_the_baseline_is_even_with_itself_and_no_judge_is_asked(bench: Any) -> None:
    scores = bench.rate("pairwise", "base")
    assert [score.value for score in scores] == [0.5] * 6
    assert bench.server.bodies == []


def nasa(a: str, b: str) -> dict[str, Any]:
    points = {True: {"match": 4}, False: {"match": 2}}
    longer = len(a) > len(b)
    return {
        "answer_1": points[longer],
        "answer_2": points[not longer],
        "closer": "answer_1" if longer else "answer_2",
    }


def test_nasas_judge_picks_scores_both_and_says_why_and_both_models_share_what_it_said(
    bench: Any,
) -> None:
    bench.server.reply = replying(nasa)
    tuned, base = bench.rate("nasa/closest-answer"), bench.rate("nasa/closest-answer", "base")
    by_metric = {
        name: [{s.value for s in scores if s.metric == metric} for metric in ("match", "closer")]
        for name, scores in (("tuned", tuned), ("base", base))
    }
    assert by_metric == {"tuned": [{4.0}, {1.0}], "base": [{2.0}, {0.5}]}
    assert tuned[0].metadata["scale"] == [1, 5]
    # Both models' scores come from the very same judgements: a journal asks for each once.
    assert set(bench.server.requests.values()) == {2}
    matched = {shown(body, "matched answer") for body in bench.server.bodies}
    assert matched == {f"right {n}" for n in range(6)}


def test_beside_several_models_the_baselines_scores_are_the_mean_and_pairs_are_kept_apart(
    bench: Any,
) -> None:
    answers = {**ANSWERS, "other": [f"an even longer answer, number {n}" for n in range(6)]}

    def judged(a: str, b: str) -> dict[str, Any]:
        # 4 for the baseline beside `lora`, 2 beside `other`; the first answer is always closer.
        points = [2 if "even" in b + a else 4 if "short" in text else 1 for text in (a, b)]
        return {
            "answer_1": {"match": points[0]},
            "answer_2": {"match": points[1]},
            "closer": "answer_1" if "even" in a + b or len(a) > len(b) else "answer_2",
        }

    bench.server.reply = replying(judged)
    scores = {
        name: [replace(s, model=name) for s in bench.rate("nasa/closest-answer", name, answers)]
        for name in answers
    }
    assert {s.value for s in scores["base"] if s.metric == "match"} == {3.0}
    assert {s.value for s in scores["lora"] if s.metric == "closer"} == {1.0}
    assert {s.value for s in scores["other"] if s.metric == "closer"} == {0.5}
    (told,) = (d for d in bench.judge.diagnose(scores) if d.name == "inconsistent")
    assert (told.value, told.count) == (0.5, 12)


def test_neither_answer_matches_is_a_tie(bench: Any) -> None:
    weak = {"answer_1": {"match": 1}, "answer_2": {"match": 1}, "closer": "nothing"}
    bench.server.reply = replying(lambda a, b: weak)
    scores = bench.rate("nasa/closest-answer")
    assert {(s.metric, s.value) for s in scores} == {("match", 1.0), ("closer", 0.5)}


GARBAGE = [
    "", "5", "[]", "null", "I cannot judge this.", '{"reason": "x"}', '{"quality": 5}', "{{{",
    *(
        f'{{"reason": "x", "quality": {value}}}'
        for value in ("11", "0", "-3", "5.5", "true", "null", '"good"', "[5]", "NaN", "1e400")
    ),
]  # fmt: skip


@pytest.mark.parametrize("garbage", GARBAGE)
def test_what_cannot_be_read_or_is_out_of_range_is_never_a_score(bench: Any, garbage: str) -> None:
    def reply(body: dict[str, Any]) -> str:
        good = "Question 0" in body["messages"][0]["content"]
        return '{"reason": "good", "quality": 7}' if good else garbage

    bench.server.reply = reply
    scores = bench.rate("quality")
    assert [score.value for score in scores] == [7.0] + [None] * 5
    assert all(score.metadata["unscored"].startswith("not judged: ") for score in scores[1:])
    assert len(bench.rejects) == 5
    share, judgements = list(bench.judge.diagnose({"lora": scores}))[:2]
    assert (share.name, share.value, share.count) == ("not judged", 5 / 6, 6)
    assert (judgements.name, judgements.value) == ("failed judgements", 5 / 6)


def test_a_judge_that_only_ever_says_garbage_stops_the_run_and_gives_no_score(bench: Any) -> None:
    bench.server.reply = lambda body: "As a language model I like both."
    with pytest.raises(StoppedError, match="the answer is not JSON"):
        bench.rate("quality")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Fine. [[7]]", 7.0), ("[[ 10 ]]", 10.0), ("[[3]] and again [[3]]", 3.0),
        ("[[3]] or [[4]]", None), ("[[11]]", None), ("[[0]]", None), ("[[good]]", None),
        ("Rating: 5", None), ("[5]", None),
    ],
)  # fmt: skip
def test_a_rating_in_brackets_is_read_as_mt_bench_has_it(
    bench: Any, text: str, value: float | None
) -> None:
    good = "Question 0"
    bench.server.reply = lambda b: "[[5]]" if good in b["messages"][0]["content"] else text
    assert [score.value for score in bench.rate("rating")] == [5.0] + [value] * 5
    assert all("response_format" not in body for body in bench.server.bodies)


def test_repeats_and_judges_are_averaged_and_a_judge_that_fails_leaves_the_item_unjudged(
    bench: Any,
) -> None:
    seen: Counter[str] = Counter()

    def reply(body: dict[str, Any]) -> str:
        key = body["model"] + body["messages"][0]["content"]
        seen[key] += 1
        if body["model"] == "strict":
            if "Question 3" in key:
                return "no"
            return '{"reason": "x", "quality": 2}'
        return json.dumps({"reason": "x", "quality": 5 + seen[key]})  # 6, then 7

    bench.server.reply = reply
    strict = {**bench.model, "name": "strict"}
    scores = bench.rate("quality", repeats=2, panel=[strict])
    values = [score.value for score in scores]
    assert values == [(6.5 + 2) / 2] * 3 + [None] + [(6.5 + 2) / 2] * 2
    made = scores[0].metadata["judgements"]
    assert sorted((one["name"], one["value"]) for one in made) == [
        ("gpt-x", 6.0), ("gpt-x", 7.0), ("strict", 2.0), ("strict", 2.0),
    ]  # fmt: skip


def test_an_answer_that_could_not_be_asked_for_is_not_judged(bench: Any) -> None:
    from byeori import Answer, Answered, Context
    from byeori_plugins.evaluators.judge import Judge, JudgeConfig

    bench.server.reply = lambda body: '{"reason": "x", "quality": 5}'
    items = [with_id(Item(instruction=f"Question {n}?")) for n in range(2)]
    answers = [
        Answer(item_id=items[0].id, problem="too long for the model"),
        Answer(item_id=items[1].id, text=""),
    ]
    judge = Judge(JudgeConfig.model_validate({"rubric": "quality", "model": bench.model}))
    context = Context("scores", 1, bench.folder, bench.folder)
    answered = Answered("lora", "base", {"lora": answers})
    first, second = judge.rate(answered, items, context)
    assert (first.value, first.metadata["unscored"]) == (None, "too long for the model")
    assert second.value == 5.0  # an empty answer is an answer
    assert len(bench.server.bodies) == 1


def test_the_mark_between_the_parts_cannot_be_guessed_from_the_answer(bench: Any) -> None:
    bench.server.reply = lambda body: '{"reason": "x", "quality": 5}'
    bench.rate("quality")
    marks = {
        re.search(r"answer (\w{8}) =", body["messages"][0]["content"])[1]  # type: ignore[index]
        for body in bench.server.bodies
    }
    assert len(marks) == 6


def test_the_papers_categories_say_what_is_alike_and_what_each_answer_has_alone(bench: Any) -> None:
    names = (
        "objectives", "importance", "information", "direction", "commercial-impact",
        "mission-contribution",
    )  # fmt: skip

    def compare(a: str, b: str) -> dict[str, Any]:
        longer = "answer_1" if len(a) > len(b) else "answer_2"
        told = {"both": "a theme", "answer_1": f"only {a}", "answer_2": f"only {b}"}
        return {
            name: {**told, "choice": longer if name == "direction" else "similar"} for name in names
        }

    bench.server.reply = replying(compare)
    scores = bench.rate("nasa/similarities")
    values = {score.metric: score.value for score in scores}
    assert values == {name: 1.0 if name == "direction" else 0.5 for name in names}
    for score in scores:
        for one in score.metadata["judgements"]:
            analysis = one["analysis"]
            assert analysis["both"] == "a theme"
            assert analysis["own"] == f"only {score.prediction}"
            assert "short" in analysis["other"]


def test_the_nasa_papers_tables_come_out_of_its_judges_scores(bench: Any) -> None:
    """Tables 5 to 7 of Kim et al. 2024, to their printed digits."""
    points = {
        "base": [4, 1, 2, 1, 3, 2, 2, 2, 4, 1],
        "lora": [1, 2, 2, 2, 4, 4, 3, 3, 3, 2],
    }
    said = {model: [f"{model} {n}" for n in range(10)] for model in points}

    def judged(a: str, b: str) -> dict[str, Any]:
        scores = [points[text[:4]][int(text[5:])] for text in (a, b)]
        order = (scores[0] > scores[1]) - (scores[0] < scores[1])
        return {
            "answer_1": {"match": scores[0]},
            "answer_2": {"match": scores[1]},
            "closer": {1: "answer_1", -1: "answer_2", 0: "nothing"}[order],
        }

    bench.server.reply = replying(judged)
    scores = [
        replace(score, model=model, evaluator="judge")
        for model in points
        for score in bench.rate("nasa/closest-answer", model, said)
    ]
    match, closer = compare(scores, CompareSettings(correction="none"))
    assert (match.metric, closer.metric) == ("match", "closer")
    assert match.baseline is not None and match.tuned is not None
    assert (match.baseline.value, match.tuned.value) == (2.2, 2.6)
    assert match.test is not None and match.variance is not None
    assert match.test.statistic == pytest.approx(0.884651737, abs=5e-10)
    assert match.test.p_value == pytest.approx(0.399361359, abs=5e-10)
    assert match.correlation == pytest.approx(0.08104409, abs=5e-9)
    assert match.variance.statistic == pytest.approx(1.380952381, abs=5e-10)
    assert match.variance.p_value == pytest.approx(0.319200279, abs=5e-10)
    assert closer.tuned is not None
    assert closer.tuned.value == 0.75  # seven for the tuned model, two against it, one tie

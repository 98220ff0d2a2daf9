"""What is told of a judge, against scipy and scikit-learn, and on biases that were planted."""

import json
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import spearmanr
from sklearn.metrics import cohen_kappa_score

from byeori import DataError

from .conftest import ANSWERS, FIRST, LONGER, replying

TEXTS = {
    "base": [chr(97 + n) * (5 + 7 * n % 11) for n in range(12)],
    "lora": [chr(97 + n) * (4 + 5 * n % 13) for n in range(12)],
}


def by_name(bench: Any, scores: dict[str, Any]) -> dict[str, Any]:
    return {d.name: d for d in bench.judge.diagnose(scores)}


def points(body: dict[str, Any]) -> int:
    return 1 + sum(map(ord, body["messages"][0]["content"])) % 10


def test_length_bias_is_spearmans_rho_of_the_differences_between_the_models(bench: Any) -> None:
    bench.server.reply = lambda body: json.dumps({"reason": "x", "quality": points(body)})
    scores = {model: bench.rate("quality", model, TEXTS) for model in ("base", "lora")}
    values = [b.value - a.value for a, b in zip(*scores.values(), strict=True)]
    lengths = [len(b) - len(a) for a, b in zip(*TEXTS.values(), strict=True)]
    told = by_name(bench, scores)["length bias"]
    assert told.value == pytest.approx(spearmanr(values, lengths).statistic)
    assert told.low is not None
    assert told.low <= told.value <= told.high
    assert told.count == 12


def test_a_judge_that_prefers_the_longer_answer_is_seen(bench: Any) -> None:
    bench.server.reply = LONGER
    scores = {model: bench.rate("pairwise", model, TEXTS) for model in ("base", "lora")}
    told = by_name(bench, scores)
    assert told["length bias"].value > 0.8
    assert told["inconsistent"].value <= 1 / 12  # answers of one length are chosen by place
    assert told["chosen first"].value == pytest.approx(0.5, abs=0.1)


def test_a_judge_that_scores_the_first_answer_higher_is_seen(bench: Any) -> None:
    bench.server.reply = replying(
        lambda a, b: {"answer_1": {"match": 4}, "answer_2": {"match": 3}, "closer": "answer_1"}
    )
    scores = {model: bench.rate("nasa/closest-answer", model) for model in ("base", "lora")}
    told = by_name(bench, scores)
    assert told["shown first"].value == 1.0
    assert told["shown first"].metric == "match"
    assert told["chosen first"].value == told["inconsistent"].value == 1.0
    assert {score.value for score in scores["lora"] if score.metric == "match"} == {3.5}


def test_the_same_judgement_is_counted_once_though_both_models_scores_come_of_it(
    bench: Any,
) -> None:
    bench.server.reply = FIRST
    told = by_name(bench, {m: bench.rate("pairwise", m) for m in ("base", "lora")})
    assert told["failed judgements"].count == 12
    assert told["inconsistent"].count == 6


def test_judges_that_say_the_same_agree_fully_and_others_do_not(bench: Any) -> None:
    def reply(body: dict[str, Any]) -> str:
        shift = 5 if body["model"] == "other" else 0
        return json.dumps({"reason": "x", "quality": 1 + (points(body) + shift) % 10})

    bench.server.reply = reply
    for name, agrees in (("same", True), ("other", False)):
        panel = [{**bench.model, "name": name}]
        scores = {"lora": bench.rate("quality", "lora", TEXTS, panel=panel)}
        told = by_name(bench, scores)["judges with each other"]
        assert (told.value == 1.0) is agrees
        assert told.count == 12


def test_repeats_that_differ_are_told_from_those_that_do_not(bench: Any) -> None:
    bench.server.reply = lambda body: json.dumps({"reason": "x", "quality": points(body)})
    scores = {"lora": bench.rate("quality", "lora", TEXTS, repeats=3)}
    assert by_name(bench, scores)["judges with themselves"].value == 1.0


def rated(folder: Path, scores: Any, values: list[int], **more: Any) -> Path:
    rows = [
        {"item_id": s.item_id, "model": "lora", "metric": s.metric, "value": v, **more}
        for s, v in zip(scores, values, strict=True)
    ]
    path = folder / "people.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_agreement_with_people_is_cohens_kappa_and_krippendorffs_alpha(bench: Any) -> None:
    bench.server.reply = lambda body: json.dumps({"reason": "x", "quality": points(body)})
    first = bench.rate("quality", "lora", TEXTS)
    ours = [int(score.value) for score in first]
    theirs = [value if n % 3 else 1 + value % 10 for n, value in enumerate(ours)]
    people = rated(bench.folder, first, theirs, rater="kim")
    scores = bench.rate("quality", "lora", TEXTS, human=people)
    told = [d for d in bench.judge.diagnose({"lora": scores}) if d.name == "judges with people"]
    alpha, kappa = told
    assert kappa.value == pytest.approx(cohen_kappa_score(ours, theirs))
    assert alpha.unit.startswith("Krippendorff")
    assert 0 < alpha.value < 1
    assert alpha.count == kappa.count == 12
    agreed = rated(bench.folder, first, ours)
    full = bench.rate("quality", "lora", TEXTS, human=agreed)
    values = [
        d.value for d in bench.judge.diagnose({"lora": full}) if d.name == "judges with people"
    ]
    assert values == [1.0, 1.0]


def test_a_rating_of_another_answer_is_left_out_and_counted(bench: Any) -> None:
    bench.server.reply = lambda body: json.dumps({"reason": "x", "quality": points(body)})
    first = bench.rate("quality")
    stale = rated(bench.folder, first, [3] * 6, prediction="an answer of last week")
    scores = bench.rate("quality", human=stale)
    assert not any("human" in score.metadata for score in scores)
    assert [reject.reason for reject in bench.rejects] == [
        "a rating of another answer than the model's"
    ] * 6


@pytest.mark.parametrize(("value", "metric"), [(11, "quality"), ("7", "quality"), (7, "overall")])
def test_a_rating_that_is_none_stops_with_its_line(bench: Any, value: Any, metric: str) -> None:
    bench.server.reply = lambda body: json.dumps({"reason": "x", "quality": 5})
    row = {"item_id": "x", "model": "lora", "metric": metric, "value": value}
    path = bench.folder / "people.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(DataError, match=r"people\.jsonl:1"):
        bench.rate("quality", human=path)


def test_one_model_alone_has_the_correlation_of_its_own_scores_and_lengths(bench: Any) -> None:
    bench.server.reply = lambda body: json.dumps({"reason": "x", "quality": points(body)})
    scores = bench.rate("quality", "lora", TEXTS)
    expected = spearmanr([s.value for s in scores], [len(text) for text in TEXTS["lora"]])
    assert by_name(bench, {"lora": scores})["length bias"].value == pytest.approx(
        expected.statistic
    )


def test_figures_that_are_not_defined_say_so(bench: Any) -> None:
    bench.server.reply = lambda body: json.dumps({"reason": "x", "quality": 5})
    scores = {m: bench.rate("quality", m, ANSWERS, repeats=2) for m in ANSWERS}
    told = by_name(bench, scores)
    for name in ("length bias", "judges with themselves"):
        assert told[name].value is None
        assert told[name].note

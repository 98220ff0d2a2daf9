"""The gate: blocks what got worse, passes what did not, and says on what figures."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from byeori import Score
from byeori.comparison import CompareSettings, compare
from byeori.comparison.gate import GateDecision
from byeori.comparison.gate.decide import decisions
from byeori.errors import RecipeError
from byeori.records import LOWER_IS_BETTER
from byeori.statistics import bootstrap_interval, macro_average, paired_shares

RULE = {"evaluator": "mmlu", "drops_by_more_than": 0.02}


def rows(model: str, values: list, metric: str = "accuracy") -> list[Score]:
    return [
        Score(item_id=f"i{n:05}", metric=metric, value=value, model=model, evaluator="mmlu")
        for n, value in enumerate(values)
    ]


def decide(base: list, tuned: list, clusters: dict | None = None, **rule: object) -> GateDecision:
    scores = rows("base", base) + rows("lora", tuned)
    settings = CompareSettings.model_validate({"fail_if": [{**RULE, **rule}]})
    (found,) = decisions(scores, settings, clusters=clusters)
    return found


def worse(n: int, lost: int, gained: int) -> tuple[list[float], list[float]]:
    base = [1.0] * (n // 2) + [0.0] * (n - n // 2)
    tuned = [0.0] * lost + base[lost:]
    tuned[-gained or n :] = [1.0] * gained
    return base, tuned


def test_a_drop_that_is_larger_than_allowed_is_blocked_in_both_modes() -> None:
    base, tuned = worse(1000, 100, 20)
    for mode in ("not-excluded", "shown"):
        found = decide(base, tuned, mode=mode)
        assert found.blocked
        assert found.worse_by == pytest.approx(0.08)
        shares = paired_shares(base, tuned, confidence=0.9)
        assert (found.at_least, found.at_most) == pytest.approx((shares.low, shares.high))
        opening = "blocked: mmlu accuracy of lora, drop of 0.08 on 1,000 items"
        assert found.reason.startswith(opening)
    assert "cannot be excluded" in decide(base, tuned).reason
    assert found.reason.endswith("a drop of more than 0.02 is shown.")


def test_too_few_items_block_what_they_cannot_exclude_and_say_how_many_would_do() -> None:
    base, tuned = worse(100, 4, 4)
    found = decide(base, tuned)
    assert found.blocked
    assert found.items_needed is not None
    assert f"with about {found.items_needed:,} items" in found.reason
    assert "no change on 100 items" in found.reason
    shown = decide(base, tuned, mode="shown")
    assert not shown.blocked
    assert "is not shown" in shown.reason


def test_many_items_without_a_change_pass() -> None:
    found = decide(*worse(5000, 40, 40))
    assert not found.blocked
    assert "is excluded" in found.reason
    # Identical answers show something, but only as much as their number allows.
    assert not decide([1.0] * 200, [1.0] * 200).blocked
    assert decide([1.0] * 20, [1.0] * 20).blocked


def test_other_scores_and_documents_have_the_bootstraps_bounds() -> None:
    random = np.random.default_rng(1)
    base = random.normal(5, 1, 120).tolist()
    tuned = [value + float(random.normal(0.3, 0.2)) for value in base]
    clusters = {f"i{n:05}": f"d{n // 3}" for n in range(120)}
    found = decide(
        base, tuned, clusters, drops_by_more_than=None, rises_by_more_than=0.5, confidence=0.9
    )
    units = [f"d{n // 3}" for n in range(120)]
    changes = [t - b for t, b in zip(tuned, base, strict=True)]
    expected = bootstrap_interval(changes, clusters=units, confidence=0.8)
    assert (found.at_least, found.at_most) == pytest.approx((expected.low, expected.high))
    assert (found.direction, found.documents, found.blocked) == ("rise", 40, False)
    assert "rise of 0.2714 on 120 items" in found.reason


def test_an_improvement_is_told_as_one() -> None:
    base, tuned = worse(1000, 10, 100)
    found = decide(base, tuned)
    assert not found.blocked
    assert "rise of 0.09 on 1,000 items (a rise of at least" in found.reason


def test_unscored_items_cannot_exclude_a_drop() -> None:
    base, tuned = worse(5000, 40, 40)
    found = decide(base, [None] * 400 + tuned[400:])
    assert found.blocked
    assert "8 % of the items have no score" in found.reason
    assert decide([None, None], [None, None]).blocked
    assert decide([1.0], [1.0]).blocked


def test_a_wrong_pass_is_as_rare_as_the_confidence_says() -> None:
    random = np.random.default_rng(3)
    passed = 0
    for _ in range(300):  # a true drop just as large as the limit
        cells = random.choice(4, size=400, p=[0.6, 0.08, 0.06, 0.26])
        base = [float(cell in (0, 1)) for cell in cells]
        tuned = [float(cell in (0, 2)) for cell in cells]
        passed += not decide(base, tuned).blocked
    assert passed / 300 <= 0.08


def test_where_lower_is_better_worse_is_a_rise_and_the_words_may_be_left_out() -> None:
    base, tuned = [2.0 + n / 100 for n in range(60)], [2.5 + n / 99 for n in range(60)]
    metric = f"bits-per-byte{LOWER_IS_BETTER}"
    scores = rows("base", base, metric) + rows("lora", tuned, metric)
    for name in ("bits-per-byte", metric, ""):
        rule = {"evaluator": "mmlu", "metric": name, "worsens_by_more_than": 0.1}
        settings = CompareSettings.model_validate({"fail_if": [rule]})
        (found,) = decisions(scores, settings)
        assert (found.direction, found.blocked, found.metric) == ("rise", True, metric)
        assert found.worse_by == pytest.approx(np.mean(tuned) - np.mean(base))
    (better,) = decisions(rows("base", tuned, metric) + rows("lora", base, metric), settings)
    assert not better.blocked
    wrong = CompareSettings.model_validate({"fail_if": [{**RULE, "metric": "bits-per-byte"}]})
    with pytest.raises(RecipeError, match=r"drops_by_more_than: .* a drop is an improvement"):
        decisions(scores, wrong)
    assert decide(*worse(1000, 100, 20), drops_by_more_than=None, worsens_by_more_than=0.02).blocked


def test_an_average_of_evaluators_has_a_gate_and_each_counts_the_same() -> None:
    random = np.random.default_rng(5)
    scores, changes = [], {}
    for evaluator, n in (("mmlu", 400), ("arc", 50)):
        base = (random.random(n) < 0.6).astype(float)
        tuned = np.where(random.random(n) < 0.2, 0.0, base)
        changes[evaluator] = (base - tuned).tolist()
        for model, values in (("base", base), ("lora", tuned)):
            scores += [replace(s, evaluator=evaluator) for s in rows(model, values.tolist())]
    rule = {"evaluator": "average", "worsens_by_more_than": 0.02}
    settings = CompareSettings.model_validate({"average": ["mmlu", "arc"], "fail_if": [rule]})
    (found,) = decisions(scores, settings, seed=4)
    expected = macro_average(changes, confidence=0.9, seed=4)
    assert found.worse_by == pytest.approx(np.mean([np.mean(c) for c in changes.values()]))
    assert (found.at_least, found.at_most) == pytest.approx((expected.low, expected.high))
    assert (found.blocked, found.items, found.method) == (True, 450, "bootstrap")
    assert found.reason.startswith("blocked: average of 2 accuracy of lora, drop of 0.1")
    *_, row = compare(scores, settings, seed=4)  # the row of the report that the gate is about
    assert (row.evaluator, -row.difference.value) == ("average of 2", found.worse_by)


def test_evaluators_without_a_common_metric_have_no_average() -> None:
    scores = [replace(s, evaluator="texts") for s in rows("base", [1.0, 2.0], "chrf")]
    both = scores + [replace(s, model="lora") for s in scores]
    both += rows("base", [1, 0]) + rows("lora", [1, 0])
    with pytest.raises(RecipeError, match=r"compare\.average: there is no metric.*texts: chrf"):
        compare(both, CompareSettings(average=("mmlu", "texts")))


def test_rules_name_what_was_scored_and_one_direction() -> None:
    with pytest.raises(RecipeError, match=r"fail_if\.0\.metric: mmlu has no metric 'acuracy'; did"):
        decide([1, 0], [1, 0], metric="acuracy")
    with pytest.raises(RecipeError, match=r"fail_if\.0\.evaluator: 'arc' gave no scores"):
        decide([1, 0], [1, 0], evaluator="arc")
    with pytest.raises(RecipeError, match=r"fail_if\.0\.models: 'ia3' is not compared"):
        decide([1, 0], [1, 0], models=["ia3"])
    for wrong in ({"drops_by_more_than": None}, {"rises_by_more_than": 1}, {"confidence": 0.4}):
        with pytest.raises(ValidationError):
            CompareSettings.model_validate({"fail_if": [{**RULE, **wrong}]})

"""Comparison: from score rows to figures, on the very same items or not at all."""

import random
import statistics
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import stats

from byeori import DataError, PluginError, Score
from byeori.comparison import CompareSettings, Comparison, Estimate, compare
from byeori.statistics import benjamini_hochberg, holm, macro_f1, mcnemar_test, paired_shares

NASA_BASE = [4, 1, 2, 1, 3, 2, 2, 2, 4, 1]
NASA_TUNED = [1, 2, 2, 2, 4, 4, 3, 3, 3, 2]


def rows(
    model: str, values: list, *, evaluator: str = "judge", metric: str = "rating"
) -> list[Score]:
    return [
        Score(item_id=f"i{n:03}", metric=metric, value=value, model=model, evaluator=evaluator)
        for n, value in enumerate(values)
    ]


def one(base: list, tuned: list, **arguments) -> Comparison:
    settings = CompareSettings(**arguments.pop("settings", {}))
    (found,) = compare(rows("base", base) + rows("lora", tuned), settings, **arguments)
    return found


def test_the_nasa_scores_give_the_papers_figures_and_what_ten_questions_can_show() -> None:
    c = one(NASA_BASE, NASA_TUNED)
    assert c.test is not None
    assert c.variance is not None
    assert f"{c.test.statistic:.9f}" == "0.884651737"
    assert f"{c.test.p_value:.9f}" == "0.399361359"
    assert f"{c.variance.statistic:.9f}" == "1.380952381"
    assert f"{c.variance.p_value:.9f}" == "0.319200279"
    assert f"{c.correlation:.8f}" == "0.08104409"
    assert not c.test.significant
    assert c.items_needed == 103
    assert c.detectable_difference == pytest.approx(1.42, abs=0.01)
    assert c.difference is not None
    assert c.difference.low < 0 < c.difference.high


def test_an_item_without_a_score_is_dropped_from_both_sides_and_counted() -> None:
    c = one([1, None, 0, 1, None], [1, 1, None, 0, None])
    assert (c.items, c.dropped, c.unscored_baseline, c.unscored_tuned) == (2, 3, 2, 2)
    assert c.baseline is not None
    assert c.baseline.value == 1.0
    assert c.tuned is not None
    assert c.tuned.value == 0.5


def test_models_scored_on_other_items_are_refused() -> None:
    with pytest.raises(DataError, match=r"lora was scored on 2 items and base on 3.*i002"):
        one([1, 0, 1], [1, 0])


def test_a_metric_that_only_one_model_has_is_refused() -> None:
    scores = rows("base", [1, 0]) + rows("lora", [1, 1]) + rows("lora", [1, 1], metric="chrf")
    with pytest.raises(DataError, match="metric chrf"):
        compare(scores, CompareSettings())


def test_an_item_scored_twice_is_refused() -> None:
    with pytest.raises(DataError, match="two rating scores for item i000"):
        compare(rows("base", [1]) + rows("base", [1]), CompareSettings())


def test_a_baseline_without_scores_is_refused_with_the_models_there_are() -> None:
    with pytest.raises(DataError, match=r"'full'; scored models are base, lora"):
        one([1, 0], [1, 1], settings={"baseline": "full"})


def test_another_model_can_be_the_baseline() -> None:
    found = compare(
        rows("base", [1, 0, 0]) + rows("lora", [1, 1, 0]), CompareSettings(baseline="lora")
    )
    assert [(c.model, c.baseline_model) for c in found] == [("base", "lora")]


def test_only_the_baseline_gives_no_comparison() -> None:
    assert compare(rows("base", [1, 0]), CompareSettings()) == []
    assert compare([], CompareSettings()) == []


def test_identical_scores_have_p_one_and_no_number_of_items_needed() -> None:
    c = one([1, 0, 1, 0], [1, 0, 1, 0])
    assert c.test is not None
    assert c.test.p_value == 1.0
    assert c.items_needed is None
    # Four equal answers do not show that the models are equal.
    shares = paired_shares([1, 0, 1, 0], [1, 0, 1, 0])
    assert c.difference == Estimate(0.0, shares.low, shares.high, 0.0)
    other = one([0.3, 0.2, 0.7], [0.3, 0.2, 0.7])
    assert other.difference == Estimate(0.0, None, None, 0.0)


def test_a_change_alike_on_every_item_is_tested_by_ranks_and_says_so() -> None:
    c = one([0.5] * 8, [1] * 8)
    assert c.test is not None
    assert c.test.name == "Wilcoxon signed-rank"
    assert c.test.p_value == pytest.approx(2 / 2**8)
    assert "the exact signed-rank test takes its place" in " ".join(c.notes)


@pytest.mark.parametrize(
    ("asked", "values", "name", "note"),
    [
        ("auto", ([0, 1, 0, 0, 1], [1, 1, 1, 0, 1]), "McNemar, exact", "right or wrong"),
        ("auto", ([0.1, 1, 0, 0, 1], [1, 1, 1, 0, 1]), "paired t", "not only right or wrong"),
        ("mcnemar", ([0, 1, 0, 0, 1], [1, 1, 1, 0, 1]), "McNemar, exact", ""),
        ("mcnemar", ([0.1, 1, 0, 0, 1], [1, 1, 1, 0, 1]), "paired t", "takes its place"),
        ("permutation", ([0, 1, 0, 0, 1], [1, 1, 1, 0, 1]), "permutation", ""),
        ("wilcoxon", ([0, 1, 0, 0, 1], [1, 1, 1, 0, 1]), "Wilcoxon signed-rank", ""),
        ("paired-t", ([0, 1, 0, 0, 1], [1, 1, 1, 0, 1]), "paired t", ""),
    ],
)
def test_the_test_is_the_one_asked_for_or_fits_the_scores_and_says_why(
    asked: str, values: tuple[list, list], name: str, note: str
) -> None:
    c = one(*values, settings={"test": asked})
    assert c.test is not None
    assert c.test.name == name
    assert note in " ".join(c.notes)
    assert bool(c.notes) == bool(note)


def test_right_and_wrong_have_mcnemars_p_and_effect_sizes_of_shares() -> None:
    base, tuned = [0] * 12 + [1] * 20, [1] * 9 + [0] * 3 + [1] * 18 + [0] * 2
    c = one(base, tuned)
    assert c.test is not None
    assert c.test.p_value == pytest.approx(mcnemar_test(tuned, base).p_value)
    assert (c.test.statistic, c.test.symbol) == (9, "items only the tuned model has right")
    risk, odds = c.effects
    assert (risk.value, odds.value) == (7 / 32, 4.5)
    assert risk.low is not None
    assert risk.low < 7 / 32
    (ranks,) = one(NASA_BASE, NASA_TUNED).effects
    assert ranks.name == "rank-biserial correlation"


def test_by_document_mcnemar_swaps_whole_documents_and_auto_takes_the_clustered_t() -> None:
    documents = {f"i{n:03}": f"d{n // 2}" for n in range(12)}
    base, tuned = [0] * 12, [1] * 7 + [0] * 5
    swapped = one(base, tuned, clusters=documents, settings={"test": "mcnemar"})
    assert swapped.test is not None
    assert swapped.test.name == "McNemar, swapping documents"
    assert swapped.test.p_value == 2 / 2**4  # four documents changed, all for the better
    auto = one(base, tuned, clusters=documents)
    assert auto.test is not None
    assert auto.test.name == "paired t, by document"


def test_benjamini_hochberg_corrects_over_all_metrics() -> None:
    draw, found = random.Random(6), []
    for n in range(6):
        found += rows("base", [draw.random() for _ in range(20)], metric=f"m{n}")
        found += rows("lora", [draw.random() + 0.1 * n for _ in range(20)], metric=f"m{n}")
    tests = [
        c.test for c in compare(found, CompareSettings(correction="benjamini-hochberg")) if c.test
    ]
    expected = benjamini_hochberg([test.p_value for test in tests])
    assert [test.p_adjusted for test in tests] == pytest.approx(expected)
    assert {(test.correction, test.family) for test in tests} == {("benjamini-hochberg", 6)}


def test_averaged_evaluators_count_the_same_and_are_tested_together() -> None:
    draw = random.Random(8)
    large = [float(draw.random() < 0.5) for _ in range(200)]
    small = [float(draw.random() < 0.5) for _ in range(40)]
    found = [
        *rows("base", large, evaluator="mmlu"),
        *rows("base", small, evaluator="arc"),
        *rows("lora", large, evaluator="mmlu"),
        *rows("lora", [1.0] * 40, evaluator="arc"),
    ]
    *_, c = compare(found, CompareSettings(average=("mmlu", "arc")))
    gain = 1 - statistics.fmean(small)
    assert (c.evaluator, c.kind, c.items) == ("average of 2", "average", 240)
    assert c.difference is not None
    assert c.difference.value == pytest.approx(gain / 2)
    assert c.difference.low < gain / 2 < c.difference.high
    assert c.test is not None
    assert c.test.name == "permutation"
    assert c.test.p_value == pytest.approx(1 / 10_000)
    assert c.test.family == 3


@pytest.mark.parametrize("values", [([1], [0]), ([None, 1], [1, 0])])
def test_one_pair_has_means_but_no_test(values: tuple[list, list]) -> None:
    c = one(*values)
    assert (c.test, c.items) == (None, 1)
    assert "Too few" in c.notes[0]


def test_no_pair_at_all_has_no_figures() -> None:
    c = one([None, 1], [1, None])
    assert (c.baseline, c.tuned, c.difference, c.items) == (None, None, None, 0)


def test_items_of_one_document_are_resampled_and_tested_together() -> None:
    draw = random.Random(1)
    base = [float(draw.random() < 0.4) for _ in range(20) for _ in range(1)]
    tuned = [float(draw.random() < 0.7) for _ in range(20)]
    five = {f"i{n:03}": f"d{n // 5}" for n in range(100)}
    alone = one(base, tuned, settings={"test": "paired-t"})
    repeated = one(
        [v for v in base for _ in range(5)], [v for v in tuned for _ in range(5)], clusters=five
    )
    assert repeated.documents == 20
    assert alone.documents is None
    assert alone.test is not None
    assert repeated.test is not None
    assert repeated.test.name == "paired t, by document"
    assert repeated.test.p_value == pytest.approx(alone.test.p_value)
    assert alone.difference is not None
    assert repeated.difference is not None
    assert repeated.difference.low == pytest.approx(alone.difference.low, abs=0.06)


def test_wilcoxon_on_shared_documents_ranks_the_documents() -> None:
    clusters = {"i000": "d", "i001": "d", "i002": "e", "i003": "f"}
    c = one([0, 0, 0, 0], [1, 2, 3, 4], clusters=clusters, settings={"test": "wilcoxon"})
    assert c.test is not None
    assert c.test.name == "Wilcoxon signed-rank, by document"
    assert c.test.p_value == pytest.approx(2 / 2**3)


def test_p_values_are_corrected_over_all_comparisons() -> None:
    draw = random.Random(2)
    scores = []
    for metric in ("rating", "chrf"):
        for model in ("base", "lora", "ia3"):
            values = [draw.gauss(0.4 if model == "base" else 0.5, 0.2) for _ in range(40)]
            scores += rows(model, values, metric=metric)
    found = compare(scores, CompareSettings())
    raw = [c.test.p_value for c in found if c.test]
    assert [c.test.p_adjusted for c in found if c.test] == list(holm(raw))
    assert {c.test.family for c in found if c.test} == {4}
    plain = compare(scores, CompareSettings(correction="none"))
    assert [c.test.p_adjusted for c in plain if c.test] == raw


def test_the_order_of_rows_within_a_model_has_no_influence() -> None:
    draw = random.Random(3)
    base, tuned = ([draw.random() for _ in range(30)] for _ in range(2))
    scores = rows("base", base) + rows("lora", tuned)
    shuffled = draw.sample(scores[:30], 30) + draw.sample(scores[30:], 30)
    assert compare(scores, CompareSettings()) == compare(shuffled, CompareSettings())


def test_tasks_and_languages_have_their_own_means_with_intervals() -> None:
    groups = {f"i{n:03}": (f"t{n % 2}", "ko" if n < 16 else "en") for n in range(24)}
    draw = random.Random(2)
    base, tuned = ([float(draw.random() < 0.6) for _ in range(24)] for _ in range(2))
    c = one(base, tuned, groups=groups)
    assert [(g.by, g.name, g.items) for g in c.groups] == [
        ("task", "t0", 12),
        ("task", "t1", 12),
        ("average", "of 2 tasks", 24),
        ("language", "en", 8),
        ("language", "ko", 16),
    ]
    for group in c.groups:
        for estimate in (group.baseline, group.tuned, group.difference):
            assert estimate.low is not None
            assert estimate.low <= estimate.value <= estimate.high
    assert c.groups[3].tuned.value == statistics.fmean(tuned[16:])
    assert c.groups[2].difference.value == pytest.approx(c.difference.value)


def labelled(model: str, answers: str) -> list[Score]:
    return [
        Score(
            item_id=f"i{n:02}",
            metric="accuracy",
            value=float(answer == "AB"[n % 2]),
            prediction=answer,
            reference="AB"[n % 2],
            model=model,
            evaluator="choice",
        )
        for n, answer in enumerate(answers)
    ]


def f1(scores: list[Score]) -> dict[str, float]:
    return {"macro-f1": macro_f1([s.prediction for s in scores], [s.reference for s in scores])}


def test_a_summary_is_compared_by_resampling_items() -> None:
    scores = labelled("base", "A" * 40) + labelled("lora", "ABABABABAA" * 4)
    accuracy, summary = compare(scores, CompareSettings(), summarise={"choice": f1})
    assert (accuracy.metric, summary.metric, summary.kind) == ("accuracy", "macro-f1", "summary")
    assert summary.test is None
    assert summary.tuned is not None
    assert summary.tuned.value == pytest.approx(f1(labelled("lora", "ABABABABAA" * 4))["macro-f1"])
    assert summary.difference is not None
    assert summary.difference.low is not None
    assert 0 < summary.difference.low < summary.difference.value < summary.difference.high


@pytest.mark.parametrize(
    "summarise",
    [
        lambda scores: {"f1": float("nan")},
        lambda scores: {str(len(scores)): 1.0, scores[0].prediction: 2.0},
    ],
)
def test_a_summary_that_is_not_usable_names_its_evaluator(summarise) -> None:
    scores = labelled("base", "ABBA") + labelled("lora", "BABA")
    with pytest.raises(PluginError, match="evaluator choice: summarise"):
        compare(scores, CompareSettings(), summarise={"choice": summarise})


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.sampled_from([None, 0.0, 0.5, 1.0])] * 2, st.integers(0, 3)),
        min_size=1,
        max_size=10,
    )
)
def test_any_scores_give_figures_or_a_note(values: list[tuple]) -> None:
    base, tuned, documents = zip(*values, strict=True)
    clusters = {f"i{n:03}": f"d{d}" if d else "" for n, d in enumerate(documents)}
    c = one(list(base), list(tuned), clusters=clusters)
    assert c.items + c.dropped == len(values)
    assert c.test is not None or c.notes
    if c.test is not None:
        assert 0 <= c.test.p_value <= 1
        kept = [(t, b) for b, t, _ in values if b is not None and t is not None]
        if c.documents is None and c.test.name == "paired t" and c.test.p_value < 1:
            assert c.test.p_value == pytest.approx(stats.ttest_rel(*zip(*kept, strict=True)).pvalue)


def test_settings_refuse_what_a_recipe_may_not_say() -> None:
    for wrong in ({"tset": "paired-t"}, {"test": "t"}, {"confidence": 95}):
        with pytest.raises(ValidationError):
            CompareSettings(**wrong)


def test_reading_the_settings_imports_nothing_heavy() -> None:
    code = (
        "import sys, byeori.comparison, byeori.report.model; "
        "print(sorted({'numpy', 'scipy', 'torch'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"

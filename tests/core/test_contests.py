"""Many models on the same items: every pair is tested, and paid for."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from byeori import Score
from byeori.comparison import CompareSettings
from byeori.comparison.contests import Entry, contests


def entry(
    name: str,
    values: list[float | None],
    *,
    first: int = 0,
    kind: str = "",
    metric: str = "rating",
) -> Entry:
    scores = [
        Score(item_id=f"i{first + n:03}", metric=metric, value=value, evaluator="judge")
        for n, value in enumerate(values)
    ]
    return Entry(name, "judge", metric, kind, scores)


def drawn(seed: int, means: dict[str, float], n: int = 60) -> dict[str, list[float]]:
    draw = random.Random(seed)
    luck = [draw.gauss(0, 1) for _ in range(n)]
    return {
        name: [mean + 0.5 * x + draw.gauss(0, 0.6) for x in luck] for name, mean in means.items()
    }


def test_every_pair_is_tested_as_scipy_does_and_corrected_as_statsmodels_does() -> None:
    values = drawn(1, {"a": 0.0, "b": 0.9, "c": 0.8, "d": 0.1})
    (found,) = contests([entry(*pair) for pair in values.items()], CompareSettings(), clusters={})
    pairs = list(itertools.combinations(values, 2))
    raw = [stats.ttest_rel(values[x], values[y]).pvalue for x, y in pairs]
    adjusted = dict(zip(pairs, multipletests(raw, method="holm")[1], strict=True))
    assert (found.best, found.pairs, found.items) == ("b", 6, 60)
    for contender in found.contenders:
        against = contender.against_best
        if contender.name == "b":
            assert against is None
            continue
        assert against is not None
        assert against.test is not None
        p = adjusted[tuple(sorted((contender.name, "b")))]
        assert against.test.p_adjusted == pytest.approx(p)
        assert against.test.family == 6
        assert contender.standing == ("apart" if p <= 0.05 else "tied")
        t = stats.ttest_rel(values[contender.name], values["b"])
        assert against.test.statistic == pytest.approx(t.statistic)
    assert [c.standing for c in found.contenders] == ["apart", "best", "tied", "apart"]


def test_the_family_is_all_pairs_of_all_contests() -> None:
    values = drawn(2, {"a": 0.0, "b": 0.4, "c": 0.1, "d": 0.2})
    found = contests(
        [
            *(entry(name, values[name]) for name in "ab"),
            *(entry(name, values[name], first=500) for name in "cd"),
        ],
        CompareSettings(),
        clusters={},
    )
    assert [contest.pairs for contest in found] == [1, 1]
    families = [c.against_best.test.family for f in found for c in f.contenders if c.against_best]  # type: ignore[union-attr]
    assert families == [2, 2]


def test_models_of_other_items_or_of_another_evaluation_are_never_compared() -> None:
    values = drawn(3, {"a": 0.0, "b": 5.0, "c": 9.0})
    found = contests(
        [
            entry("a", values["a"]),
            entry("b", values["b"], first=1),
            entry("c", values["c"], kind="other settings"),
        ],
        CompareSettings(),
        clusters={},
    )
    assert [(f.best, f.pairs, len(f.contenders)) for f in found] == [
        ("a", 0, 1),
        ("b", 0, 1),
        ("c", 0, 1),
    ]


def test_items_of_one_document_count_once() -> None:
    values = drawn(4, {"a": 0.0, "b": 0.35}, n=30)
    copies = {name: [v for v in row for _ in range(4)] for name, row in values.items()}
    clusters = {f"i{n:03}": f"d{n // 4}" for n in range(120)}
    alone, repeated = (
        contests([entry(*p) for p in v.items()], CompareSettings(), clusters=c)[0].contenders[0]
        for v, c in ((values, {}), (copies, clusters))
    )
    assert alone.against_best is not None
    assert repeated.against_best is not None
    assert alone.against_best.test is not None
    assert repeated.against_best.test is not None
    assert repeated.against_best.test.p_value == pytest.approx(alone.against_best.test.p_value)


def test_equal_models_are_tied_and_a_model_without_scores_is_not_the_best() -> None:
    (found,) = contests(
        [entry("none", [None] * 4), entry("x", [1, 0, 1, 1]), entry("y", [1, 0, 1, 1])],
        CompareSettings(),
        clusters={},
    )
    assert [c.standing for c in found.contenders] == ["untested", "best", "tied"]
    assert found.pairs == 1
    (nobody,) = contests([entry("none", [None] * 4)], CompareSettings(), clusters={})
    assert nobody.best == ""


def test_choosing_the_best_afterwards_finds_a_difference_where_none_is_no_oftener_than_said() -> (
    None
):
    # Six equal models: some best is always found, and the largest difference with it is the
    # largest of fifteen, however few of them are looked at.
    wrong = 0
    for seed in range(30):
        values = drawn(seed, dict.fromkeys("abcdef", 0.0), n=15)
        entries = [entry(*pair) for pair in values.items()]
        (found,) = contests(entries, CompareSettings(), clusters={})
        wrong += any(c.standing == "apart" for c in found.contenders)
    assert wrong <= 5  # P(more than 5 of 30 | 0.05) = 0.003


@settings(max_examples=15)
@given(
    st.lists(
        st.lists(st.sampled_from([0.0, 0.5, 1.0, None]), min_size=5, max_size=5),
        min_size=1,
        max_size=4,
    )
)
def test_every_contender_has_a_standing_that_fits_its_test(rows: list[list[float | None]]) -> None:
    entries = [entry(str(n), values) for n, values in enumerate(rows)]
    (found,) = contests(entries, CompareSettings(), clusters={})
    assert [c.standing for c in found.contenders].count("best") <= 1
    for c in found.contenders:
        tested = c.against_best is not None and c.against_best.test is not None
        assert tested == (c.standing in ("tied", "apart"))


def test_the_lowest_is_the_best_where_the_metric_says_so() -> None:
    values = drawn(1, {"a": 0.0, "b": 0.9, "c": 0.8})
    entries = [entry(*pair, metric="bits (lower is better)") for pair in values.items()]
    (found,) = contests(entries, CompareSettings(), clusters={})
    assert found.best == "a"
    assert {c.name: c.standing for c in found.contenders}["b"] == "apart"

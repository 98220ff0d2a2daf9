"""The headline says what the first metric shows, and no more."""

import pytest

from byeori import Score
from byeori.comparison import CompareSettings, Comparison, compare
from byeori.records import LOWER_IS_BETTER
from byeori.report import make_headline


def found(base: list, tuned: list, **others: list) -> list[Comparison]:
    models = {"base": base, "lora": tuned, **others}
    scores = [
        Score(item_id=f"i{n:03}", metric="rating", value=value, model=model, evaluator="judge")
        for model, values in models.items()
        for n, value in enumerate(values)
    ]
    return compare(scores, CompareSettings())


def test_ten_questions_without_a_difference_are_not_called_better() -> None:
    headline = make_headline(found([4, 1, 2, 1, 3, 2, 2, 2, 4, 1], [1, 2, 2, 2, 4, 4, 3, 3, 3, 2]))
    assert headline.verdict == "no-difference"
    assert headline.title.startswith(
        "No significant difference between lora and base on judge rating: 2.200 (1.600 to 2.900) → "
        "2.600 (2.000 to 3.200), +0.400 (95"
    )
    assert "10 items show a difference of 1.424 or more" in headline.lines[1]
    assert "one of 0.400, as seen here, needs about 103 items" in headline.lines[1]


@pytest.mark.parametrize(
    ("base", "tuned", "verdict", "words"),
    [
        ([0, 1] * 20, [1, 1, 1, 0] * 10, "better", "lora scores higher than base"),
        ([1, 1, 1, 0] * 10, [0, 1] * 20, "worse", "lora scores lower than base"),
        ([1, 0] * 3, [1, 0] * 3, "no-difference", "No significant difference"),
        ([1], [0], "too-few", "Too few items"),
        ([None], [0], "unreliable", "No result on judge rating"),
    ],
)
def test_the_words_follow_the_test(base: list, tuned: list, verdict: str, words: str) -> None:
    if verdict in ("better", "worse"):
        base, tuned = base * 5, tuned * 5
    headline = make_headline(found(base, tuned))
    assert headline.verdict == verdict
    assert words in headline.title


def test_several_models_are_all_named_and_losses_are_not_hidden() -> None:
    base = [float(n % 2) for n in range(60)]
    headline = make_headline(found(base, [1.0] * 59 + [0.0], worse=[0.0] * 59 + [1.0]))
    assert headline.verdict == "mixed"
    assert any("worse scores lower than base" in line for line in headline.lines)
    assert headline.lines[-1] == "Lower than base: judge rating (worse)."


def test_nothing_compared_says_so() -> None:
    assert make_headline([]).verdict == "nothing-compared"


@pytest.mark.parametrize("side", ["base", "tuned"])
def test_more_than_5_percent_without_a_score_is_no_headline(side: str) -> None:
    base, tuned = [0, 1] * 50, [1, 1, 1, 0] * 25
    enough, too_few = 5, 6
    for unscored, expected in ((enough, "better"), (too_few, "unreliable")):
        sides = {"base": list(base), "tuned": list(tuned)}
        sides[side][:unscored] = [None] * unscored
        headline = make_headline(found(**sides))
        assert headline.verdict == expected
        counted = f"{unscored} of 100 items could not be scored and are left out"
        assert counted in headline.lines[0]
    assert headline.title.startswith(
        "No result on judge rating: 6.0\u00a0% of the items of lora or"
    )
    assert "1.000" not in headline.title and "p\u00a0" not in "".join(headline.lines)


def test_comparisons_with_too_many_failures_count_as_no_finding() -> None:
    base = [float(n % 2) for n in range(60)]
    comparisons = found(base, [1.0] * 60, broken=[None] * 10 + [1.0] * 50, other=[0.0] * 60)
    lines = make_headline(comparisons).lines
    assert any(
        line.startswith("Of 2 tested comparisons 1 are significantly higher") for line in lines
    )
    assert lines[-1] == "Too many items without a score for a result: judge rating (broken)."


def test_a_metric_of_which_lower_is_better_says_so_and_is_read_so() -> None:
    def of(base: float, tuned: float) -> list[Comparison]:
        scores = [
            Score(
                item_id=f"i{n:03}",
                metric=f"bits{LOWER_IS_BETTER}",
                value=value + (n % 3) / 10 + (n % 2) / 50 * (model == "lora"),
                model=model,
                evaluator="documents",
            )
            for model, value in (("base", base), ("lora", tuned))
            for n in range(40)
        ]
        return compare(scores, CompareSettings())

    better, worse = make_headline(of(2.0, 1.5)), make_headline(of(1.5, 2.0))
    assert (better.verdict, worse.verdict) == ("better", "worse")
    assert "lora scores lower than base on documents bits (lower is better)" in better.title
    assert "lora scores higher than base" in worse.title
    several = make_headline([*of(1.5, 2.0), *of(1.5, 2.0)])
    assert "0 are significantly better, 2 significantly worse" in several.lines[-2]
    assert several.lines[-1].startswith("Worse than base: documents bits")

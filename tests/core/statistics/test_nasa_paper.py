"""Tables 5 and 6 of the NASA R&D paper, from the scores of its Table 7, to the printed digits."""

import math

import pytest

from byeori.statistics import (
    cohens_d_paired,
    detectable_difference,
    paired_t_test,
    required_items,
    variance_f_test,
)

FOUNDATION = [4, 1, 2, 1, 3, 2, 2, 2, 4, 1]
TUNED = [1, 2, 2, 2, 4, 4, 3, 3, 3, 2]


def printed(value: float | int | None, text: str) -> bool:
    """Whether a value, rounded to as many decimals as the paper prints, is what it prints."""
    assert value is not None
    decimals = len(text.partition(".")[2])
    return f"{value:.{decimals}f}" == text


T = paired_t_test(FOUNDATION, TUNED)
F = variance_f_test(FOUNDATION, TUNED)


@pytest.mark.parametrize(
    ("figure", "value", "text"),
    [
        ("mean, foundation model", T.mean_a, "2.2"),
        ("mean, fine-tuned model", T.mean_b, "2.6"),
        ("variance, foundation model", T.variance_a, "1.288888889"),
        ("variance, fine-tuned model", T.variance_b, "0.933333333"),
        ("observations", T.n, "10"),
        ("Pearson correlation", T.correlation, "0.08104409"),
        ("df", T.degrees_of_freedom, "9"),
        ("t Stat", T.statistic, "-0.884651737"),
        ("P(T<=t) one-tail", T.p_value_one_sided, "0.19968068"),
        ("t Critical one-tail", T.critical_one_sided, "1.833112933"),
        ("P(T<=t) two-tail", T.p_value, "0.399361359"),
        ("t Critical two-tail", T.critical_two_sided, "2.262157163"),
    ],
)
def test_every_figure_of_table_5_comes_out_as_printed(figure: str, value: float, text: str) -> None:
    assert printed(value, text), f"{figure}: {value!r} is not {text}"


@pytest.mark.parametrize(
    ("figure", "value", "text"),
    [
        ("variance, foundation model", F.variance_a, "1.288888889"),
        ("variance, fine-tuned model", F.variance_b, "0.933333333"),
        ("df, foundation model", F.degrees_of_freedom[0], "9"),
        ("df, fine-tuned model", F.degrees_of_freedom[1], "9"),
        ("F", F.statistic, "1.380952381"),
        ("P(F<=f) one-tail", F.p_value, "0.319200279"),
        ("F Critical one-tail", F.critical, "3.178893104"),
    ],
)
def test_every_figure_of_table_6_comes_out_as_printed(figure: str, value: float, text: str) -> None:
    assert printed(value, text), f"{figure}: {value!r} is not {text}"


def test_standard_errors_and_deviations_of_the_text_come_out_as_printed() -> None:
    assert printed(math.sqrt(T.variance_a), "1.1353")
    assert printed(math.sqrt(T.variance_b), "0.9661")
    assert printed(math.sqrt(T.variance_a / 10), "0.3590")
    assert printed(math.sqrt(T.variance_b / 10), "0.3055")


def test_ten_questions_could_not_have_shown_a_difference_of_four_tenths() -> None:
    effect = cohens_d_paired(TUNED, FOUNDATION)
    deviation = T.standard_error * math.sqrt(10)
    assert detectable_difference(deviation, 10) > 1.4
    assert required_items(effect.statistic) == 103

"""Tables 5 and 6 and section 4.2.4 from the points of Table 7, and what so few can see."""

from collections.abc import Mapping, Sequence

FM = (4, 1, 2, 1, 3, 2, 2, 2, 4, 1)
"""Table 7: GPT-4's points for the foundation model's answers to the ten questions."""
TUNED = (1, 2, 2, 2, 4, 4, 3, 3, 3, 2)
"""Table 7: its points for the fine-tuned model's answers."""
NEEDED = "Questions needed for this difference (not in the paper)"
SEEN = "Smallest difference 10 questions show (not in the paper)"
Rows = Mapping[str, Sequence[float | str | None]]


def t_test() -> Rows:
    """Table 5 from the scores of Table 7, and what so few questions can see."""
    from byeori.statistics import (
        cohens_d_paired,
        detectable_difference,
        paired_t_test,
        required_items,
    )

    test = paired_t_test(FM, TUNED)
    effect = cohens_d_paired(FM, TUNED).statistic
    spread = test.standard_error * test.n**0.5
    return {
        "Mean": (test.mean_a, test.mean_b),
        "Variance": (test.variance_a, test.variance_b),
        "Observations": (test.n, test.n),
        "Pearson Correlation": (test.correlation, None),
        "Hypothesized Mean Difference": (0, None),
        "df": (test.degrees_of_freedom, None),
        "t Stat": (test.statistic, None),
        "P(T<=t) one-tail": (test.p_value_one_sided, None),
        "t Critical one-tail": (test.critical_one_sided, None),
        "P(T<=t) two-tail": (test.p_value, None),
        "t Critical two-tail": (test.critical_two_sided, None),
        NEEDED: (required_items(effect), None),
        SEEN: (detectable_difference(spread, test.n), None),
    }


def f_test() -> Rows:
    """Table 6 from the scores of Table 7."""
    from byeori.statistics import paired_t_test, variance_f_test

    means, test = paired_t_test(FM, TUNED), variance_f_test(FM, TUNED)
    return {
        "Mean": (means.mean_a, means.mean_b),
        "Variance": (test.variance_a, test.variance_b),
        "Observations": (len(FM), len(TUNED)),
        "df": test.degrees_of_freedom,
        "F": (test.statistic, None),
        "P(F<=f) one-tail": (test.p_value, None),
        "F Critical one-tail": (test.critical, None),
    }


def described() -> Rows:
    """Section 4.2.4: mean, standard error and standard deviation of each side."""
    from byeori.statistics import paired_t_test

    test = paired_t_test(FM, TUNED)
    spreads = [variance**0.5 for variance in (test.variance_a, test.variance_b)]
    return {
        "Mean": (test.mean_a, test.mean_b),
        "Standard error": tuple(spread / test.n**0.5 for spread in spreads),
        "Standard deviation": tuple(spreads),
    }

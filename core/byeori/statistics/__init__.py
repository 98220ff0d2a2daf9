"""Statistics of paired scores: is the tuned model better than the base, and how sure is that?

Every function takes plain sequences of numbers, the same items in the same order, and returns a
frozen object with `statistic`, `p_value` and what else the test has. Nothing is ever NaN: input
without an answer is refused with a `ValueError` that says why, or has a documented result.
"""

from byeori.statistics.agreement import CohensKappa, cohens_kappa
from byeori.statistics.bootstrap import (
    BootstrapInterval,
    bootstrap_difference,
    bootstrap_figures,
    bootstrap_interval,
)
from byeori.statistics.classification import macro_f1
from byeori.statistics.krippendorff import KrippendorffAlpha, krippendorff_alpha
from byeori.statistics.multiple import benjamini_hochberg, holm
from byeori.statistics.paired import (
    EffectSize,
    PairedTTest,
    VarianceFTest,
    cohens_d_paired,
    paired_t_test,
    variance_f_test,
)
from byeori.statistics.permutation import PermutationTest, permutation_test
from byeori.statistics.power import detectable_difference, paired_t_power, required_items
from byeori.statistics.ranks import WilcoxonTest, wilcoxon_signed_rank
from byeori.statistics.right_wrong import (
    McNemarTest,
    PairedShares,
    is_right_wrong,
    mcnemar_test,
    paired_shares,
)
from byeori.statistics.right_wrong_power import (
    design_effect,
    mcnemar_detectable_difference,
    mcnemar_power,
    mcnemar_required_items,
)
from byeori.statistics.spread import LeveneTest, levene_test
from byeori.statistics.strata import macro_average
from byeori.statistics.vectors import ConstantDifferenceError

__all__ = [
    "BootstrapInterval",
    "CohensKappa",
    "ConstantDifferenceError",
    "EffectSize",
    "KrippendorffAlpha",
    "LeveneTest",
    "McNemarTest",
    "PairedShares",
    "PairedTTest",
    "PermutationTest",
    "VarianceFTest",
    "WilcoxonTest",
    "benjamini_hochberg",
    "bootstrap_difference",
    "bootstrap_figures",
    "bootstrap_interval",
    "cohens_d_paired",
    "cohens_kappa",
    "design_effect",
    "detectable_difference",
    "holm",
    "is_right_wrong",
    "krippendorff_alpha",
    "levene_test",
    "macro_average",
    "macro_f1",
    "mcnemar_detectable_difference",
    "mcnemar_power",
    "mcnemar_required_items",
    "mcnemar_test",
    "paired_shares",
    "paired_t_power",
    "paired_t_test",
    "permutation_test",
    "required_items",
    "variance_f_test",
    "wilcoxon_signed_rank",
]

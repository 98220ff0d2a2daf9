"""`byeori power` and `byeori compare` on real runs of the tiny model, against statsmodels."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats
from statsmodels.api import OLS
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower

from byeori.cli.main import run as command_line
from byeori.models import builtin_bases

pytestmark = pytest.mark.slow  # two real trainings, of a few steps each

ITEMS = 40
SETTINGS = (
    f"evaluators=[{{use: multiple-choice, limit: {ITEMS}}}, {{use: generated-answers, "
    f"limit: {ITEMS}, metrics: [exact-match, chrf], max_new_tokens: 12}}]"
)
EACH = {"multiple-choice accuracy", "generated-answers exact-match", "generated-answers chrf"}


class Scored:
    """The scores of a run as its `scores.json` has them, by metric and item."""

    def __init__(self, folder: Path) -> None:
        rows = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
        self.documents = {row["item_id"]: row["document_id"] for row in rows}
        self.values: dict[tuple[str, str], dict[str, float]] = {}
        for row in rows:
            metric = f"{row['evaluator']} {row['metric']}"
            self.values.setdefault((metric, row["model"]), {})[row["item_id"]] = float(row["value"])

    def of(self, metric: str, model: str, items: Sequence[str]) -> np.ndarray:
        """One model's values, in the order of the items."""
        return np.array([self.values[metric, model][item] for item in items])


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    if "tiny" not in builtin_bases():
        pytest.skip("builtin:tiny has not been built")
    workspace = tmp_path_factory.mktemp("proof")

    def byeori(*arguments: str) -> int:
        return command_line([*arguments, "--workspace", str(workspace)])

    for name, steps in (("short", 4), ("long", 12)):
        sets = (f"name={name}", f"tuning.lora.max_steps={steps}", SETTINGS)
        assert byeori("run", "demo", "-q", *(p for one in sets for p in ("--set", one))) == 0
    scored = {name: Scored(workspace / "runs" / name) for name in ("short", "long")}
    return SimpleNamespace(byeori=byeori, workspace=workspace, scored=scored)


def by_document(differences: np.ndarray, documents: Sequence[str]) -> Any:
    """statsmodels' regression on a constant with cluster-robust errors."""
    names = {name: number for number, name in enumerate(sorted(set(documents)))}
    groups = np.array([names[name] for name in documents])
    fit = OLS(differences, np.ones_like(differences)).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "df_correction": True}, use_t=True
    )
    # statsmodels also multiplies by (n - 1) / (n - k), which is 1 for the one constant.
    return SimpleNamespace(mean=fit.params[0], error=fit.bse[0], p=fit.pvalues[0], n=len(names))


def test_power_of_a_real_run_is_that_of_scipy_and_statsmodels(
    runs: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert runs.byeori("power", "long", "--difference", "0.1", "--json") == 0
    rows = {
        f"{row['evaluator']} {row['metric']}": row for row in json.loads(capsys.readouterr().out)
    }
    assert set(rows) <= EACH
    assert "generated-answers chrf" in rows
    scored = runs.scored["long"]
    for metric, row in rows.items():
        items = sorted(scored.values[metric, "base"])
        difference = scored.of(metric, "lora", items) - scored.of(metric, "base", items)
        robust = by_document(difference, [scored.documents[item] for item in items])
        spread = float(np.std(difference, ddof=1))
        assert row["items"] == len(items) == ITEMS
        assert row["seen"] == pytest.approx(robust.mean)
        effect = (robust.error / (spread / math.sqrt(ITEMS))) ** 2
        assert row["design_effect"] == pytest.approx(effect)
        critical = stats.t.ppf(0.975, robust.n - 1) * robust.error
        ends = (row["low"], row["high"])
        assert ends == pytest.approx((robust.mean - critical, robust.mean + critical))
        independent = max(2, math.floor(ITEMS / effect))
        if row["changed"] is None:
            expected = TTestPower().power(0.1 / spread, independent, 0.05)
        else:
            assert row["changed"] == pytest.approx(float(np.mean(difference != 0)))
            expected = power_of_mcnemar(max(row["changed"], 0.1), 0.1, independent)
        assert row["power"] == pytest.approx(expected, abs=1e-6)


def power_of_mcnemar(changed: float, difference: float, n: int) -> float:
    """By enumeration: every number of changed items, every split of them, scipy's exact test."""
    gained = (changed + difference) / 2 / changed
    total = 0.0
    for count in range(1, n + 1):
        rejects = [k for k in range(count + 1) if stats.binomtest(k, count, 0.5).pvalue <= 0.05]
        found = sum(stats.binom.pmf(k, count, gained) for k in rejects)
        total += float(stats.binom.pmf(count, n, changed) * found)
    return total


def test_two_real_runs_are_compared_as_statsmodels_does(
    runs: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runs.byeori("compare", "short", "long", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    one, two = runs.scored["short"], runs.scored["long"]
    contests = {f"{c['evaluator']} {c['metric']}": c for c in report["contests"]}
    assert set(contests) == EACH
    found, expected = {}, {}
    for metric, contest in contests.items():
        (against,) = [c for c in contest["contenders"] if c["against_best"]]
        test = against["against_best"]["test"]
        items = sorted(one.values[metric, "lora"])
        change = two.of(metric, "lora", items) - one.of(metric, "lora", items)
        robust = by_document(change, [one.documents[item] for item in items])
        assert test["name"] == "paired t, by document"
        assert abs(test["statistic"]) == pytest.approx(abs(robust.mean / robust.error))
        found[metric], expected[metric] = test, robust.p
        means = {c["name"]: c["value"]["value"] for c in contest["contenders"]}
        assert means["long"] - means["short"] == pytest.approx(robust.mean)
    p_values = [found[m]["p_value"] for m in sorted(found)]
    assert p_values == pytest.approx([expected[m] for m in sorted(found)])
    adjusted = multipletests(p_values, method="holm")[1]
    assert [found[m]["p_adjusted"] for m in sorted(found)] == pytest.approx(list(adjusted))


def test_the_right_and_wrong_answers_of_two_real_runs_are_compared_by_mcnemar(
    runs: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whole elements are swapped where they have several items; with one each it is McNemar's."""
    one, two = runs.scored["short"], runs.scored["long"]
    metric = "generated-answers exact-match"
    first: dict[str, str] = {}
    for item in sorted(one.values[metric, "lora"]):
        first.setdefault(one.documents[item], item)
    before, after = (s.of(metric, "lora", list(first.values())) for s in (one, two))
    table = [[int(np.sum((before == a) & (after == b))) for b in (1, 0)] for a in (1, 0)]
    from byeori.statistics import mcnemar_test

    assert mcnemar_test(after, before).p_value == pytest.approx(mcnemar(table, exact=True).pvalue)
    assert runs.byeori("compare", "short", "long", "--test", "mcnemar", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    names = {c["against_best"]["test"]["name"] for t in report["contests"] for c in t["contenders"]
             if c["against_best"]}  # fmt: skip
    assert names == {"McNemar, swapping documents", "paired t, by document"}

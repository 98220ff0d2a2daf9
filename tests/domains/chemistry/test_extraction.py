"""`chemistry/extraction` and `chemistry/compounds`."""

import pytest
from sklearn.metrics import f1_score

from byeori_chemistry.extraction import Compounds, Extraction

RIGHT = "{'AEM_MAT': {'QPPO': {'IC': '50 mS cm−1 at 80 °C', 'WU': '35 %'}}}"


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        (RIGHT, 1.0),
        ('{"AEM_MAT": {"QPPO": {"IC": "0.05 S/cm at 353 K", "WU": "35.0%"}}}', 1.0),
        ("{'AEM_MAT': {'qppo': {'IC': ['50 mS/cm (80 °C)'], 'WU': '35 %'}}}", 1.0),
        ("{'AEM_MAT': {'QPPO': {'IC': '50 mS/cm at 60 °C', 'WU': '35 %'}}}", 0.5),
        ("{'AEM_MAT': {'QPPO': {'IC': '-', 'WU': '35 %'}}}", 2 / 3),
        ("{'AEM_MAT': {'Nafion': {'IC': '50 mS cm−1 at 80 °C', 'WU': '35 %'}}}", 0.0),
        ("{'AEM_MAT': {'-': {'WU': '-'}}}", 0.0),
        ("no dictionary", 0.0),
        ("", 0.0),
    ],
)
def test_values_are_compared_with_unit_condition_and_material(scored, answer, value) -> None:
    (score,), _ = scored(Extraction, [(answer, RIGHT)])
    assert score.value == pytest.approx(value)


def test_nothing_found_where_there_is_nothing_is_right(scored) -> None:
    nothing = "{'AEM_MAT': {'-': {'WU': '-'}}}"
    pairs = [(nothing, nothing), ("{'AEM_MAT': {'QPPO': {'WU': '35 %'}}}", nothing)]
    scores, _ = scored(Extraction, pairs)
    assert [score.value for score in scores] == [1.0, 0.0]


def test_f1_by_property_is_pooled_over_the_items(scored) -> None:
    pairs = [
        (RIGHT, RIGHT),
        ("{'AEM_MAT': {'A': {'WU': '10 %'}}}", "{'AEM_MAT': {'A': {'WU': '20 %', 'IC': '1 S/m'}}}"),
    ]
    _, figures = scored(Extraction, pairs, fields=["WU", "IC"])
    # 2 + 0 of WU right, one wrong, one missed; IC one right, one missed.
    assert figures == {
        "micro_f1": pytest.approx(4 / (4 + 1 + 2)),
        "f1_WU": pytest.approx(2 / (2 + 1 + 1)),
        "f1_IC": pytest.approx(2 / (2 + 1)),
    }


def test_materials_and_conditions_may_be_left_out(scored) -> None:
    answer = "{'AEM_MAT': {'Nafion': {'IC': '50 mS/cm', 'WU': '35 %'}}}"
    (score,), _ = scored(Extraction, [(answer, RIGHT)], record_level=None, conditions=False)
    assert score.value == 1.0


@pytest.mark.parametrize(
    ("answer", "right", "value"),
    [
        ("{'Summary': 's', 'Chemnames': {0: 'H₂O', 1: 'KOH'}}",
         "{'Summary': 't', 'Chemnames': {0: 'koh', 1: 'H2O'}}", 0.5),
        ('{"Chemnames": ["Water", "KOH"]}', "{'Chemnames': {0: 'water', 1: 'KOH'}}", 1.0),
        ("water, KOH\nNaCl", "{'Chemnames': {0: 'water', 1: 'KOH'}}", 0.8),
        ("{'Chemnames': {}}", "{'Chemnames': {}}", 1.0),
        ("{'Summary': 'no names'}", "{'Chemnames': {0: 'water'}}", 0.0),
        ("water", "{'Summary': 'no names'}", None),
    ],
)  # fmt: skip
def test_compounds_are_compared_as_sets_of_normalised_names(scored, answer, right, value) -> None:
    (score,), _ = scored(Compounds, [(answer, right)])
    assert score.value == (None if value is None else pytest.approx(value))


def test_compound_f1_over_all_items_is_scikit_learns(scored) -> None:
    names = ["water", "KOH", "NaCl", "QPPO", "Nafion"]
    right = [["water", "KOH"], ["QPPO"], ["NaCl", "Nafion", "water"]]
    found = [["water"], ["QPPO", "KOH"], ["NaCl", "water", "QPPO"]]
    pairs = [(", ".join(one), ", ".join(other)) for one, other in zip(found, right, strict=True)]
    _, figures = scored(Compounds, pairs)
    truth, said = ([[n in row for n in names] for row in rows] for rows in (right, found))
    assert figures["micro_f1"] == pytest.approx(f1_score(truth, said, average="micro"))

"""`chemistry/formulas`: what can be read, has the same atoms, and fits its name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from byeori import DataError, Example
from byeori_chemistry import formulas
from byeori_chemistry.formulas import Formulas, atoms_of, atoms_of_smiles, missing_of_name
from byeori_chemistry.names import split_charge


@pytest.mark.parametrize(
    ("formula", "atoms"),
    [
        ("H₂SO₄", {"H": 2, "S": 1, "O": 4}),
        ("[Fe(CN)₆]⁴⁻", {"Fe": 1, "C": 6, "N": 6}),
        ("CuSO4·5H2O", {"Cu": 1, "S": 1, "O": 9, "H": 10}),
        ("$\\mathrm{SO_4^{2-}}$", {"S": 1, "O": 4}),
        ("Fe3+", {"Fe": 1}),
        ("NH4+", {"N": 1, "H": 4}),
        ("Xx2", None),
        ("H2O)", None),
        ("", None),
    ],
)
def test_formulas_are_counted_in_every_way_to_write_them(formula, atoms) -> None:
    assert atoms_of(formula) == atoms


@pytest.mark.parametrize(
    ("text", "body", "charge"),
    [
        ("SO42-", "SO4", "2-"),
        ("SO₄²⁻", "SO4", "2-"),
        ("PO4^{3-}", "PO4", "3-"),
        ("NO3-", "NO3", "-"),
        ("NH₄⁺", "NH4", "+"),
        ("Fe3+", "Fe", "3+"),
        ("[Fe(CN)6]4-", "[Fe(CN)6]", "4-"),
        ("H2O", "H2O", ""),
    ],
)
def test_a_charge_is_told_from_a_subscript(text, body, charge) -> None:
    assert split_charge(text) == (body, charge)


@pytest.mark.parametrize("smiles", ["CCO", "c1ccccc1", "[Na+].[Cl-]", "C[N+](C)(C)C", "O=C=O"])
def test_smiles_have_the_atoms_that_rdkit_says(smiles) -> None:
    from rdkit.Chem import MolFromSmiles
    from rdkit.Chem.rdMolDescriptors import CalcMolFormula

    formula, _ = split_charge(CalcMolFormula(MolFromSmiles(smiles)))
    assert atoms_of_smiles(smiles) == atoms_of(formula)


@pytest.mark.parametrize("smiles", ["C1CC", "not a molecule", "C(C)(C)(C)(C)C", ""])
def test_what_is_no_smiles_has_no_atoms(smiles) -> None:
    assert atoms_of_smiles(smiles) is None


@pytest.mark.parametrize(
    ("name", "formula", "missing"),
    [
        ("sodium chloride", "NaCl", ""),
        ("sodium chloride", "KCl", "sodium"),
        ("copper(II) sulfate", "CuS", "sulfate"),
        ("carbon dioxide", "CO", "dioxide"),
        ("Carbon monoxide", "CO", ""),
        ("dinitrogen pentoxide", "N2O5", ""),
        ("ammonium nitrate", "NH4NO3", ""),
        ("water", "H2O", ""),
        ("hydrogen peroxide", "H2O2", ""),
        ("poly(phenylene oxide)", "C8H8O", ""),
    ],
)
def test_a_systematic_name_says_what_must_be_there(name, formula, missing) -> None:
    assert missing_of_name(name, atoms_of(formula)) == missing


def kept(context, *outputs, **settings) -> list[str]:
    rows = [
        Example(instruction="?", output=one, task="t", id=str(n)) for n, one in enumerate(outputs)
    ]
    filter_ = Formulas(Formulas.config_model.model_validate(settings))
    return [row.output for row in filter_.keep(iter(rows), context)]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"formula": "H2Xo"}, "the formula cannot be read"),
        ({"smiles": "C1CC"}, "the SMILES cannot be read"),
        ({"formula": "C2H6O", "smiles": "CCC"}, "formula and SMILES have different atoms"),
        ({"name": "zinc oxide", "formula": "TiO2"},
         "the name says zinc, which the formula does not have"),
        ({"compounds": [{"formula": "H2O"}, {"formula": "HO2x"}]}, "the formula cannot be read"),
    ],
)  # fmt: skip
def test_wrong_formulas_are_dropped_with_the_reason(context, heard, answer, reason) -> None:
    assert kept(context, json.dumps(answer), repr(answer)) == []
    assert [one.reason for one in heard.rejects] == [reason, reason]


def test_right_formulas_and_answers_without_any_stay(context) -> None:
    right = json.dumps({"name": "ethanol", "formula": "C2H6O", "smiles": "CCO"})
    assert kept(context, right, "{'Summary': 'no formula'}", "[1, 2]") == [
        right, "{'Summary': 'no formula'}", "[1, 2]",
    ]  # fmt: skip


def test_what_is_no_json_is_dropped_or_kept_as_the_settings_say(context, heard) -> None:
    assert kept(context, "water") == []
    assert heard.rejects[-1].reason == "the answer is no JSON"
    assert kept(context, "water", unreadable="keep") == ["water"]
    assert kept(context, '{"formula": "??"}', task="other") == ['{"formula": "??"}']


def test_keys_are_those_of_the_settings(context) -> None:
    answers = ('{"Formel": "H2O"}', '{"Formel": "Xo"}')
    assert kept(context, *answers, formula_key="Formel") == ['{"Formel": "H2O"}']


def test_without_molmass_the_recipe_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setattr("byeori_chemistry.names.find_spec", lambda name: None)
    with pytest.raises(ValidationError, match=r"pip install 'byeori\[chemistry\]'"):
        Formulas.config_model()


def test_without_rdkit_smiles_say_what_to_install(monkeypatch) -> None:
    monkeypatch.setattr(formulas, "find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"pip install 'byeori\[smiles\]'"):
        atoms_of_smiles("CCO")


@given(st.text(max_size=20))
def test_any_text_has_atoms_or_none(text: str) -> None:
    atoms = atoms_of(text)
    assert atoms is None or all(count > 0 for count in atoms.values())

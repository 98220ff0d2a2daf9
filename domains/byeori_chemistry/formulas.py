"""The filter `chemistry/formulas`: formulas and SMILES that can be read, and fit their names."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from byeori import Config, Context, DataError, Example, Filter
from byeori_chemistry.names import needs_formulas, split_charge
from byeori_plugins.evaluators import parsed_value

PREFIXES = {
    "mono": 1, "di": 2, "tri": 3, "tetra": 4, "penta": 5, "hexa": 6, "hepta": 7, "octa": 8,
}  # fmt: skip
ANIONS: Mapping[str, tuple[str, ...]] = {
    "hydride": ("H",), "boride": ("B",), "carbide": ("C",), "nitride": ("N",), "oxide": ("O",),
    "fluoride": ("F",), "silicide": ("Si",), "phosphide": ("P",), "sulfide": ("S",),
    "sulphide": ("S",), "chloride": ("Cl",), "arsenide": ("As",), "selenide": ("Se",),
    "bromide": ("Br",), "telluride": ("Te",), "iodide": ("I",), "hydroxide": ("O", "H"),
    "peroxide": ("O",), "cyanide": ("C", "N"), "carbonate": ("C", "O"), "nitrate": ("N", "O"),
    "nitrite": ("N", "O"), "sulfate": ("S", "O"), "sulphate": ("S", "O"), "sulfite": ("S", "O"),
    "phosphate": ("P", "O"), "silicate": ("Si", "O"), "chlorate": ("Cl", "O"),
    "perchlorate": ("Cl", "O"), "permanganate": ("Mn", "O"), "chromate": ("Cr", "O"),
    "dichromate": ("Cr", "O"), "borate": ("B", "O"), "acetate": ("C", "H", "O"),
    "oxalate": ("C", "O"), "ammonium": ("N", "H"),
}  # fmt: skip
"""What systematic names of salts and binary compounds say (IUPAC Red Book, IR-5 and IR-8)."""
_COUNTED = re.compile(rf"\b({'|'.join(PREFIXES)})({'|'.join(ANIONS)})\b")


class FormulasConfig(Config):
    """Settings of `chemistry/formulas`. Keys are those of answers that are JSON or dictionaries."""

    task: str | tuple[str, ...] = Field(
        (), description="Task or tasks of the examples that are checked; others stay. Empty is all."
    )
    formula_key: str = Field("formula", description="Key of a chemical formula: `H2SO4`.")
    smiles_key: str = Field("smiles", description="Key of a SMILES string; needs RDKit.")
    name_key: str = Field(
        "name",
        description="Key of the name that stands beside the formula: `sulfuric acid`. Elements and "
        "anions that it names must be in the formula.",
    )
    unreadable: Literal["drop", "keep"] = Field(
        "drop", description="What happens to an example whose answer is no JSON or dictionary."
    )

    @model_validator(mode="after")
    def _readers(self) -> Self:
        needs_formulas()
        return self


class Formulas(Filter[FormulasConfig]):
    """Drops examples whose formula or SMILES cannot be read, or does not fit its name.

    Formulas are read by molmass, SMILES by RDKit (`pip install 'byeori[smiles]'`). Where an answer
    has both, they must have the same atoms; where it has a name as well, the formula must hold the
    elements and anions that a systematic name says, as many as its prefix says (`carbon dioxide`).
    """

    name = "formulas"
    version = 1
    config_model = FormulasConfig
    applies_to = "examples"

    def keep(self, examples: Iterable[Example], context: Context) -> Iterator[Example]:
        """Yield examples of other tasks, those without such keys, and those that are right."""
        tasks = self.config.task
        wanted = (tasks,) if isinstance(tasks, str) else tasks
        for example in examples:
            problem = self._wrong(example.output) if not wanted or example.task in wanted else ""
            if problem:
                context.reject(example.id, problem, example.output)
            else:
                yield example

    def _wrong(self, answer: str) -> str:
        try:
            value = parsed_value(answer)
        except (ValueError, RecursionError):
            return "the answer is no JSON" if self.config.unreadable == "drop" else ""
        return next(filter(None, map(self._wrong_record, _records(value))), "")

    def _wrong_record(self, record: Mapping[str, Any]) -> str:
        config = self.config
        formula, smiles, name = (
            str(record.get(key) or "").strip()
            for key in (config.formula_key, config.smiles_key, config.name_key)
        )
        atoms = atoms_of(formula) if formula else None
        if formula and atoms is None:
            return "the formula cannot be read"
        drawn = atoms_of_smiles(smiles) if smiles else None
        if smiles and drawn is None:
            return "the SMILES cannot be read"
        if atoms and drawn and atoms != drawn:
            return "formula and SMILES have different atoms"
        atoms = atoms or drawn
        missing = missing_of_name(name, atoms) if name and atoms else ""
        return f"the name says {missing}, which the formula does not have" if missing else ""


def atoms_of(formula: str) -> dict[str, int] | None:
    """By symbol the atoms of a formula; None where it cannot be read."""
    from molmass import Formula, FormulaError

    try:
        composition = Formula(split_charge(formula)[0]).composition()
        found = {item.symbol: item.count for item in composition.values()}
    except (FormulaError, ValueError, KeyError):
        return None
    return {symbol: count for symbol, count in found.items() if symbol != "e-"} or None


def atoms_of_smiles(smiles: str) -> dict[str, int] | None:
    """By symbol the atoms of a SMILES string, hydrogens too; None where it cannot be read.

    Raises:
        DataError: RDKit is not installed; the message says how to get it.
    """
    if find_spec("rdkit") is None:
        raise DataError("SMILES are read by RDKit: pip install 'byeori[smiles]'")
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(smiles)
    if molecule is None or not molecule.GetNumAtoms():
        return None
    return dict(Counter(atom.GetSymbol() for atom in Chem.AddHs(molecule).GetAtoms()))


def missing_of_name(name: str, atoms: Mapping[str, int]) -> str:
    """The first element or anion that a systematic name says and atoms lack; empty where none."""
    from molmass import ELEMENTS

    words = set(re.findall(r"[a-z]+", name.casefold()))
    for element in ELEMENTS:
        if element.name.casefold() in words and element.symbol not in atoms:
            return element.name.casefold()
    for anion, symbols in ANIONS.items():
        named = anion in words or any(f"{prefix}{anion}" in words for prefix in PREFIXES)
        if named and not set(symbols) <= atoms.keys():
            return anion
    for prefix, anion in _COUNTED.findall(name.casefold()):
        one = ANIONS[anion]
        if len(one) == 1 and anion != "peroxide" and atoms.get(one[0]) != PREFIXES[prefix]:
            return f"{prefix}{anion}"
    return ""


def _records(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object of an answer, at any depth."""
    if isinstance(value, Mapping):
        yield value
        for inner in value.values():
            yield from _records(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _records(inner)

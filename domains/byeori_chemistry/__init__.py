"""Chemistry: property extraction with units, examinations, compounds and formulas.

After the paper on instruction tuning of language models for chemistry.
"""

from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any

from byeori import DataSource, Evaluator, Filter, InstructionGenerator, hookimpl

if TYPE_CHECKING:
    from byeori.reproduction import Paper


@hookimpl
def byeori_data_sources() -> Iterable[type[DataSource[Any]]]:
    """Preprints of ChemRxiv, and works as Crossref describes them."""
    from byeori_chemistry.chemrxiv import ChemRxiv
    from byeori_chemistry.crossref import Crossref

    return (ChemRxiv, Crossref)


@hookimpl
def byeori_filters() -> Iterable[type[Filter[Any]]]:
    """Formulas and SMILES that can be read, and fit their names."""
    from byeori_chemistry.formulas import Formulas

    return (Formulas,)


@hookimpl
def byeori_instruction_generators() -> Iterable[type[InstructionGenerator[Any]]]:
    """Values of properties, in the paper's words and dictionary."""
    from byeori_chemistry.property_extraction import ChemicalExtraction

    return (ChemicalExtraction,)


@hookimpl
def byeori_evaluators() -> Iterable[type[Evaluator[Any]]]:
    """Exams by difficulty, extraction by property, compounds by name."""
    from byeori_chemistry.exams import Exam, ExamAnswers
    from byeori_chemistry.extraction import Compounds, Extraction

    return (Exam, ExamAnswers, Extraction, Compounds)


@hookimpl
def byeori_recipes() -> Iterable[Traversable]:
    """The paper's data sets and experiments."""
    folder = files("byeori_chemistry") / "recipes"
    return sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)


@hookimpl
def byeori_papers() -> "Iterable[Paper]":
    """`chemistry/instruction-tuning`: the paper's tables beside ours."""
    from byeori_chemistry.papers import INSTRUCTION_TUNING

    return (INSTRUCTION_TUNING,)

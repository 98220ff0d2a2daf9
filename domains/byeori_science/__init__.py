"""Science and technology: papers and abstracts, four kinds of task, one suite of benchmarks.

After the paper on KONI-4B-it.
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
    """Articles in JATS, as journals and PubMed Central keep them."""
    from byeori_science.papers import Jats

    return (Jats,)


@hookimpl
def byeori_filters() -> Iterable[type[Filter[Any]]]:
    """Papers without references and LaTeX; one document a work."""
    from byeori_science.papers import Papers, SameWork

    return (Papers, SameWork)


@hookimpl
def byeori_instruction_generators() -> Iterable[type[InstructionGenerator[Any]]]:
    """The four kinds of task, from annotated records or written by a model."""
    from byeori_science.asking import Concepts, Problems, Questions, Summaries
    from byeori_science.tasks import Tasks

    return (Tasks, Questions, Summaries, Concepts, Problems)


@hookimpl
def byeori_evaluators() -> Iterable[type[Evaluator[Any]]]:
    """The paper's nine benchmarks as one suite."""
    from byeori_science.suite import Suite

    return (Suite,)


@hookimpl
def byeori_recipes() -> Iterable[Traversable]:
    """`science/koni` and its parts."""
    folder = files("byeori_science") / "recipes"
    return sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)


@hookimpl
def byeori_papers() -> "Iterable[Paper]":
    """`science/koni`: the paper's figures beside ours."""
    from byeori_science.koni import KONI

    return (KONI,)

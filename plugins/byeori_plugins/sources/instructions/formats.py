"""The formats by name, and which one a record has."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, get_args

from byeori_plugins.sources.instructions.annotated import (
    Classification,
    Inference,
    SquadArticle,
    SquadRow,
)
from byeori_plugins.sources.instructions.conversations import Chat, MtBench, ShareGpt
from byeori_plugins.sources.instructions.exams import ExamQuestion
from byeori_plugins.sources.instructions.shape import Shape, kind_of
from byeori_plugins.sources.instructions.single import P3, Alpaca, Dolly, Flan, Pairs
from byeori_plugins.sources.instructions.tasks import NaturalInstructions, SelfInstruct

Format = Literal[
    "natural-instructions",
    "self-instruct",
    "dolly",
    "alpaca",
    "sharegpt",
    "chat",
    "mt-bench",
    "p3",
    "flan",
    "squad",
    "exam",
    "inference",
    "classification",
    "pairs",
]

FORMATS: Mapping[Format, tuple[type[Shape], ...]] = MappingProxyType(
    {
        "natural-instructions": (NaturalInstructions,),
        "self-instruct": (SelfInstruct,),
        "dolly": (Dolly,),
        "alpaca": (Alpaca,),
        "sharegpt": (ShareGpt,),
        "chat": (Chat,),
        "mt-bench": (MtBench,),
        "p3": (P3,),
        "flan": (Flan,),
        "squad": (SquadArticle, SquadRow),
        "exam": (ExamQuestion,),
        "inference": (Inference,),
        "classification": (Classification,),
        "pairs": (Pairs,),
    }
)
"""In the order in which a record is compared with them: the ones that ask for most come first."""

SETTINGS: Mapping[str, tuple[Format, ...]] = MappingProxyType(
    {
        "positive_examples": ("natural-instructions",),
        "labels": ("classification",),
        "reference_answers": ("mt-bench",),
        "exam_answers": ("exam",),
    }
)
"""The settings that only some formats have."""


def shape_of(values: Mapping[str, Any], name: Format | None = None) -> type[Shape] | None:
    """The shape that fits a record, of one format or of any."""
    shapes = FORMATS[name] if name else [shape for some in FORMATS.values() for shape in some]
    return next((shape for shape in shapes if shape.fits(values)), None)


def format_of(shape: type[Shape]) -> Format:
    """The format a shape belongs to."""
    return next(name for name in get_args(Format) if shape in FORMATS[name])


def mismatch(values: Mapping[str, Any], name: Format | None) -> str:
    """What a record that does not fit holds, against what was expected."""
    found = ", ".join(f"`{key}` ({kind_of(value)})" for key, value in values.items())
    if name is not None:
        wanted = "; or ".join(shape.expected for shape in FORMATS[name])
        other = shape_of(values)
        like = f", which is the shape of `{format_of(other)}`" if other else ""
        return f"no row of `{name}`: expected {wanted}; found {found or 'no fields'}{like}"
    known = "\n".join(
        f"  {key}: {'; or '.join(shape.expected for shape in shapes)}"
        for key, shapes in FORMATS.items()
    )
    return (
        f"the format is not recognised; found {found or 'no fields'}; expected one of\n{known}\n"
        "Rename the fields, or read the file with `jsonl`, `json` or `csv` and write examples with "
        "`templates`"
    )

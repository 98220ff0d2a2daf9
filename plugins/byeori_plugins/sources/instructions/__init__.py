"""Published instruction sets and annotated sets: formats, recognition, and the source."""

from byeori_plugins.sources.instructions.config import InstructionSetConfig
from byeori_plugins.sources.instructions.formats import FORMATS, Format
from byeori_plugins.sources.instructions.rows import Instruction, Turns, instructions_of
from byeori_plugins.sources.instructions.source import InstructionSet

__all__ = [
    "FORMATS",
    "Format",
    "Instruction",
    "InstructionSet",
    "InstructionSetConfig",
    "Turns",
    "instructions_of",
]

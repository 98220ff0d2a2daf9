"""Data sources for files in the usual formats, folders of text and Hugging Face data sets.

The readers behind them (`read_json_lines`, `read_json`, `read_csv`, `read_parquet`) are public, so
that a domain can read its own records with the same care for damaged files. So is what they are
made of: `text_lines` and `csv_records` for files of another shape, `text_problem` and `problem_in`
for what can be no document's text or metadata.
"""

from byeori_plugins.sources.csv_files import Csv, csv_records, read_csv
from byeori_plugins.sources.fields import FieldError, FieldTemplate
from byeori_plugins.sources.files import text_lines, text_problem
from byeori_plugins.sources.forms import read_rows, recognise_form
from byeori_plugins.sources.huggingface import HuggingFace
from byeori_plugins.sources.instructions import Instruction, InstructionSet, instructions_of
from byeori_plugins.sources.json_files import Json, JsonLines, read_json, read_json_lines
from byeori_plugins.sources.parquet_files import Parquet, read_parquet
from byeori_plugins.sources.reading import BadRow, Row
from byeori_plugins.sources.rows import (
    FileConfig,
    FileSource,
    RowConfig,
    RowSource,
    problem_in,
)
from byeori_plugins.sources.text_files import Text

SOURCES = (JsonLines, Json, Csv, Parquet, Text, HuggingFace, InstructionSet)

__all__ = [
    "SOURCES",
    "BadRow",
    "Csv",
    "FieldError",
    "FieldTemplate",
    "FileConfig",
    "FileSource",
    "HuggingFace",
    "Instruction",
    "InstructionSet",
    "Json",
    "JsonLines",
    "Parquet",
    "Row",
    "RowConfig",
    "RowSource",
    "Text",
    "csv_records",
    "instructions_of",
    "problem_in",
    "read_csv",
    "read_json",
    "read_json_lines",
    "read_parquet",
    "read_rows",
    "recognise_form",
    "text_lines",
    "text_problem",
]

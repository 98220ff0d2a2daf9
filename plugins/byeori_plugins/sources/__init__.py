"""Data sources: files of rows, texts, PDF files, web pages, instruction sets, collections.

The readers behind them (`read_json_lines`, `read_json`, `read_csv`, `read_parquet`) are public, so
that a domain can read its own records with the same care for damaged files. So is what they are
made of: `text_lines` and `csv_records` for files of another shape, `text_problem` and `problem_in`
for what can be no document's text or metadata; `read_exam` for multiple-choice questions in the
shapes that exams are published in; and `ApiSource` and `Fetcher` for collections that are asked
page by page.
"""

from byeori_plugins.sources.csv_files import Csv, csv_records, read_csv
from byeori_plugins.sources.exam_files import Question, read_exam
from byeori_plugins.sources.fields import FieldError, FieldTemplate, visible
from byeori_plugins.sources.files import files_below, text_lines, text_problem
from byeori_plugins.sources.forms import read_rows, recognise_form
from byeori_plugins.sources.huggingface import HuggingFace
from byeori_plugins.sources.instructions import Instruction, InstructionSet, instructions_of
from byeori_plugins.sources.json_files import Json, JsonLines, read_json, read_json_lines
from byeori_plugins.sources.parquet_files import Parquet, read_parquet
from byeori_plugins.sources.pdf import Pdf
from byeori_plugins.sources.reading import BadRow, Row
from byeori_plugins.sources.rows import (
    FileConfig,
    FileSource,
    RowConfig,
    RowSource,
    problem_in,
)
from byeori_plugins.sources.text_files import Text
from byeori_plugins.sources.web import (
    ApiConfig,
    ApiSource,
    Arxiv,
    FetchConfig,
    Fetcher,
    Html,
    OpenAlex,
    RefusedError,
    json_object,
    one_line,
    unrepeated,
)

SOURCES = (
    JsonLines,
    Json,
    Csv,
    Parquet,
    Text,
    Pdf,
    Html,
    HuggingFace,
    InstructionSet,
    Arxiv,
    OpenAlex,
)

__all__ = [
    "SOURCES",
    "ApiConfig",
    "ApiSource",
    "Arxiv",
    "BadRow",
    "Csv",
    "FetchConfig",
    "Fetcher",
    "FieldError",
    "FieldTemplate",
    "FileConfig",
    "FileSource",
    "Html",
    "HuggingFace",
    "Instruction",
    "InstructionSet",
    "Json",
    "JsonLines",
    "OpenAlex",
    "Parquet",
    "Pdf",
    "Question",
    "RefusedError",
    "Row",
    "RowConfig",
    "RowSource",
    "Text",
    "csv_records",
    "files_below",
    "instructions_of",
    "json_object",
    "one_line",
    "problem_in",
    "read_csv",
    "read_exam",
    "read_json",
    "read_json_lines",
    "read_parquet",
    "read_rows",
    "recognise_form",
    "text_lines",
    "text_problem",
    "unrepeated",
    "visible",
]

"""Data sources for files in the usual formats, folders of text and Hugging Face data sets.

The readers behind them (`read_json_lines`, `read_json`, `read_csv`, `read_parquet`) are public, so
that a domain can read its own records with the same care for damaged files.
"""

from byeori_plugins.sources.csv_files import Csv, read_csv
from byeori_plugins.sources.fields import FieldError, FieldTemplate
from byeori_plugins.sources.huggingface import HuggingFace
from byeori_plugins.sources.json_files import Json, JsonLines, read_json, read_json_lines
from byeori_plugins.sources.parquet_files import Parquet, read_parquet
from byeori_plugins.sources.rows import BadRow, FileConfig, FileSource, Row, RowConfig, RowSource
from byeori_plugins.sources.text_files import Text

SOURCES = (JsonLines, Json, Csv, Parquet, Text, HuggingFace)

__all__ = [
    "SOURCES",
    "BadRow",
    "Csv",
    "FieldError",
    "FieldTemplate",
    "FileConfig",
    "FileSource",
    "HuggingFace",
    "Json",
    "JsonLines",
    "Parquet",
    "Row",
    "RowConfig",
    "RowSource",
    "Text",
    "read_csv",
    "read_json",
    "read_json_lines",
    "read_parquet",
]

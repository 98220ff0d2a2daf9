"""Filters: length, language, licence, format, duplicates, personal data, quality, balance.

A filter of another plugin that looks at one row at a time is a `RowFilter` with a `reason`; one
that rewrites changes `each_text` of a row.
"""

from byeori_plugins.filters.balance import Balance
from byeori_plugins.filters.duplicates import Duplicates
from byeori_plugins.filters.format import Format
from byeori_plugins.filters.language import Language
from byeori_plugins.filters.length import Length
from byeori_plugins.filters.licence import Licence
from byeori_plugins.filters.near_duplicates import NearDuplicates
from byeori_plugins.filters.personal_data import PersonalData
from byeori_plugins.filters.quality import Quality
from byeori_plugins.filters.refusals import Refusals
from byeori_plugins.filters.reviewed import Reviewed
from byeori_plugins.filters.rows import Part, Row, RowFilter, each_text, text_of
from byeori_plugins.filters.similar_documents import SimilarDocuments

FILTERS = (
    Length,
    Language,
    Licence,
    Duplicates,
    NearDuplicates,
    SimilarDocuments,
    Format,
    Refusals,
    PersonalData,
    Quality,
    Balance,
    Reviewed,
)

__all__ = [
    "FILTERS",
    "Balance",
    "Duplicates",
    "Format",
    "Language",
    "Length",
    "Licence",
    "NearDuplicates",
    "Part",
    "PersonalData",
    "Quality",
    "Refusals",
    "Reviewed",
    "Row",
    "RowFilter",
    "SimilarDocuments",
    "each_text",
    "text_of",
]

"""Filters: of length, language, licence and format, duplicates, personal data, quality, balance."""

from byeori_plugins.filters.duplicates import Duplicates
from byeori_plugins.filters.length import Length
from byeori_plugins.filters.near_duplicates import NearDuplicates
from byeori_plugins.filters.similar_documents import SimilarDocuments

FILTERS = (Length, Duplicates, NearDuplicates, SimilarDocuments)

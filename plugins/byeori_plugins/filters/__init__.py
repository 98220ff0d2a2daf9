"""Filters that decide row by row."""

from byeori_plugins.filters.length import Length

FILTERS = (Length,)

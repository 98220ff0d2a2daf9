"""Writes the small sets that the recipes ship: published shapes, English and Korean by byeori.

`python -m byeori_korean.example_sets FOLDER` writes them all; the same tables and wordings give the
same bytes, and a test holds that the shipped files are these.
"""

from byeori_korean.example_sets.write import write_all

__all__ = ["write_all"]

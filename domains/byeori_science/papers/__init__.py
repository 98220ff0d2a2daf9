"""Papers as documents: JATS files, clean texts, one record a work, licences as SPDX has them."""

from byeori_science.papers.cleaning import Papers
from byeori_science.papers.jats import Jats
from byeori_science.papers.same_work import SameWork

__all__ = ["Jats", "Papers", "SameWork"]

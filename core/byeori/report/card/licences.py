"""Which licence a model card may name: never a freer one than base and data are known to have."""

from collections.abc import Mapping
from dataclasses import dataclass

from byeori.report.provenance import Provenance

FREE = ("cc0-1.0", "pddl", "unlicense", "public-domain", "us-government-work")
"""Licences of documents that ask nothing of a model's licence."""
ON_HUB = (
    "apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "cc0-1.0", "cc-by-2.0", "cc-by-3.0",
    "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0",
    "cc-by-nc-nd-4.0", "cc-by-nd-4.0", "odc-by", "odbl", "pddl", "unlicense", "gpl-3.0", "agpl-3.0",
    "lgpl-3.0", "openrail", "bigscience-bloom-rail-1.0", "gemma", "llama2", "llama3", "llama3.1",
    "llama3.2", "llama3.3", "llama4", "afl-3.0", "artistic-2.0", "bsl-1.0", "ecl-2.0", "epl-2.0",
    "eupl-1.1", "isc", "mpl-2.0", "ms-pl", "ncsa", "ofl-1.1", "osl-3.0", "postgresql", "wtfpl",
    "zlib",
)  # fmt: skip
"""Identifiers that the hub knows (its list of licences), as its metadata wants them."""


@dataclass(frozen=True)
class LicenceStatement:
    """What the card's metadata say.

    Attributes:
        identifier: of the hub's list, or `other`, or `unknown`.
        name: where it is `other`, what the page shows; else None.
        reason: why, in a sentence.
    """

    identifier: str
    name: str | None
    reason: str


def licence_statement(provenance: Provenance) -> LicenceStatement:
    """The base's licence, where the documents are known to add nothing to it.

    A tuned model is made of its base and of documents. Where a document's licence is unknown, or
    is another one than the base's and asks for something, no single identifier is true.
    """
    base = _identifier(provenance.base_licence)
    if not base:
        return LicenceStatement("unknown", None, "The licence of the base model is unknown.")
    others = foreign(provenance.licences, base)
    if others:
        named = ", ".join(name or "an unknown licence" for name in others)
        reason = (
            f"The base model is under {provenance.base_licence}; the documents are also under "
            f"{named}. Whether that allows what you want to do is yours to decide."
        )
        return LicenceStatement("other", "base-and-documents-see-card", reason)
    reason = f"The base model is under {provenance.base_licence}, and the documents add nothing."
    if base in ON_HUB:
        return LicenceStatement(base, None, reason)
    return LicenceStatement("other", base, reason)


def foreign(licences: Mapping[str, int], base: str) -> list[str]:
    """Licences of documents that are neither the base's nor free of conditions, most used first."""
    ranked = sorted(licences, key=lambda name: (-licences[name], name))
    return [name for name in ranked if _identifier(name) not in (base, *FREE)]


def _identifier(licence: str) -> str:
    """As the hub writes SPDX identifiers: lower case, hyphens."""
    return "-".join(licence.lower().split())

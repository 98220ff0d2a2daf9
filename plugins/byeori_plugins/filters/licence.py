"""Keeps documents under the licences that are allowed."""

from functools import lru_cache
from typing import Any

from pydantic import Field, field_validator

from byeori import Config
from byeori_plugins.filters.rows import RowFilter


class LicenceConfig(Config):
    """Settings of `licence`."""

    allow: tuple[str, ...] = Field(
        min_length=1, description="SPDX identifiers of the licences that are allowed."
    )
    names: tuple[str, ...] = Field(
        (), description="Further licences, by the very name that documents give them."
    )
    unknown: bool = Field(False, description="Whether documents without a licence stay.")

    @field_validator("allow")
    @classmethod
    def _identifiers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if _parsed(name) is None or not _parsed(name).isliteral:
                raise ValueError(
                    f"{name!r} is no SPDX identifier (https://spdx.org/licenses); write the names "
                    "of other licences under `names`"
                )
        return value


class Licence(RowFilter[LicenceConfig]):
    """Drops documents whose licence is not on a list; SPDX expressions are understood."""

    name = "licence"
    version = 1
    config_model = LicenceConfig
    applies_to = "documents"

    def reason(self, row: Any) -> str:
        """The licence that is not allowed."""
        licence = row.licence.strip()
        if not licence:
            return "" if self.config.unknown else "no licence given"
        return "" if self._allowed(licence) else f"licence not allowed: {licence}"

    def excerpt(self, row: Any) -> str:
        """Where the document came from."""
        return f"{row.origin} {row.title}".strip()

    def _allowed(self, licence: str) -> bool:
        if licence in self.config.names:
            return True
        parsed = _parsed(licence)
        return parsed is not None and _holds(parsed, frozenset(map(_key, self.config.allow)))


def _key(name: str) -> str:
    return str(_parsed(name).render())


def _holds(node: Any, allowed: frozenset[str]) -> bool:
    """Whether an expression can be kept with the allowed licences alone: A OR B, A AND B."""
    if node.isliteral:
        return str(node.render()) in allowed
    parts = [_holds(part, allowed) for part in node.args]
    return any(parts) if node.operator.strip() == "OR" else all(parts)


@lru_cache(maxsize=4096)
def _parsed(licence: str) -> Any:
    """The expression, with aliases resolved, or None where it is none of known SPDX licences."""
    from license_expression import ExpressionError

    try:
        return _spdx().parse(licence, validate=True)
    except (ExpressionError, ValueError):
        return None


@lru_cache(maxsize=1)
def _spdx() -> Any:
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()

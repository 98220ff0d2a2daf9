"""Replaces personal data in rows, or drops the rows that hold some."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import Field, field_validator

from byeori import Config, Context, Filter
from byeori_plugins.filters.rows import Row, each_text, text_of
from byeori_plugins.text.personal import Kind, find_personal

KINDS: tuple[Kind, ...] = ("e-mail", "resident-number", "card", "phone")


class PersonalDataConfig(Config):
    """Settings of `personal-data`."""

    kinds: tuple[Kind, ...] = Field(
        KINDS,
        min_length=1,
        description="What is looked for: `e-mail`, `resident-number` (Korean, by date and check "
        "digit), `card` (by Luhn's check digit), `phone`.",
    )
    action: Literal["replace", "drop"] = Field(
        "replace", description="`replace` each by its kind in brackets, or `drop` the row."
    )
    phone_regions: tuple[str, ...] = Field(
        ("KR", "US"),
        description="Countries (ISO 3166) whose national telephone numbers are looked for; numbers "
        "that begin with `+` are found whatever their country.",
    )

    @field_validator("phone_regions")
    @classmethod
    def _countries(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [code for code in value if not (len(code) == 2 and code.isupper())]:
            raise ValueError(f"{wrong[0]!r} is no country code: write `KR`")
        return value


class PersonalData(Filter[PersonalDataConfig]):
    """Replaces e-mail addresses, telephone, resident and card numbers, and counts them."""

    name = "personal-data"
    version = 1
    config_model = PersonalDataConfig
    applies_to = "both"
    rewrites = True

    def keep(self, examples: Iterable[Row], context: Context) -> Iterator[Row]:
        """Yield the rows without personal data, those that had some rewritten."""
        for row in examples:
            found: Counter[Kind] = Counter()
            clean = self._clean(row, found)
            if found and self.config.action == "drop":
                kinds = ", ".join(sorted(found))
                context.reject(row.id, f"personal data: {kinds}", text_of(clean))
                continue
            for kind, number in sorted(found.items()):
                context.count(f"{kind} replaced", number)
            yield clean if found else row

    def _clean(self, row: Row, found: Counter[Kind]) -> Row:
        def clean(text: str) -> str:
            return self._without(text, found)

        return each_text(row, clean)

    def _without(self, text: str, found: Counter[Kind]) -> str:
        pieces, end = [], 0
        for one in find_personal(text, self.config.kinds, self.config.phone_regions):
            pieces += [text[end : one.start], f"[{one.kind}]"]
            end = one.end
            found[one.kind] += 1
        return "".join([*pieces, text[end:]])

"""Applies what people decided in `byeori review`: accepted, corrected and rejected examples.

A recipe uses it as

    filters:
      - {use: reviewed, path: decisions.jsonl}
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from byeori import Config, Context, Example, Filter
from byeori.errors import DataError
from byeori.review.records import DECISIONS, FIELDS, Decision, Outcome, outcome


class ReviewedConfig(Config):
    """Settings of `reviewed`."""

    path: Path = Field(description="Decisions, as `byeori review RUN --export FILE` writes them.")
    undecided: Literal["keep", "drop"] = Field(
        "keep", description="What becomes of examples that nobody decided."
    )
    flagged: Literal["keep", "drop"] = Field(
        "drop", description="What becomes of examples that were flagged for another look."
    )
    disputed: Literal["keep", "drop"] = Field(
        "drop",
        description="What becomes of examples on which reviewers differ and nobody adjudicated.",
    )


class Reviewed(Filter[ReviewedConfig]):
    """Keeps what reviewers accepted, with their corrections, and drops what they rejected."""

    name = "reviewed"
    version = 1
    config_model = ReviewedConfig
    applies_to = "examples"
    rewrites = True

    def keep(self, examples: Iterable[Example], context: Context) -> Iterator[Example]:
        """Yield accepted examples as they are and edited ones with their new texts, in order.

        An edited example has `metadata["review"]`: the id it had (`of`), who decided (`by`), the
        texts it had (`before`) and the notes. What the filter was given is kept in the artifact,
        so that a later review still sees what was rejected.

        Raises:
            DataError: a line of the file is no decision.
        """
        from byeori.bulk import Rows, write
        from byeori.review.subject import BEFORE

        lines = self._lines()
        before = context.output / BEFORE
        write(before, examples, Example)
        with (context.output / DECISIONS).open("w", encoding="utf-8", newline="\n") as applied:
            for example in Rows(before, Example):
                decisions = self._decisions(lines.pop(example.id, []), example)
                for one in decisions:
                    applied.write(json.dumps(one.as_json(), ensure_ascii=False) + "\n")
                yield from self._applied(example, outcome(decisions), context)
        if lines:
            context.message(
                f"{context.stage}: {self.config.path.name} decides {len(lines)} examples "
                f"that are not here, such as {next(iter(lines))}"
            )

    def _lines(self) -> dict[str, list[tuple[int, dict[str, Any]]]]:
        """The lines with a verdict, by example."""
        from byeori.review.exchange import read_lines

        found: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        for number, line in read_lines(self.config.path):
            found.setdefault(line["example"], []).append((number, line))
        return found

    def _decisions(
        self, lines: Sequence[tuple[int, dict[str, Any]]], example: Example
    ) -> list[Decision]:
        """What was decided; a line that does not say by whom is signed with the file's name."""
        from byeori.review.exchange import decision_of
        from byeori.review.subject import texts

        found = []
        for number, line in lines:
            try:
                found.append(decision_of(line, texts(example), self.config.path.stem))
            except (TypeError, ValueError) as error:
                raise DataError(f"{self.config.path}:{number}: {error}") from error
        return [one for one in found if one is not None]

    def _applied(
        self, example: Example, result: Outcome | None, context: Context
    ) -> Iterator[Example]:
        if result is None:
            yield from self._unless("undecided", "not reviewed", example, context)
            return
        match result.verdict:
            case "accept":
                yield example
            case "edit":
                yield _edited(example, result)
            case "reject":
                by = ", ".join(result.by)
                context.reject(
                    example.id, "rejected in review", ": ".join(filter(None, (by, result.note)))
                )
            case "flag":
                yield from self._unless("flagged", "flagged in review", example, context)
            case _:
                yield from self._unless("disputed", "reviewers disagree", example, context)

    def _unless(
        self, setting: str, reason: str, example: Example, context: Context
    ) -> Iterator[Example]:
        if getattr(self.config, setting) == "keep":
            yield example
        else:
            context.reject(example.id, reason, example.output)


def _edited(example: Example, result: Outcome) -> Example:
    review = {
        "of": example.id,
        "by": result.by,
        "before": {name: getattr(example, name) for name in FIELDS if name in result.edits},
        **({"note": result.note} if result.note else {}),
    }
    changes: dict[str, Any] = {**result.edits}
    return replace(example, **changes, metadata={**example.metadata, "review": review})

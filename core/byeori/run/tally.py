"""Counts the answers that a stage uses, whether they were paid for now or lay in the journal."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from byeori.store.answers import Answer, AnswerJournal


class Tally:
    """The answers that went through a journal, each once.

    Attributes:
        tokens: by key, the tokens of the prompt and of the answer; 0 where they were not counted.
    """

    def __init__(self) -> None:
        self.tokens: dict[str, tuple[int, int]] = {}

    def note(self, result: object) -> None:
        """Count the answers in what the journal gave back."""
        if isinstance(result, Answer):
            self.tokens[result.key] = (result.prompt_tokens or 0, result.completion_tokens or 0)
        elif isinstance(result, Mapping):
            self.note(result.values())
        elif isinstance(result, Iterable) and not isinstance(result, str | bytes):
            for part in result:
                self.note(part)

    def measured(self) -> dict[str, float]:
        """The figures for `events.jsonl`; none where no answer was used."""
        if not self.tokens:
            return {}
        prompt, completion = map(sum, zip(*self.tokens.values(), strict=True))
        return {
            "answers": len(self.tokens),
            "prompt_tokens": prompt,
            "completion_tokens": completion,
        }


def tallied(journal: AnswerJournal, tally: Tally) -> AnswerJournal:
    """The journal, with every answer that it gives back counted."""
    return cast(AnswerJournal, _Tallied(journal, tally))


class _Tallied:
    def __init__(self, journal: AnswerJournal, tally: Tally) -> None:
        self._journal, self._tally = journal, tally

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._journal, name)
        if not callable(found):
            return found

        def noting(*arguments: Any, **named: Any) -> Any:
            result = found(*arguments, **named)
            # Only whole collections: an iterator would be used up.
            if isinstance(result, Answer | Mapping | list | tuple):
                self._tally.note(result)
            return result

        return noting

    def __len__(self) -> int:
        return len(self._journal)

"""What evaluators say of their own scores, for people."""

from collections.abc import Sequence

from byeori.diagnostics import Diagnostic


def notes(diagnostics: Sequence[Diagnostic]) -> list[tuple[str, str]]:
    """How to read the figures: name and note, each pair once, in order."""
    return list(dict.fromkeys((d.name, d.note) for d in diagnostics if d.note))

"""Shows a conversation: columns that fill on a terminal, plain lines elsewhere."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import click

from byeori.chat.session import Answering


class Columns:
    """One column for each model, filled while it answers; by rich."""

    def __init__(self, console: Any = None) -> None:
        from rich.console import Console

        self.console: Any = console or Console()

    def answers(self, names: Sequence[str], answer: Answering) -> None:
        """Show the models' answers side by side."""
        from rich.live import Live

        texts = [""] * len(names)
        with Live(
            self._panels(names, texts), console=self.console, vertical_overflow="visible"
        ) as live:

            def show(place: int, text: str) -> None:
                texts[place] = text
                live.update(self._panels(names, texts))

            answer(show)

    def note(self, text: str) -> None:
        """Print one dim line."""
        self.console.print(text, style="dim", markup=False, highlight=False)

    def _panels(self, names: Sequence[str], texts: Sequence[str]) -> Any:
        from rich.panel import Panel
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid(expand=True, padding=(0, 1))
        for _ in names:
            grid.add_column(ratio=1)
        grid.add_row(
            *(
                Panel(Text(text), title=Text(name), title_align="left")
                for name, text in zip(names, texts, strict=True)
            )
        )
        return grid


class Lines:
    """`NAME: answer`, a line for each model once it is whole: for pipes."""

    def answers(self, names: Sequence[str], answer: Answering) -> None:
        """Print every model's answer, in their order."""
        texts = [""] * len(names)

        def show(place: int, text: str) -> None:
            texts[place] = text

        answer(show)
        for name, text in zip(names, texts, strict=True):
            click.echo(f"{name}: {text}")

    def note(self, text: str) -> None:
        """Print one line to standard error."""
        click.echo(text, err=True)


def typed(prompt: str) -> Iterator[str]:
    """What a person types, line by line, with the editing keys of readline, until Ctrl-D."""
    with suppress(ImportError):
        import readline  # noqa: F401
    while True:
        try:
            yield input(prompt)
        except EOFError:
            return

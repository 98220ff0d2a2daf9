"""Reads what a person types and lets every model answer it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from byeori.chat.conversation import TooLongError, Voice
from byeori.prompts import PromptError

HELP = (
    "/system TEXT sets the system message (without TEXT: none) and begins anew; "
    "/reset forgets what was said; /quit ends"
)


class Screen(Protocol):
    """Where a conversation is shown."""

    def answers(self, names: Sequence[str], answer: "Answering") -> None:
        """Call `answer` with a function that shows a model's answer so far, by its place."""
        ...

    def note(self, text: str) -> None:
        """Show one line about the conversation."""
        ...


Answering = Callable[[Callable[[int, str], None]], None]


@dataclass
class Session:
    """A conversation with several models, each asked every question.

    Attributes:
        voices: the models, in the order they are shown.
        screen: where it is shown.
    """

    voices: Sequence[Voice]
    screen: Screen

    def run(self, lines: Iterable[str]) -> None:
        """Answer line by line, until `/quit` or the last."""
        for line in lines:
            text = line.strip()
            if text == "/quit":
                return
            if text.startswith("/"):
                self._command(text)
            elif text:
                self._ask(text)

    def _command(self, text: str) -> None:
        name, _, rest = text.partition(" ")
        if name == "/reset":
            self._reset()
            self.screen.note("forgotten what was said")
        elif name == "/system":
            for voice in self.voices:
                voice.system = rest.strip()
            self._reset()
            self.screen.note(f"system message: {rest.strip() or 'none'}; a new conversation")
        else:
            known = "" if name == "/help" else f"there is no {name}; "
            self.screen.note(known + HELP)

    def _reset(self) -> None:
        for voice in self.voices:
            voice.reset()

    def _ask(self, question: str) -> None:
        def answer(show: Callable[[int, str], None]) -> None:
            for place, voice in enumerate(self.voices):
                self._answer(voice, question, partial(show, place))

        self.screen.answers([voice.name for voice in self.voices], answer)

    def _answer(self, voice: Voice, question: str, show: Callable[[str], None]) -> None:
        try:
            voice.answer(question, show)
        except (PromptError, TooLongError) as error:
            show(f"({error})")

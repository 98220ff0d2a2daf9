"""What is translated together, and the order in which it comes back."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from byeori import Context
from byeori.generation import split


@dataclass(frozen=True, slots=True)
class Remembered:
    """A text that a memory had the translation of.

    Attributes:
        name: what the text is called.
        origin: where the translation stands.
    """

    name: str
    origin: str


@dataclass(slots=True, eq=False)
class Job:
    """The texts of one document.

    Attributes:
        where: the document's id.
        texts: each text to be translated once, with what it is called in a prompt.
        source, target: BCP-47 tags.
        row: anything the caller wants back.
        done: translations so far; one that failed is missing.
        answers: journal keys, by text.
        remembered: texts that a memory had translated; they are done from the start.
    """

    where: str
    texts: dict[str, str]
    source: str
    target: str
    row: Any = None
    done: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    remembered: dict[str, Remembered] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, str]:
        """What every text with words is called, whoever translates it."""
        return self.texts | {text: one.name for text, one in self.remembered.items()}


@dataclass(slots=True, eq=False)
class Bundle:
    """What goes out in one request.

    Attributes:
        job: the document's.
        texts: pieces of its texts by what they are called.
    """

    job: Job
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Translated:
    """A bundle that came back: translations by the same names, and the journal's key."""

    bundle: Bundle
    texts: dict[str, str]
    answer: str


class Translator(Protocol):
    """Turns bundles into translations, in order; what fails is rejected and left out."""

    def translate(self, bundles: Iterable[Bundle], context: Context) -> Iterator[Translated]:
        """Yield the bundles that came back, in the order given."""
        ...


def bundles_of(job: Job, longest: int) -> Iterator[Bundle]:
    """The texts of a job in requests of at most `longest` characters, where one text allows it."""
    bundle, size = Bundle(job, {}), 0
    for name, piece in _pieces(job, longest):
        if bundle.texts and size + len(piece) > longest:
            yield bundle
            bundle, size = Bundle(job, {}), 0
        bundle.texts[name] = piece
        size += len(piece)
    if bundle.texts:
        yield bundle


def _pieces(job: Job, longest: int) -> Iterator[tuple[str, str]]:
    for text, name in job.texts.items():
        pieces = [text] if len(text) <= longest else split(text, longest)
        yield from ((_named(name, number), piece) for number, piece in enumerate(pieces))


def _named(name: str, number: int) -> str:
    return name if number == 0 else f"{name}, part {number + 1}"


class Pipeline:
    """Sends jobs through a translator and gives each back, in order, with what came of it."""

    def __init__(self, translator: Translator, longest: int, context: Context) -> None:
        self._translator = translator
        self._longest = longest
        self._context = context

    def run(self, jobs: Iterable[Job]) -> Iterator[Job]:
        """Yield every job when all that was asked about it, and before it, has come back."""
        waiting: deque[Job] = deque()
        pieces: dict[str, str] = {}
        bundles = self._bundles(jobs, waiting.append)
        for reply in self._translator.translate(bundles, self._context):
            while waiting[0] is not reply.bundle.job:
                yield self._finished(waiting.popleft(), pieces)
                pieces = {}
            pieces |= reply.texts
            self._note(reply)
        for job in waiting:
            yield self._finished(job, pieces)
            pieces = {}

    def _bundles(self, jobs: Iterable[Job], wait: Callable[[Job], None]) -> Iterator[Bundle]:
        for job in jobs:
            wait(job)
            yield from bundles_of(job, self._longest)

    def _note(self, reply: Translated) -> None:
        job = reply.bundle.job
        for text, name in job.texts.items():
            if name in reply.texts:
                job.answers[text] = reply.answer

    def _finished(self, job: Job, pieces: dict[str, str]) -> Job:
        for text, name in job.texts.items():
            count = 1 if len(text) <= self._longest else len(split(text, self._longest))
            names = [_named(name, number) for number in range(count)]
            if all(each in pieces for each in names):
                job.done[text] = "\n\n".join(pieces[each] for each in names)
        return job

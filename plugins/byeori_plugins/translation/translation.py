"""Translates the instructions of documents, checks them, and says what was lost and why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from byeori import Context, Document, Turn
from byeori.estimates import Estimate, exactly
from byeori_plugins.evaluators.text_metrics import chrf
from byeori_plugins.sources.instructions import Instruction
from byeori_plugins.text.protected import has_words
from byeori_plugins.translation.by_model import ModelTranslator
from byeori_plugins.translation.checks import Fault, Wanted, faults
from byeori_plugins.translation.config import SERVICES, TranslationConfig
from byeori_plugins.translation.deepl import DeepLTranslator
from byeori_plugins.translation.jobs import Job, Pipeline, Remembered, Translator, bundles_of
from byeori_plugins.translation.local import LocalTranslator
from byeori_plugins.translation.memory import Memory

NOT_IN_MEMORY = "the memory has no translation of a text, and nobody else was named to translate"


@dataclass(frozen=True, slots=True)
class TranslatedInstruction:
    """An instruction in another language.

    Attributes:
        instruction: with every text translated.
        original: as it was.
        answers: journal keys, and where in a memory a text was found, by the name they have in an
            example's metadata.
        chrf: how like the original the text is after its way back, the least of its texts; None
            where that was not asked.
    """

    instruction: Instruction
    original: Instruction
    answers: dict[str, str]
    chrf: float | None


Read = tuple[Document, list[Instruction]]
Made = tuple[Document, list[TranslatedInstruction]]


class Translation:
    """What a `TranslationConfig` describes, made."""

    def __init__(self, config: TranslationConfig) -> None:
        self.config = config
        self._alone = all(getattr(config, name) is None for name in SERVICES)

    @cached_property
    def _memory(self) -> Memory | None:
        path = self.config.memory
        return None if path is None else Memory(path, self.config.to)

    def run(self, read: Iterable[Read], context: Context) -> Iterator[Made]:
        """Yield each document with the instructions that were translated whole.

        What is lost, and why, goes to `context.reject` with the document's id.

        Raises:
            StoppedError: whoever translates cannot be used; answers so far are kept.
        """
        if self._memory and self._memory.several:
            context.message(
                f"{context.stage}: {self._memory.several} texts of the memory are translated in "
                "several ways; the newest translation is taken, or else the last"
            )
        jobs = (self.job(document, instructions) for document, instructions in read)
        done = self._from_memory(jobs, context) if self._alone else self._asked(jobs, context)
        checked = (self._checked(job, context) for job in done)
        for job, back in self._there_and_back(checked, context):
            document, instructions = job.row
            made = [_translated(one, job, back) for one in instructions]
            whole = [one for one in made if one is not None]
            if len(whole) < len(made):
                context.count("instructions with a text that was refused", len(made) - len(whole))
            yield document, whole

    def job(self, document: Document, instructions: list[Instruction]) -> Job:
        """The texts of a document's instructions, each once.

        Those without words stay as they are, and all where the document has the language already.
        """
        source = self.config.source or document.language
        job = Job(document.id, {}, source, self.config.to, (document, instructions))
        for one in instructions:
            for name, text in _texts(one):
                if same_language(source, job.target) or not has_words(text):
                    job.done[text] = text
                elif text not in job.names:
                    self._place(job, text, _unused(name, job.names))
        return job

    def _place(self, job: Job, text: str, name: str) -> None:
        """A text goes to the translator, unless the memory has its translation."""
        found = self._memory.find(text, job.source) if self._memory else None
        if found is None:
            job.texts[text] = name
        else:
            job.remembered[text] = Remembered(name, found.origin)
            job.done[text] = found.text

    def _from_memory(self, jobs: Iterable[Job], context: Context) -> Iterator[Job]:
        for job in jobs:
            for text, name in job.texts.items():
                context.reject(job.where, NOT_IN_MEMORY, f"{name}: {text}")
            yield job

    def _asked(self, jobs: Iterable[Job], context: Context) -> Iterator[Job]:
        return self._pipeline(self._translator(), context).run(jobs)

    def estimate(self, read: Iterable[Read]) -> Iterator[Estimate]:
        """Requests and the characters to translate; nothing is sent."""
        if self._alone:
            return
        count, characters = 0, 0
        for job in (self.job(document, instructions) for document, instructions in read):
            count += sum(1 for _ in bundles_of(job, self.config.max_characters))
            characters += sum(map(len, job.texts))
        there_and_back = self.config.min_back_chrf is not None
        total = 2 * count if there_and_back else count
        back = ", there and back" if there_and_back else ""
        text = f"{total} requests to translate{back}, and as many corrections at most"
        yield Estimate("translation_requests", count, 2 * total, text)
        text = f"{characters} characters to translate"
        yield exactly("translated_characters", characters, text)

    def _pipeline(self, translator: Translator, context: Context) -> Pipeline:
        return Pipeline(translator, self.config.max_characters, context)

    def _translator(self, *, back: bool = False) -> Translator:
        config = self.config
        glossary = {} if back else config.glossary
        if config.model is not None:
            return ModelTranslator(config.model, config.prompt, config.names, glossary)
        if config.deepl is not None:
            return DeepLTranslator(config.deepl, config.names)
        if config.local is not None:
            return LocalTranslator(config.local.returning() if back else config.local)
        raise AssertionError("the settings say who translates")

    def _checked(self, job: Job, context: Context) -> Job:
        """The job without the translations that something is wrong with."""
        config = self.config
        wanted = Wanted(job.source, job.target, config.protect, config.names, config.glossary)
        for text in [text for text in job.names if text in job.done]:
            fault = next(faults(text, job.done[text], wanted), None)
            if fault is not None:
                _refuse(job, text, fault, context)
        return job

    def _there_and_back(
        self, jobs: Iterable[Job], context: Context
    ) -> Iterator[tuple[Job, dict[str, float]]]:
        if self.config.min_back_chrf is None:
            yield from ((job, {}) for job in jobs)
            return
        returns = (_returning(job) for job in jobs)
        translator = self._translator(back=True)
        for back in self._pipeline(translator, context).run(returns):
            yield back.row, self._scored(back.row, back, context)

    def _scored(self, job: Job, back: Job, context: Context) -> dict[str, float]:
        """chrF by text; a text that fell short, or did not come back, is refused."""
        scores = {}
        for text in [text for text in job.texts if text in job.done]:
            returned = back.done.get(job.done[text])
            if returned is None:  # rejected with its reason where it was asked
                del job.done[text]
                continue
            scores[text] = round(chrf(returned, text), 2)
            if scores[text] < (self.config.min_back_chrf or 0):
                fault = Fault("too little of the text is left on the way back", returned)
                _refuse(job, text, fault, context)
        return scores


def same_language(tag: str, other: str) -> bool:
    """Whether two BCP-47 tags name one language, of whatever region or script."""
    return tag.partition("-")[0].lower() == other.partition("-")[0].lower()


def _refuse(job: Job, text: str, fault: Fault, context: Context) -> None:
    name, translation = job.names[text], job.done.pop(text)
    context.reject(job.where, fault.reason, f"{fault.detail} | {name}: {translation}")


def _returning(job: Job) -> Job:
    """The way back, of what is still there."""
    texts = {job.done[text]: name for text, name in job.texts.items() if text in job.done}
    return Job(job.where, texts, job.target, job.source, job)


def _texts(one: Instruction) -> Iterator[tuple[str, str]]:
    """The texts of an instruction and what they are called, empty ones left out."""
    named = [("system", one.system)]
    named += [(turn.role, turn.content) for turn in one.history]
    named += [("instruction", one.instruction), ("input", one.input), ("output", one.output)]
    yield from ((name, text) for name, text in named if text.strip())


def _unused(name: str, texts: dict[str, str]) -> str:
    taken, number = set(texts.values()), 2
    unused = name
    while unused in taken:
        unused, number = f"{name} {number}", number + 1
    return unused


def _translated(one: Instruction, job: Job, back: dict[str, float]) -> TranslatedInstruction | None:
    """The instruction in the other language, or None where one of its texts is missing."""
    texts = [text for _, text in _texts(one)]
    if any(text not in job.done for text in texts):
        return None
    history = tuple(Turn(turn.role, job.done.get(turn.content, "")) for turn in one.history)
    said = replace(
        one,
        **{name: job.done.get(getattr(one, name), "") for name in ("instruction", "input")},
        output=job.done.get(one.output, ""),
        system=job.done.get(one.system, ""),
        history=history,
        alternatives=(),
    )
    answers = {f"{n}_answer": job.answers[text] for n, text in _texts(one) if text in job.answers}
    kept = job.remembered
    answers |= {f"{n}_memory": kept[text].origin for n, text in _texts(one) if text in kept}
    scores = [back[text] for text in texts if text in back]
    return TranslatedInstruction(said, one, answers, min(scores, default=None))

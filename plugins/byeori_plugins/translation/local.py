"""Translation by a sequence-to-sequence model in this process (Marian, M2M100, NLLB, mBART, T5)."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from byeori import Config, Context, DataError
from byeori.generation import SentenceKind
from byeori.store.answers import Answer, Question, Received
from byeori.store.files import sha256_of_file
from byeori_plugins.translation.jobs import Bundle, Translated
from byeori_plugins.translation.sentences import segments

if TYPE_CHECKING:
    from byeori_plugins.translation.seq2seq import Seq2Seq

WINDOW = 8
"""Batches of sentences that are gathered before the model works on them."""


class LocalConfig(Config):
    """A sequence-to-sequence model that transformers can load."""

    path: Path = Field(description="Its folder, with its tokenizer.")
    source_code: str | None = Field(
        default=None,
        description="What its tokenizer calls the language of the texts, such as `eng_Latn`; null "
        "for a model of one pair.",
    )
    target_code: str | None = Field(
        default=None, description="What it calls the language to translate into; as above."
    )
    back: Path | None = Field(
        default=None,
        description="Folder of the model for the way back; null for the same, with the codes "
        "swapped.",
    )
    beams: int = Field(default=4, ge=1, description="Beams of the search; 1 is greedy.")
    max_new_tokens: int = Field(
        default=512, ge=1, description="Longest translation of a sentence, in tokens."
    )
    batch_size: int = Field(default=16, ge=1, description="Sentences at a time.")
    sentences: SentenceKind = Field(
        default="marks",
        description="What ends a sentence: `marks` (a full stop, question or exclamation mark "
        "before a space), or `kiwi`, for Korean also without them (needs `pip install "
        "byeori[korean]`).",
    )

    def returning(self) -> "LocalConfig":
        """For the other direction."""
        codes = {"source_code": self.target_code, "target_code": self.source_code}
        other = {"path": self.back} if self.back else {}
        return self.model_copy(update={**codes, **other})


class LocalTranslator:
    """Translates sentence by sentence; every one is in the journal before it is used."""

    def __init__(self, config: LocalConfig) -> None:
        self._config = config

    @cached_property
    def _model(self) -> "Seq2Seq":
        from byeori_plugins.translation.seq2seq import Seq2Seq

        return Seq2Seq(self._config)

    @cached_property
    def _identity(self) -> str:
        """A hash of the model's files: known without loading it."""
        total = hashlib.sha256()
        try:
            for file in sorted(path for path in self._config.path.iterdir() if path.is_file()):
                total.update(f"{file.name}\0{sha256_of_file(file)}\n".encode())
        except OSError as error:
            raise cannot_load(self._config.path, error) from error
        return f"sha256:{total.hexdigest()}"

    def translate(self, bundles: Iterable[Bundle], context: Context) -> Iterator[Translated]:
        """Yield the bundles, in order; one with a sentence that is too long is rejected.

        Raises:
            DataError: the model cannot be loaded.
        """
        window: list[Bundle] = []
        waiting = 0
        for bundle in context.progress(bundles, unit="texts"):
            window.append(bundle)
            waiting += len(self._sentences(bundle))
            if waiting >= WINDOW * self._config.batch_size:
                yield from self._window(window, context)
                window, waiting = [], 0
        yield from self._window(window, context)

    def _window(self, bundles: Sequence[Bundle], context: Context) -> Iterator[Translated]:
        wanted = dict.fromkeys(s for bundle in bundles for s in self._sentences(bundle))
        answers = self._answers(list(wanted), context)
        for bundle in bundles:
            used = [answers[sentence] for sentence in self._sentences(bundle)]
            cut = [answer for answer in used if _finish(answer) != "stop"]
            if cut:
                reason = "a sentence is too long for the model, or its translation for it"
                context.reject(bundle.job.where, reason, _text(cut[0]))
                continue
            texts = {
                name: "".join(
                    _text(answers[piece]) if translated else piece
                    for piece, translated in segments(text, self._config.sentences)
                )
                for name, text in bundle.texts.items()
            }
            yield Translated(bundle, texts, used[-1].key if used else "")

    def _answers(self, sentences: list[str], context: Context) -> dict[str, Answer]:
        """The journal's, and the model's for the rest, a batch at a time.

        A batch is committed whole, so that a run that was killed goes on with the same batches.
        """
        if not sentences:
            return {}
        questions = {sentence: self._question(sentence) for sentence in sentences}
        found: dict[str, Answer] = {}
        if context.answers is not None:
            kept = context.answers.get_many(question.key for question in questions.values())
            found = {s: kept[q.key] for s, q in questions.items() if q.key in kept}
        missing = [sentence for sentence in sentences if sentence not in found]
        for start in range(0, len(missing), self._config.batch_size):
            batch = missing[start : start + self._config.batch_size]
            made = self._model.translate(batch)
            received = [
                Received(questions[sentence], _completion(text, finish))
                for sentence, (text, finish) in zip(batch, made, strict=True)
            ]
            if context.answers is None:
                answers = [one.answer("") for one in received]
            else:
                answers = context.answers.put_all(received)
            found.update(zip(batch, answers, strict=True))
        return found

    def _sentences(self, bundle: Bundle) -> list[str]:
        """What of the texts goes to the model."""
        return [
            piece
            for text in bundle.texts.values()
            for piece, translated in segments(text, self._config.sentences)
            if translated
        ]

    def _question(self, sentence: str) -> Question:
        """What it is kept under: the text, and all that the translation depends on."""
        config = self._config
        same = ("source_code", "target_code", "beams", "max_new_tokens")
        request = {
            "model": self._identity,
            "messages": [{"role": "user", "content": sentence}],
            **{name: getattr(config, name) for name in same},
        }
        return Question.of(f"local:{config.path.name}", request, 0)


def _completion(text: str, finish: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}


def _text(answer: Answer) -> str:
    return str(answer.response["choices"][0]["message"]["content"])


def _finish(answer: Answer) -> str:
    return str(answer.response["choices"][0]["finish_reason"])


def cannot_load(path: Path, error: Exception) -> DataError:
    """The error for a model that transformers cannot load."""
    more = ""
    if "sentencepiece" in str(error).lower():
        more = "; its tokenizer needs `pip install sentencepiece`"
    first = str(error).strip().partition("\n")[0]
    return DataError(f"{path} cannot be loaded as a sequence-to-sequence model: {first}{more}")

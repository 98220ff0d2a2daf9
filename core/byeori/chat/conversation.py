"""What is said to models and what each answered: every model remembers its own answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from byeori.decoding import Decoding
from byeori.models.generating import generate_ids
from byeori.models.processors import cut_at, decode
from byeori.models.transformers_model import TransformersModel
from byeori.prompts import prompt_token_ids
from byeori.records import Item, Turn


class TooLongError(ValueError):
    """A conversation does not fit into a model any more."""


@dataclass
class Voice:
    """One model in the conversation.

    Attributes:
        model: who answers, with the prompt template it was trained with.
        decoding: how.
        history: what was said so far, with its own answers.
        system: system message, or empty.
    """

    model: TransformersModel
    decoding: Decoding
    history: list[Turn] = field(default_factory=list)
    system: str = ""

    @property
    def name(self) -> str:
        """As the recipe calls the model."""
        return self.model.name

    def reset(self) -> None:
        """Forget what was said; the system message stays."""
        self.history.clear()

    def answer(self, question: str, show: Callable[[str], None]) -> str:
        """Answer one question, and remember both once the answer is whole.

        Args:
            question: what the user says.
            show: is given the answer so far, whenever there is more of it.

        Raises:
            PromptError: the question holds a special token, or the template fails.
            TooLongError: the conversation is longer than the model can read.
        """
        prompt = Item(instruction=question, system=self.system, history=tuple(self.history))
        ids = prompt_token_ids(self.model.template, prompt, self.model.loaded.tokenizer)
        decoding = self._room(len(ids))
        live, tokenizer = self.model.loaded.model, self.model.loaded.tokenizer
        ends = self.model.end_ids
        tokens: list[int] = []

        def said(new: list[int]) -> None:
            tokens.extend(token for token in new if token not in ends)
            show(self._text(tokens))

        streamer = None if decoding.num_beams > 1 else _streamer(said)
        (whole,) = generate_ids(live, [ids], decoding, ends, tokenizer, streamer)
        text = self._text(whole)
        show(text)
        self.history += [Turn("user", question), Turn("assistant", text)]
        return text

    def _text(self, tokens: Sequence[int]) -> str:
        (text,) = decode([tokens], self.model.loaded.tokenizer)
        return cut_at(text, self.decoding.stop).strip()

    def _room(self, tokens: int) -> Decoding:
        """The decoding, cut to what the context still holds."""
        limit = self.model.loaded.context_length
        room = self.decoding.max_new_tokens if limit is None else limit - tokens
        if room < 1:
            raise TooLongError(
                f"{self.name} reads {limit} tokens at most, and the conversation has {tokens}: "
                "/reset begins a new one"
            )
        most = min(room, self.decoding.max_new_tokens)
        return self.decoding.model_copy(update={"max_new_tokens": most})


def _streamer(said: Callable[[list[int]], None]) -> Any:
    from transformers.generation.streamers import BaseStreamer

    class Tokens(BaseStreamer):
        """Hands on every token but those of the prompt, which come first."""

        asked = False

        def put(self, value: Any) -> None:
            if self.asked:
                said(value.reshape(-1).tolist())
            self.asked = True

        def end(self) -> None:
            pass

    return Tokens()

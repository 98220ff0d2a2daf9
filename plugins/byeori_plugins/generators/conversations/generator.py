"""Conversations by a model, as Baize and ShareGPT-like sets have them.

Source: Xu et al. 2023, "Baize" (one model writes both sides from a seed), and question answering
with quotations as in `question-answer` for those about documents.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from byeori import Document, Example, Turn
from byeori.generation import ModelGenerator, Part, Unusable
from byeori.text import folded
from byeori_plugins.generators.conversations.answers import (
    Conversation,
    Exchange,
    GroundedConversation,
    GroundedExchange,
    bare_message,
    speaks_twice,
)
from byeori_plugins.generators.conversations.config import ConversationsConfig
from byeori_plugins.sources.instructions import Instruction, instructions_of


class Conversations(ModelGenerator[ConversationsConfig, Conversation]):
    """Asks a model for conversations about documents, or for how instructions go on."""

    name: ClassVar[str] = "conversations"
    version: ClassVar[int] = 1
    config_model = ConversationsConfig
    answer = Conversation

    def parts(self, document: Document) -> Iterable[Part | Unusable]:
        """The text of a document, in parts; of an instruction set each instruction, or the whole
        conversation."""
        seeds = list(instructions_of(document))
        if document.metadata.get("messages"):
            seeds = seeds[-1:]
        if not seeds:
            yield from self.cut(document, document.text, values={"history": (), "opening": ""})
        for number, seed in enumerate(seeds):
            yield self._seed(document, seed, number)

    def _seed(self, document: Document, seed: Instruction, number: int) -> Part | Unusable:
        asked = _joined(seed.instruction, seed.input)
        given, opening = seed.history, asked
        if seed.output:
            given = (*given, Turn("user", asked), Turn("assistant", seed.output))
            opening = ""
        if self.config.grounded:
            return Unusable("an instruction has no text for a reply to be grounded in", asked)
        if sum(len(turn.content) for turn in given) + len(opening) > self.config.max_characters:
            return Unusable("the conversation is longer than `max_characters`", asked)
        values = {"history": given, "opening": opening, "seed_system": seed.system}
        metadata = {"seed": number}
        language = self.config.language or document.language
        return Part(document, "", language, values=values, metadata=metadata)

    def values(self, part: Part) -> Mapping[str, Any]:
        """The slots of the templates; `number` is that of the exchanges to write."""
        return {**super().values(part), "number": self.config.exchanges}

    def schema(self, part: Part) -> type[BaseModel]:
        """Exchanges, with quotations where replies are grounded."""
        return GroundedConversation if self.config.grounded else Conversation

    def read(self, answer: Conversation, part: Part) -> Iterator[Example | Unusable]:
        """One example a reply that is wanted, with what was said before as its history."""
        given: tuple[Turn, ...] = part.values["history"]
        kept: list[Exchange] = []
        for number, exchange in enumerate(_tidied(answer.exchanges, part)):
            before = [turn.content for turn in given] + [one.question for one in kept]
            if number >= self.config.exchanges:
                yield Unusable("more exchanges than asked for", exchange.question)
            elif why := _problem(exchange, before, part):
                yield Unusable(why, exchange.question)
                break
            else:
                kept.append(exchange)
        whole = len(given) // 2 + len(kept)
        if not kept or whole < self.config.min_exchanges:
            yield Unusable(f"fewer than {max(1, self.config.min_exchanges)} exchanges are left")
            return
        made = list(self._examples(kept, given, part))
        yield from {"all": made, "first": made[:1], "last": made[-1:]}[self.config.turns]

    def _examples(
        self, kept: list[Exchange], given: tuple[Turn, ...], part: Part
    ) -> Iterator[Example]:
        history = given
        for exchange in kept:
            shown = part.text if self.config.include_text and not history else ""
            metadata: dict[str, Any] = {"exchanges": len(history) // 2 + 1}
            if isinstance(exchange, GroundedExchange):
                span = part.find(exchange.quote) or (0, 0)
                metadata |= {"span": list(span), "quote": part.document.text[slice(*span)]}
            yield Example(
                instruction=exchange.question,
                input=shown,
                output=exchange.reply,
                system=part.values.get("seed_system", ""),
                history=history,
                task="conversation",
                metadata=metadata,
            )
            asked = Turn("user", _joined(exchange.question, shown))
            history = (*history, asked, Turn("assistant", exchange.reply))


def _tidied(exchanges: Iterable[Exchange], part: Part) -> Iterator[Exchange]:
    """Messages without their speakers' names; an opening is as the set has it."""
    opening = part.values["opening"]
    for number, one in enumerate(exchanges):
        asked = opening if opening and not number else bare_message(one.question)
        yield one.model_copy(update={"question": asked, "reply": bare_message(one.reply)})


def _problem(one: Exchange, before: list[str], part: Part) -> str:
    """Why a conversation ends before this exchange, or an empty text."""
    if not one.question or not one.reply:
        return "a question or a reply is empty"
    if folded(one.question) == folded(one.reply):
        return "the reply repeats the question"
    if folded(one.question) in map(folded, before):
        return "the same question twice in one conversation"
    if speaks_twice(one.reply) or (not part.values["opening"] and speaks_twice(one.question)):
        return "a message speaks for both sides"
    if isinstance(one, GroundedExchange) and part.find(one.quote) is None:
        return "not grounded: the quotation is not in the text"
    return ""


def _joined(asked: str, shown: str) -> str:
    return "\n\n".join(filter(None, (asked, shown)))

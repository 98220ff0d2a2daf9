"""Formats of conversations: ShareGPT and Vicuna, OpenAI chat JSON lines, MT-bench."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from byeori_plugins.sources.fields import FieldError
from byeori_plugins.sources.instructions.answers import reference_answers
from byeori_plugins.sources.instructions.rows import (
    INSTRUCTIONS,
    MESSAGES,
    Instruction,
    as_messages,
)
from byeori_plugins.sources.instructions.shape import (
    Content,
    Filled,
    Options,
    Shape,
    Text,
    named,
    shortened,
)

_ROLES = {
    **dict.fromkeys(("human", "user", "prompter"), "user"),
    **dict.fromkeys(("gpt", "assistant", "chatgpt", "bing", "bard", "model", "bot"), "assistant"),
    **dict.fromkeys(("system", "developer"), "system"),
}
_TOOLS = frozenset({"tool", "function", "function_call", "observation", "tool_calls"})


def _role(value: object) -> object:
    role = _ROLES.get(value.lower()) if isinstance(value, str) else None
    if role is None:
        known = isinstance(value, str) and value.lower() in _TOOLS
        raise ValueError(
            "tool calls cannot be learnt from" if known else f"expected one of {', '.join(_ROLES)}"
        )
    return role


def _content(value: object) -> object:
    """OpenAI's content may be a list of parts; those of text are joined."""
    if not isinstance(value, list):
        return "" if value is None else value
    for part in value:
        if not (isinstance(part, dict) and part.get("type") == "text"):
            raise ValueError("expected parts of type `text`, no images, sound or files")
    return "".join(str(part.get("text", "")) for part in value)


class Message(BaseModel):
    """One message: `from` and `value`, or `role` and `content`."""

    model_config = ConfigDict(frozen=True, strict=True)
    role: Annotated[str, BeforeValidator(_role)] = named("from", "role")
    content: Annotated[Text, BeforeValidator(_content)] = named("value", "content")
    weight: int = 1
    tool_calls: None = None
    function_call: None = None

    def as_metadata(self) -> dict[str, Any]:
        """As it is stored."""
        stored: dict[str, Any] = {"role": self.role, "content": self.content}
        return stored if self.weight else stored | {"weight": 0}


def conversation(messages: Sequence[Message]) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """The messages as they are stored, and what was left out.

    Answers before the first question go, as FastChat does it; a last question without an answer
    stays where nothing was answered at all.

    Raises:
        FieldError: two messages of one role in a row, a system message in the middle, an empty
            message, or no question.
    """
    said = [m for m in messages if m.role != "system"]
    system = messages[: len(messages) - len(said)]
    if any(m.role != "system" for m in system):
        raise FieldError("a system message stands in the middle of the conversation")
    left_out = []
    while said and said[0].role == "assistant":
        left_out.append("an answer that no question stands before")
        said = said[1:]
    for number, message in enumerate(said):
        place = len(messages) - len(said) + number
        if message.role != ("user", "assistant")[number % 2]:
            raise FieldError(f"messages {place} and {place + 1} are both by the {message.role}")
        if not message.content:
            raise FieldError(f"message {place + 1} (by the {message.role}) is empty")
    if not said:
        raise FieldError("the conversation has no question")
    if len(said) % 2 and len(said) > 1:
        said, left_out = said[:-1], [*left_out, "a last question without an answer"]
    return [m.as_metadata() for m in (*system, *said) if m.content], tuple(left_out)


class Conversation(Shape):
    """What the formats of conversations share."""

    messages: list[Message]

    def content(self, options: Options) -> Content:
        """The conversation, stored once."""
        messages, left_out = conversation(self.messages)
        said = [m["content"] for m in messages if m["role"] != "system"]
        return Content(
            text="\n\n".join(said),
            title=shortened(said[0]),
            metadata=self.other() | {MESSAGES: messages},
            left_out=left_out,
        )


class ShareGpt(Conversation):
    """ShareGPT and Vicuna (Chiang et al. 2023), with `from`/`value` or `role`/`content`."""

    expected = "`conversations`: a list of `from` and `value`, or of `role` and `content`"
    messages: list[Message] = named("conversations", "conversation", "items")


class Chat(Conversation):
    """OpenAI's chat format for fine-tuning; `weight: 0` keeps an answer from being learnt."""

    expected = "`messages`: a list of `role` (system, user, assistant) and `content`"


class MtBench(Shape):
    """MT-bench and Vicuna-bench questions (Zheng et al. 2023), answered by a file of answers."""

    expected = "`question_id`, `category`, `turns`: a list of questions"
    kept = ("question_id", "category", "turns")
    question_id: int | str
    category: Filled
    turns: list[Filled]

    def content(self, options: Options) -> Content:
        """A conversation where there are answers; else its first question."""
        if not self.turns:
            raise FieldError("field `turns` is empty")
        title = shortened(self.turns[0])
        answers = reference_answers(options.reference_answers).get(str(self.question_id), ())
        if not answers:
            (first, *_) = self.turns
            one = Instruction(instruction=first, task=self.category)
            metadata = self.other() | {INSTRUCTIONS: [one.as_metadata()]}
            return Content(text="\n\n".join(self.turns), title=title, metadata=metadata)
        # A shorter file of answers ends the conversation there: Vicuna-bench has one turn.
        said = [text for pair in zip(self.turns, answers, strict=False) for text in pair]
        metadata = self.other() | {"task": self.category, MESSAGES: as_messages(said)}
        return Content(text="\n\n".join(said), title=title, metadata=metadata)

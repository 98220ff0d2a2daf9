"""What a model answers with: questions and replies in turn, in whatever shape it knows them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field, model_validator

_LISTS = ("exchanges", "messages", "conversation", "conversations", "turns", "dialogue")
_ROLES = {
    **dict.fromkeys(("user", "human", "person", "customer", "사용자", "사람"), "user"),
    **dict.fromkeys(("assistant", "gpt", "bot", "model", "ai", "어시스턴트"), "assistant"),
}
_SPEAKER = re.compile(r"(user|human|assistant|사용자|어시스턴트)[ \t]*:[ \t]*", re.IGNORECASE)
_LATER_SPEAKER = re.compile(r"\n[ \t]*(?:\*\*)?" + _SPEAKER.pattern, re.IGNORECASE)


class Exchange(BaseModel):
    """A question of the person, and the assistant's reply."""

    question: str
    reply: str


class GroundedExchange(Exchange):
    """A question and a reply, and where the reply stands."""

    quote: str = Field(description="The words of the text that the reply comes from, copied.")


class Conversation(BaseModel):
    """What a model is asked for; a list of messages with roles is read as well."""

    exchanges: list[Exchange]

    @model_validator(mode="before")
    @classmethod
    def _in_pairs(cls, data: Any) -> Any:
        if isinstance(data, Mapping):
            data = next((data[name] for name in _LISTS if name in data), data)
        if isinstance(data, list):
            return {"exchanges": paired(data)}
        return data


class GroundedConversation(Conversation):
    """What a model is asked for, with quotations."""

    exchanges: list[GroundedExchange]  # type: ignore[assignment]


def paired(items: Sequence[Any]) -> list[Any]:
    """Exchanges as they are; messages with roles in pairs.

    Raises:
        ValueError: the roles do not alternate, from the user's to the assistant's.
    """
    messages = [_message(item) for item in items]
    said = [message for message in messages if message and message[0] != "system"]
    if not said or len(said) < len([m for m in messages if m is None or m[0] != "system"]):
        return list(items)
    roles = [role for role, _, _ in said]
    if roles != ["user", "assistant"] * (len(roles) // 2):
        raise ValueError("user and assistant must take turns, from a question to a reply")
    return [
        {**more, "question": asked, "reply": reply}
        for (_, asked, _), (_, reply, more) in zip(said[::2], said[1::2], strict=True)
    ]


def _message(item: Any) -> tuple[str, Any, dict[str, Any]] | None:
    """Role, text, and what else the message has; None where it is no message."""
    if not isinstance(item, Mapping):
        return None
    for role, text in (("role", "content"), ("from", "value")):
        if role in item and text in item:
            name = str(item[role]).strip().lower()
            more = {key: value for key, value in item.items() if key not in (role, text)}
            return _ROLES.get(name, name), item[text], more
    return None


def bare_message(text: str) -> str:
    """A message without the name of its speaker before it."""
    text = text.strip()
    return text[match.end() :].strip() if (match := _SPEAKER.match(text)) else text


def speaks_twice(text: str) -> bool:
    """Whether a speaker's name begins one of its later lines: the message holds another one."""
    return _LATER_SPEAKER.search(text) is not None

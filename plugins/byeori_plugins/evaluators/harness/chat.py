"""Messages as lm-eval makes them, written by the template a model was tuned with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from byeori import PromptTemplate, Turn
from byeori.prompts import chat_messages, prompt_text

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is asked, as `byeori.asking.Prompt`."""

    instruction: str
    system: str = ""
    history: tuple[Turn, ...] = ()
    input: str = ""


def prompt_of_messages(
    messages: Sequence[dict[str, str]],
    template: PromptTemplate,
    tokenizer: "PreTrainedTokenizerBase",
    *,
    finished: bool = False,
) -> str:
    """The prompt's text.

    Args:
        messages: an optional `system` message, then turns of `user` and `assistant`.
        template: of the model.
        tokenizer: of the model.
        finished: whether the last message is how the answer begins.
    """
    begun = messages[-1]["content"] if finished and messages[-1]["role"] == "assistant" else ""
    asked = messages[:-1] if begun else messages
    conversation = _conversation(asked)
    if begun and template.template is None:
        text = tokenizer.apply_chat_template(
            [*chat_messages(conversation), {"role": "assistant", "content": begun}],
            tokenize=False,
            continue_final_message=True,
        )
        return str(text)
    return prompt_text(template, conversation, tokenizer) + begun


def _conversation(messages: Sequence[dict[str, str]]) -> Conversation:
    system = "\n\n".join(one["content"] for one in messages if one["role"] == "system")
    turns = [one for one in messages if one["role"] != "system"]
    history = tuple(
        Turn("assistant" if one["role"] == "assistant" else "user", one["content"])
        for one in turns[:-1]
    )
    return Conversation(turns[-1]["content"] if turns else "", system, history)

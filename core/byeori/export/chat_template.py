"""A prompt template as a chat template: what other programs apply to messages.

A chat template is Jinja too (`PreTrainedTokenizerBase.apply_chat_template`), but it is given
`messages`, and it is compiled with `trim_blocks` and `lstrip_blocks`, which eat line breaks that
byeori's templates write.
"""

import json
from typing import TYPE_CHECKING

from byeori.asking import Prompt
from byeori.prompts import chat_messages, leading_special_ids, sandbox
from byeori.records import PromptTemplate

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

INPUT = "input"
"""Key of a user message for the further context of the question, and name of the template variable
that gives it where only the template's variables can be set (`chat_template_kwargs`)."""

# What reads the messages writes nothing itself. An answer at the end is an example to learn from,
# or to be gone on with, and stands after its question.
_MESSAGES = """\
{%- set asked = namespace(system='', turns=[], answer=none) -%}
{%- for message in messages -%}
{%- if message['role'] == 'system' -%}
{%- set asked.system = message['content'] -%}
{%- elif message['role'] in ('user', 'assistant') -%}
{%- set asked.turns = asked.turns + [message] -%}
{%- else -%}
{{- raise_exception('this model knows messages of system, user and assistant only') -}}
{%- endif -%}
{%- endfor -%}
{%- if asked.turns and asked.turns[-1]['role'] == 'assistant' -%}
{%- set asked.answer = asked.turns[-1]['content'] -%}
{%- set asked.turns = asked.turns[:-1] -%}
{%- endif -%}
{%- if not asked.turns or asked.turns[-1]['role'] != 'user' -%}
{{- raise_exception('the last question must be a message of the user') -}}
{%- endif -%}
{%- set system = asked.system -%}
{%- set history = asked.turns[:-1] -%}
{%- set instruction = asked.turns[-1]['content'] -%}
{%- set input = asked.turns[-1]['input'] or input or '' -%}
"""
_ANSWER = "{%- if asked.answer is not none -%}{{- asked.answer + eos_token -}}{%- endif -%}"
_TAGS = {
    "block_begin": "{%-",
    "block_end": "-%}",
    "variable_begin": "{{-",
    "variable_end": "-}}",
}
_LEFT_OUT = ("comment_begin", "comment", "comment_end", "raw_begin", "raw_end")


def chat_template(template: PromptTemplate, tokenizer: "PreTrainedTokenizerBase") -> str | None:
    """The chat template that writes what `byeori.prompts.prompt_token_ids` gives the model.

    Args:
        template: the prompt template the model was trained with.
        tokenizer: of the model; what it puts before a text by itself is written into the template,
            because a chat template's text is read without it.

    Returns:
        Jinja source over `messages` (a system message, then user and assistant in turn; a user
        message may have `input` beside `content`), or None where the tokenizer's own is used.
    """
    if template.template is None:
        return None
    leading = "{{- bos_token -}}" if leading_special_ids(tokenizer) else ""
    return f"{_MESSAGES}{leading}{_exact(template.template)}{_ANSWER}"


def messages_of(prompt: Prompt, template: PromptTemplate) -> list[dict[str, str]]:
    """A prompt as the messages that `chat_template` reads."""
    if template.template is None:
        return chat_messages(prompt)
    messages = [{"role": str(turn.role), "content": turn.content} for turn in prompt.history]
    if prompt.system:
        messages.insert(0, {"role": "system", "content": prompt.system})
    question = {"role": "user", "content": prompt.instruction}
    if prompt.input:
        question[INPUT] = prompt.input
    return [*messages, question]


def _exact(source: str) -> str:
    """The same template, whatever a program sets Jinja's white space control to.

    Every text becomes a literal, and every tag eats the white space around it.
    """
    parts = []
    for _, kind, value in sandbox().lex(source):
        if kind == "data":
            literal = json.dumps(value, ensure_ascii=False)
            parts.append(f"{{{{- {literal} -}}}}" if value else "")
        elif kind not in _LEFT_OUT:
            parts.append(_TAGS.get(kind, value))
    return "".join(parts)

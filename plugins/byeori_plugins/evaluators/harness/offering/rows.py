"""Rows that lm-eval reads: what was asked about an item, as text."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from byeori import DataError, Item, PlainText, Prompt, PromptTemplate
from byeori.prompts import chat_messages, fill
from byeori_plugins.evaluators.harness.offering.recorder import Asked


def row_of(item: Item, asked: Asked, name: str, template: PromptTemplate) -> dict[str, Any]:
    """One line of a task's file.

    `question` is the prompt without a template, `prompt` the text that a model tuned with the
    template is given.

    Raises:
        DataError: the item's choices are not what is scored.
    """
    if asked.continuations and len(asked.continuations) != len(item.choices):
        raise DataError(
            f"item {item.id} has {len(item.choices)} choices, and {len(asked.continuations)} "
            "continuations are scored: lm-eval has no task of that kind"
        )
    return {
        "id": item.id,
        "name": name,
        "system": asked.prompt.system,
        "question": question_of(asked.prompt),
        "prompt": prompt_of(asked.prompt, template),
        "choices": list(asked.continuations),
        "answer": -1 if item.answer is None else item.answer,
        "reference": item.reference,
        "task": item.task,
        "language": item.language,
        "document_id": item.document_id,
        "item": json.dumps(dataclasses.asdict(item), ensure_ascii=False, sort_keys=True),
    }


def question_of(prompt: Prompt) -> str:
    """A prompt without a template: earlier turns, the question and its context."""
    if isinstance(prompt, PlainText):
        return prompt.instruction
    texts = [one["content"] for one in chat_messages(prompt) if one["role"] != "system"]
    return "\n\n".join(texts)


def prompt_of(prompt: Prompt, template: PromptTemplate) -> str:
    """A prompt with its template; without one where the model's tokenizer has it."""
    if isinstance(prompt, PlainText) or template.template is None:
        return question_of(prompt)
    fields = {name: getattr(prompt, name) for name in ("system", "instruction", "input")}
    return fill(template, {**fields, "history": prompt.history})


def generation(asked: Asked) -> Mapping[str, Any]:
    """The decoding as lm-eval's `generation_kwargs`."""
    if asked.decoding is None:
        return {}
    given = asked.decoding.model_dump(exclude_defaults=True)
    longest = asked.decoding.max_new_tokens
    given = {
        name: value
        for name, value in given.items()
        if name not in ("max_new_tokens", "stop", "sampling_seed") and value is not None
    }
    sampled = asked.decoding.do_sample
    return {
        "until": list(asked.decoding.stop),
        "max_gen_toks": longest,
        "do_sample": sampled,
        **({"temperature": asked.decoding.temperature} if sampled else {}),
        **given,
    }

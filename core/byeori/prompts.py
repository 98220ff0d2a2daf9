"""Writes prompts: one template, the same text in training, evaluation and export."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined, Template, TemplateError, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.sandbox import ImmutableSandboxedEnvironment

from byeori.asking import Prompt
from byeori.korean import with_particle
from byeori.records import PromptTemplate

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@lru_cache
def sandbox() -> ImmutableSandboxedEnvironment:
    """The Jinja environment for every template a user can write; a missing field is an error."""
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False
    )


@lru_cache
def wordings() -> Environment:
    """The sandbox with one more filter, for what recipes word: `{{ name | particle('은/는') }}`.

    A model's prompt template has it not: other programs fill that one too.
    """
    environment = sandbox().overlay()
    # The overlay shares the sandbox's own table of filters.
    environment.filters = {**environment.filters, "particle": _particle}
    environment.code_generator_class = _ParticlesChecked
    return environment


class _ParticlesChecked(CodeGenerator):
    """Refuses what is no pair of particles when a wording is read, not when it is filled."""

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:  # noqa: N802  # Jinja's name
        if node.name == "particle" and node.args and isinstance(node.args[0], nodes.Const):
            try:
                _particle("가", node.args[0].value)
            except ValueError as error:
                self.fail(str(error), node.lineno)
        super().visit_Filter(node, frame)


def _particle(word: object, pair: str) -> str:
    """Fields may be numbers."""
    return with_particle(str(word), pair)


@lru_cache(maxsize=4096)
def compile_template(source: str) -> Template:
    """Compile (and keep) a wording; raises `jinja2.TemplateSyntaxError` with the line."""
    return wordings().from_string(source)


def checked_template(source: str) -> str:
    """The wording itself, for the validator of a setting.

    Raises:
        ValueError: it is not a Jinja template, and why.
    """
    try:
        compile_template(source)
    except TemplateError as error:
        raise ValueError(f"is not a Jinja template: {error}") from error
    return source


def render(source: str, values: Mapping[str, Any]) -> str:
    """Fill a wording's slots; raises `jinja2.UndefinedError` where a field is missing."""
    return compile_template(source).render(values)


def fill(template: PromptTemplate, values: Mapping[str, Any]) -> str:
    """A prompt in a model's template, which must not be the tokenizer's own.

    Raises:
        one of `TEMPLATE_ERRORS`: it cannot be filled.
    """
    return _compiled(template.template or "").render(values)


@lru_cache(maxsize=64)
def _compiled(source: str) -> Template:
    return sandbox().from_string(source)


# A template may also add a text to a number, or divide by nothing.
TEMPLATE_ERRORS = (TemplateError, TypeError, ValueError, LookupError, ArithmeticError)
"""What filling a template may raise."""
_FIELDS = ("system", "instruction", "input")


class PromptError(ValueError):
    """A prompt cannot be written: the template does not fit the model, or the text the template."""


class SpecialTokenError(PromptError):
    """A text to be prompted holds a special token of the model, such as its end token."""


def prompt_text(
    template: PromptTemplate, prompt: Prompt, tokenizer: "PreTrainedTokenizerBase"
) -> str:
    """The prompt up to where the answer starts.

    Raises:
        PromptError: the template fails, or it is the tokenizer's own and there is none.
    """
    try:
        if template.template is None:
            return _chat_text(prompt, tokenizer)
        fields = {name: getattr(prompt, name) for name in _FIELDS}
        return fill(template, {**fields, "history": prompt.history})
    except PromptError:
        raise
    except TEMPLATE_ERRORS as error:
        raise PromptError(
            f"the prompt template {template.name!r} cannot be filled: {error}; put the template "
            "right, or choose another prompt"
        ) from error


def _chat_text(prompt: Prompt, tokenizer: "PreTrainedTokenizerBase") -> str:
    if not tokenizer.chat_template:
        raise PromptError(
            "prompt: chat needs a tokenizer with a chat template, and this model's has none; "
            "choose another prompt, such as alpaca"
        )
    messages = chat_messages(prompt)
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    return str(text)


def chat_messages(prompt: Prompt) -> list[dict[str, str]]:
    """A prompt as a chat template takes it: the system message, earlier turns, the question."""
    question = "\n\n".join(part for part in (prompt.instruction, prompt.input) if part)
    messages = [{"role": str(turn.role), "content": turn.content} for turn in prompt.history]
    if prompt.system:
        messages.insert(0, {"role": "system", "content": prompt.system})
    return [*messages, {"role": "user", "content": question}]


def prompt_token_ids(
    template: PromptTemplate, prompt: Prompt, tokenizer: "PreTrainedTokenizerBase"
) -> list[int]:
    """Token ids of the prompt, with the tokenizer's own leading special tokens, none trailing.

    A chat template writes its special tokens itself, so none are added to it. The answer's ids
    (`answer_token_ids`) are appended to these: training and evaluation cut at the same place.

    Raises:
        SpecialTokenError: a field of the prompt holds a special token, which would act as one.
        PromptError: the template does not fit.
    """
    (ids,) = many_prompt_token_ids(template, [prompt], tokenizer)
    if isinstance(ids, PromptError):
        raise ids
    return ids


def many_prompt_token_ids(
    template: PromptTemplate, prompts: Sequence[Prompt], tokenizer: "PreTrainedTokenizerBase"
) -> list[list[int] | PromptError]:
    """`prompt_token_ids` of each, on all cores; for a prompt that cannot be written, its error."""
    texts = [_checked_text(template, prompt, tokenizer) for prompt in prompts]
    written = [text for text in texts if isinstance(text, str)]
    leading = () if template.template is None else leading_special_ids(tokenizer)
    ids = iter(tokenizer(written, add_special_tokens=False)["input_ids"] if written else ())
    return [[*leading, *next(ids)] if isinstance(text, str) else text for text in texts]


def _checked_text(
    template: PromptTemplate, prompt: Prompt, tokenizer: "PreTrainedTokenizerBase"
) -> str | PromptError:
    try:
        _refuse_special_tokens(prompt, tokenizer)
        return prompt_text(template, prompt, tokenizer)
    except PromptError as error:
        return error


def _refuse_special_tokens(prompt: Prompt, tokenizer: "PreTrainedTokenizerBase") -> None:
    texts = {name: getattr(prompt, name) for name in _FIELDS}
    texts["history"] = "\n".join(turn.content for turn in prompt.history)
    for name, text in texts.items():
        if found := _any_special_token(tokenizer).search(text):
            raise SpecialTokenError(
                f"`{name}` holds {found[0]!r}, a special token of this model; take it out"
            )


def answer_token_ids(answer: str, tokenizer: "PreTrainedTokenizerBase") -> list[int]:
    """Token ids of an answer after its prompt, without white space around it and the end token.

    Whatever stands in the answer is text: `</s>` in it ends nothing.
    """
    return many_answer_token_ids([answer], tokenizer)[0]


def many_answer_token_ids(
    answers: Sequence[str], tokenizer: "PreTrainedTokenizerBase"
) -> list[list[int]]:
    """`answer_token_ids` of each, at least one, on all cores."""
    return many_text_token_ids([answer.strip() for answer in answers], tokenizer)


def many_text_token_ids(
    texts: Sequence[str], tokenizer: "PreTrainedTokenizerBase"
) -> list[list[int]]:
    """Token ids of each text as it stands, no special one among them, on all cores."""
    if not texts:
        return []
    given = list(texts)
    return list(tokenizer(given, add_special_tokens=False, split_special_tokens=True)["input_ids"])


@lru_cache(maxsize=8)
def _any_special_token(tokenizer: "PreTrainedTokenizerBase") -> re.Pattern[str]:
    """Finds the first special token in a text; nothing matches where there is none."""
    longest_first = sorted(special_tokens(tokenizer), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


@lru_cache(maxsize=8)
def special_tokens(tokenizer: "PreTrainedTokenizerBase") -> tuple[str, ...]:
    """Texts that the tokenizer turns into special tokens."""
    added = (str(token) for token in tokenizer.added_tokens_decoder.values() if token.special)
    return tuple(sorted({*tokenizer.all_special_tokens, *added} - {""}))


@lru_cache(maxsize=8)
def leading_special_ids(tokenizer: "PreTrainedTokenizerBase") -> tuple[int, ...]:
    """What the tokenizer puts before a text by itself: `[bos]` for Llama, nothing for GPT-NeoX."""
    bos = tokenizer.bos_token_id
    ids = list(tokenizer("a")["input_ids"])
    return (bos,) if bos is not None and ids[:1] == [bos] else ()

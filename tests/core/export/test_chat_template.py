"""The chat template of an export writes exactly the tokens the model was trained with."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from byeori import Item, PromptTemplate
from byeori.export.chat_template import chat_template, messages_of
from byeori.models import resolve_base
from byeori.prompts import prompt_token_ids
from byeori.records import Turn
from byeori_plugins.prompts import ALPACA, ALPACA_KO

TINY = resolve_base("builtin:tiny")
AWKWARD = PromptTemplate(
    name="awkward",
    template=(
        "  {% if system %}\n  [{{ system }}]\n{% endif %}\n{# a comment #}\n"
        "{%- for turn in history %}\n {{ loop.index }} {{ turn.role }}: {{ turn.content }}"
        "{% endfor -%}  \n{% raw %}{{ raw }}{% endraw %}\n"
        "Q\\n\"'{{ instruction }}{{ input | upper }}\n\nA:\n"
    ),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<|"), max_size=30)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(TINY)


@pytest.mark.parametrize("template", [ALPACA, ALPACA_KO, AWKWARD], ids=lambda t: t.name)
@given(instruction=TEXT, input_=TEXT, system=TEXT, turns=st.lists(st.tuples(TEXT, TEXT)))
def test_messages_become_the_very_tokens_of_the_prompt(
    template: PromptTemplate,
    tokenizer: Any,
    instruction: str,
    input_: str,
    system: str,
    turns: list[tuple[str, str]],
) -> None:
    history = [turn for q, a in turns for turn in (Turn("user", q), Turn("assistant", a))]
    item = Item(instruction=instruction, input=input_, system=system, history=tuple(history))
    written = tokenizer.apply_chat_template(
        messages_of(item, template),
        chat_template=chat_template(template, tokenizer),
        add_generation_prompt=True,
        return_dict=False,
    )
    assert written == prompt_token_ids(template, item, tokenizer)


def test_the_further_context_may_be_given_as_a_variable_of_the_template(tokenizer: Any) -> None:
    item = Item(instruction="Add them.", input="1 and 2")
    written = tokenizer.apply_chat_template(
        [{"role": "user", "content": "Add them."}],
        chat_template=chat_template(ALPACA, tokenizer),
        input="1 and 2",
        return_dict=False,
    )
    assert written == prompt_token_ids(ALPACA, item, tokenizer)


def test_an_answer_stands_after_its_question_with_the_end_token(tokenizer: Any) -> None:
    messages = [{"role": "user", "content": "1+1"}, {"role": "assistant", "content": "2"}]
    source = chat_template(ALPACA, tokenizer)
    text = tokenizer.apply_chat_template(messages, chat_template=source, tokenize=False)
    assert text.endswith("### Response:\n2" + tokenizer.eos_token)


@pytest.mark.parametrize("roles", [["system"], ["assistant"], ["user", "tool", "user"]])
def test_messages_the_model_was_not_trained_with_are_refused(
    tokenizer: Any, roles: list[str]
) -> None:
    from jinja2 import TemplateError

    messages = [{"role": role, "content": "x"} for role in roles]
    with pytest.raises(TemplateError, match=r"last question|system, user and assistant"):
        tokenizer.apply_chat_template(messages, chat_template=chat_template(ALPACA, tokenizer))


def test_the_leading_special_token_is_written_once() -> None:
    from tokenizers.processors import TemplateProcessing

    tokenizer = AutoTokenizer.from_pretrained(TINY)
    bos = (tokenizer.bos_token, tokenizer.bos_token_id)
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
        single=f"{bos[0]} $A", special_tokens=[bos]
    )
    item = Item(instruction="symbol")
    ids = tokenizer.apply_chat_template(
        messages_of(item, ALPACA), chat_template=chat_template(ALPACA, tokenizer), return_dict=False
    )
    assert ids[0] == tokenizer.bos_token_id
    assert ids.count(tokenizer.bos_token_id) == 1
    assert ids == prompt_token_ids(ALPACA, item, tokenizer)


def test_a_model_with_a_template_of_its_own_keeps_it(tokenizer: Any) -> None:
    assert chat_template(PromptTemplate(name="chat"), tokenizer) is None

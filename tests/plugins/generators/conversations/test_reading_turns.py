"""Answers with several turns are read in the shapes models write them, or asked for again."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from byeori_plugins.generators.conversations.answers import (
    Conversation,
    GroundedConversation,
    bare_message,
    paired,
    speaks_twice,
)

PAIRS = [{"question": "a", "reply": "b"}, {"question": "c", "reply": "d"}]
ROLES = [
    {"role": "user", "content": "a"},
    {"role": "Assistant", "content": "b"},
    {"role": "human", "content": "c"},
    {"role": "ai", "content": "d"},
]
SHAREGPT = [
    {"from": "system", "value": "Be kind."},
    *({"from": who, "value": text} for who, text in zip(("human", "gpt") * 2, "abcd", strict=True)),
]


@pytest.mark.parametrize(
    "data",
    [
        PAIRS,
        ROLES,
        SHAREGPT,
        {"exchanges": PAIRS},
        {"exchanges": ROLES},
        {"messages": ROLES},
        {"conversations": SHAREGPT},
    ],
)
def test_exchanges_and_messages_are_read_alike(data):
    assert Conversation.model_validate(data).model_dump() == {"exchanges": PAIRS}


@pytest.mark.parametrize("order", [[1], [1, 0], [0, 0, 1], [0, 1, 1], [0, 1, 0]])
def test_roles_that_do_not_alternate_are_refused(order):
    messages = [ROLES[role] for role in order]
    with pytest.raises(ValidationError, match="must take turns"):
        Conversation.model_validate({"messages": messages})


def test_a_quotation_stays_with_its_reply():
    messages = [ROLES[0], {**ROLES[1], "quote": "words"}]
    (one,) = GroundedConversation.model_validate(messages).exchanges
    assert (one.question, one.reply, one.quote) == ("a", "b", "words")


@pytest.mark.parametrize("data", [{}, "text", None, 3, [3], [[]], {"messages": "a"}, [{"role": 1}]])
def test_what_is_no_conversation_is_a_mistake_the_model_is_told(data):
    with pytest.raises(ValidationError):
        Conversation.model_validate(data)


@given(st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.text()), max_size=8))
def test_messages_are_paired_whole_or_not_at_all(said):
    messages = [{"role": role, "content": text} for role, text in said]
    alternate = all(role == ("user", "assistant")[n % 2] for n, (role, _) in enumerate(said))
    if alternate and len(said) % 2 == 0:
        made = paired(messages)
        assert [text for one in made for text in (one["question"], one["reply"])] == [
            text for _, text in said
        ]
    else:
        with pytest.raises(ValueError, match="take turns"):
            paired(messages)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["role", "content"]), inner),
)


@given(JSON)
def test_no_json_at_all_makes_it_fail(data):
    try:
        made = Conversation.model_validate(data)
    except ValidationError:
        return
    json.dumps(made.model_dump())


def test_the_speakers_name_is_taken_off_and_a_second_one_is_seen():
    assert bare_message(" User: What is salt?") == "What is salt?"
    assert bare_message("Users: who are they?") == "Users: who are they?"
    assert speaks_twice("It is salt.\nUser: And then?")
    assert speaks_twice("소금이다.\n사용자: 그래서?")
    assert not speaks_twice("The user: a person.\nUsers may ask: what?")

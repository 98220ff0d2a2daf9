"""`conversations`: several turns, alternating, grounded where it is asked for."""

import json
import re

import pytest

from byeori import Document, Turn
from byeori.bulk import with_id
from byeori.testing import check_data_source
from byeori.testing.server import Fault, OpenAIServer
from byeori_plugins.generators.conversations import Conversations
from byeori_plugins.sources.instructions import InstructionSet, instructions_of

TEXT = "Salt is a mineral. It dissolves in water. Seas hold 35 g of it in a litre."


def texts(count: int = 1) -> list[Document]:
    return [with_id(Document(text=f"{TEXT} Sea {n}.", language="en")) for n in range(count)]


def seed(**metadata) -> list[Document]:
    return [with_id(Document(text="A seed.", language="en", metadata=metadata))]


def spoken(*exchanges: tuple[str, ...]) -> str:
    names = ("question", "reply", "quote")
    rows = [dict(zip(names, exchange, strict=False)) for exchange in exchanges]
    return json.dumps({"exchanges": rows})


GOOD = spoken(
    ("What is salt?", "A mineral."),
    ("Does it dissolve?", "Yes, in water."),
    ("How much do seas hold?", "35 g in a litre."),
)


def test_every_reply_is_an_example_with_what_was_said_before_it(generate):
    first, second, third = generate(Conversations, GOOD, texts())
    assert (first.instruction, first.output, first.history) == ("What is salt?", "A mineral.", ())
    assert second.history == (Turn("user", "What is salt?"), Turn("assistant", "A mineral."))
    assert len(third.history) == 4
    assert [turn.role for turn in third.history] == ["user", "assistant"] * 2
    assert {e.task for e in (first, second, third)} == {"conversation"}
    assert len({e.metadata["answer"] for e in (first, second, third)}) == 1


@pytest.mark.parametrize(("turns", "asked"), [("first", "What is salt?"), ("last", "How much")])
def test_the_first_or_the_last_reply_alone_may_be_learnt(generate, turns, asked):
    (example,) = generate(Conversations, GOOD, texts(), turns=turns)
    assert example.instruction.startswith(asked)


def test_the_text_stands_after_the_first_question_alone(generate):
    first, second, _ = generate(Conversations, GOOD, texts(), include_text=True)
    assert first.input == texts()[0].text
    assert second.input == ""
    assert second.history[0] == Turn("user", f"What is salt?\n\n{texts()[0].text}")


def test_a_grounded_conversation_is_cut_at_the_first_reply_that_is_not_in_the_text(generate, heard):
    reply = spoken(
        ("What is salt?", "A mineral.", "a  mineral"),
        ("Does it dissolve?", "Yes.", "dissolves in water"),
        ("Is it sweet?", "Yes.", "it is sweet"),
        ("Really?", "Yes.", "Salt"),
    )
    first, second = generate(Conversations, reply, texts(), grounded=True, exchanges=4)
    assert (first.metadata["quote"], first.metadata["span"]) == ("a mineral", [8, 17])
    assert second.metadata["quote"] == "dissolves in water"
    assert [r.reason for r in heard.rejects] == ["not grounded: the quotation is not in the text"]


@pytest.mark.parametrize(
    ("exchange", "reason"),
    [
        (("What is  SALT?", "Again."), "the same question twice in one conversation"),
        (("", "A reply."), "a question or a reply is empty"),
        (("And?", " "), "a question or a reply is empty"),
        (("Echo!", "echo!"), "the reply repeats the question"),
        (("And?", "Yes.\nUser: And more?"), "a message speaks for both sides"),
    ],
)
def test_a_conversation_too_short_once_it_was_cut_is_rejected(generate, heard, exchange, reason):
    reply = spoken(("What is salt?", "A mineral."), exchange, ("Why?", "So."))
    assert generate(Conversations, reply, texts()) == []
    assert [r.reason for r in heard.rejects] == [reason, "fewer than 2 exchanges are left"]
    assert len(generate(Conversations, reply, texts(), min_exchanges=1)) == 1


def test_more_exchanges_than_asked_for_and_none_are_counted(generate, heard):
    assert len(generate(Conversations, GOOD, texts(), exchanges=2)) == 2
    assert generate(Conversations, '{"exchanges": []}', texts()) == []
    assert [r.reason for r in heard.rejects] == [
        "more exchanges than asked for",
        "fewer than 2 exchanges are left",
    ]


def test_roles_that_do_not_alternate_are_asked_for_once_more(generate):
    bad = json.dumps({"messages": [{"role": "assistant", "content": "Hello."}]})

    def reply(body):
        return GOOD if len(body["messages"]) > 2 else bad

    with OpenAIServer(reply) as server:
        assert len(generate(Conversations, server, texts())) == 3
    assert "must take turns" in server.bodies[1]["messages"][-1]["content"]


def test_an_answered_instruction_goes_on(generate):
    row = {"instruction": "Name a sea.", "input": "Salty.", "output": "The Dead Sea.", "task": "qa"}
    with OpenAIServer(lambda body: spoken(("Why?", "Salt."), ("How much?", "A lot."))) as server:
        first, second = generate(Conversations, server, seed(instructions=[row]))
    prompt = server.bodies[0]["messages"][-1]["content"]
    assert "how the conversation below goes on" in prompt
    assert "Person: Name a sea.\n\nSalty.\n\nAssistant: The Dead Sea." in prompt
    assert (first.instruction, first.history[0].content) == ("Why?", "Name a sea.\n\nSalty.")
    assert len(second.history) == 4


def test_an_instruction_without_an_answer_opens_a_conversation_word_for_word(generate):
    row = {"instruction": "Name a sea."}
    reply = spoken(("Please name a sea!", "The Dead Sea."), ("Why?", "Salt."))
    with OpenAIServer(lambda body: reply) as server:
        first, second = generate(Conversations, server, seed(instructions=[row]))
    assert "begins with the question below" in server.bodies[0]["messages"][-1]["content"]
    assert first.instruction == "Name a sea."
    assert second.history[0] == Turn("user", "Name a sea.")


def test_a_conversation_of_a_set_goes_on_after_its_last_turn(generate):
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi."},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "A sea?"},
        {"role": "assistant", "content": "Dead Sea."},
    ]
    (example,) = generate(
        Conversations, spoken(("Why?", "Salt.")), seed(messages=messages), exchanges=1
    )
    assert [turn.content for turn in example.history] == ["Hi.", "Hello.", "A sea?", "Dead Sea."]
    assert example.system == "Be brief."
    assert example.metadata["exchanges"] == 3


def test_a_seed_has_no_text_to_be_grounded_in(generate, heard):
    row = {"instruction": "Name a sea."}
    assert generate(Conversations, GOOD, seed(instructions=[row]), grounded=True) == []
    assert [r.reason for r in heard.rejects] == [
        "an instruction has no text for a reply to be grounded in"
    ]


def test_faults_and_the_order_of_arrival_change_nothing(generate):
    def each(body):
        number = re.search(r"Sea (\d+)", body["messages"][-1]["content"])[1]
        return spoken((f"What is {number}?", "A sea."), ("Why?", f"So, {number}."))

    def told(examples):
        return [(e.instruction, e.output, e.history, e.document_id) for e in examples]

    faults = {Fault("status", status=500): 0.15, Fault("drop"): 0.1, Fault("garbage"): 0.1}
    with OpenAIServer(each, faults=faults, seed=3) as server:
        rough = generate(Conversations, server, texts(30), model={"max_retries": 30})
    assert told(rough) == told(generate(Conversations, each, texts(30)))
    assert len(rough) == 60


def test_real_questions_of_several_turns_go_on(generate, shared_data):
    path = shared_data("mt_bench", "mt_bench_question.jsonl")
    documents = check_data_source(InstructionSet, {"path": path, "language": "en"})
    reply = spoken(("ignored", "An answer."), ("Why is that so?", "Because."))
    examples = generate(Conversations, reply, documents, max_characters=20_000)
    assert len({e.document_id for e in examples}) == len(documents)
    opened = {e.document_id: e for e in reversed(examples)}
    for document in documents:
        last = list(instructions_of(document))[-1]
        assert last.instruction in opened[document.id].instruction

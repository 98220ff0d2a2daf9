"""`regenerate`: the instructions of a set, answered anew."""

import json

import pytest

from byeori import DataError, Document, Turn
from byeori.bulk import with_id
from byeori.testing import testing_context
from byeori.testing.server import Fault, OpenAIServer
from byeori_plugins.generators.regenerate import Regenerate, RegenerateConfig

OLD = "the-old-answer"
SALT = {
    "instruction": "Name a salt.",
    "output": f"{OLD} 1",
    "task": "chemistry",
    "system": "Terse.",
}
SUM = {"instruction": "Add these up.", "input": "1 and 2", "output": f"{OLD} 2", "task": "maths",
       "alternatives": [f"{OLD} 3"]}  # fmt: skip
TALK = [
    {"role": "user", "content": "Hello there, you."},
    {"role": "assistant", "content": f"{OLD} 4"},
    {"role": "user", "content": "And what else?"},
    {"role": "assistant", "content": f"{OLD} 5"},
]


def a_set(*rows, **metadata):
    made = [
        Document(text=f"{row['instruction']}\n{row['output']}", language="en",
                 metadata={"instructions": [row], "answer": OLD}) for row in rows
    ]  # fmt: skip
    if metadata:
        made.append(Document(text=OLD, language="en", metadata=metadata))
    return [with_id(document) for document in made]


def echo(body):
    return "New: " + body["messages"][-1]["content"]


def test_the_instruction_stays_and_the_answer_is_new(generate):
    salt, total = generate(Regenerate, echo, a_set(SALT, SUM))
    assert (salt.instruction, salt.output, salt.system) == (
        "Name a salt.", "New: Name a salt.", "Terse.",
    )  # fmt: skip
    assert (total.input, total.output) == ("1 and 2", "New: Add these up.\n\n1 and 2")
    assert (total.task, total.language) == ("maths", "en")
    assert salt.metadata["answer"]


def test_no_answer_of_the_set_reaches_the_model_or_the_examples(generate):
    documents = a_set(SALT, SUM, messages=TALK)
    with OpenAIServer(echo) as server:
        made = generate(Regenerate, server, documents)
    assert len(made) == 3
    assert OLD not in json.dumps(server.bodies) and OLD not in repr(made)


@pytest.mark.parametrize(
    "prompt",
    ["{{ output }}", "{{ document.text }}", "{{ text }}", "{{ instructions }}", "{{ answer }}"],
)
def test_a_prompt_cannot_name_what_holds_the_old_answer(generate, heard, prompt):
    with OpenAIServer(echo) as server, pytest.raises(DataError):
        generate(Regenerate, server, a_set(SALT), prompt=prompt)
    assert server.bodies == []
    assert heard.rejects[0].reason.startswith("the prompt cannot be filled")


def test_the_system_message_is_the_instructions_own_or_the_recipes(generate):
    with OpenAIServer(echo) as server:
        generate(Regenerate, server, a_set(SALT, SUM))
        generate(Regenerate, server, a_set(SALT), system="Answer in {{ language }}.", language="ko")
    systems = [
        [m["content"] for m in b["messages"] if m["role"] == "system"] for b in server.bodies
    ]
    assert sorted(systems) == [[], ["Answer in Korean."], ["Terse."]]


def test_later_turns_are_asked_only_when_wanted_with_the_turns_before(generate):
    documents = a_set(messages=TALK)
    (first,) = generate(Regenerate, echo, documents)
    assert (first.instruction, first.history) == ("Hello there, you.", ())
    with OpenAIServer(echo) as server:
        (last,) = generate(Regenerate, server, documents, turns="last")
    assert last.history == (Turn("user", TALK[0]["content"]), Turn("assistant", TALK[1]["content"]))
    assert [message["content"] for message in server.bodies[0]["messages"]] == [
        message["content"] for message in TALK[:3]
    ]


def test_only_the_tasks_that_are_wanted_are_asked(generate):
    (made,) = generate(Regenerate, echo, a_set(SALT, SUM), tasks=["maths"])
    assert made.task == "maths"
    with pytest.raises(DataError, match="no document holds an instruction to answer"):
        generate(Regenerate, echo, a_set(SALT), tasks=["history"])


def test_faults_change_nothing_and_nothing_is_asked_twice(generate, tmp_path):
    rows = [{"instruction": f"Say {n}.", "output": OLD} for n in range(12)]
    calm = generate(Regenerate, echo, a_set(*rows), testing_context(tmp_path))
    faults = {Fault("status", status=500): 0.2, Fault("garbage"): 0.1, Fault("drop"): 0.1}
    with OpenAIServer(echo, faults=faults, seed=2) as server:
        stormy = generate(Regenerate, server, a_set(*rows))
        sent = len(server.bodies)
        assert generate(Regenerate, server, a_set(*rows)) == stormy
        assert len(server.bodies) == sent and server.repeats == {}
    assert [example.output for example in stormy] == [example.output for example in calm]


def test_an_empty_answer_is_rejected(generate, heard):
    def reply(body):
        return " " if "salt" in body["messages"][-1]["content"] else "3"

    (made,) = generate(Regenerate, reply, a_set(SALT, SUM))
    assert made.output == "3"
    assert [reject.reason for reject in heard.rejects] == ["the answer is empty"]


KOREAN = {"Name a salt.": "소금 하나를 말하라.", "Terse.": "간결하게.", "Add these up.": "더하라.",
          "1 and 2": "1과 3"}  # fmt: skip


def translator(body):
    prompt = body["messages"][-1]["content"].partition("\n\nAnswer with JSON only")[0]
    texts = json.loads(prompt[prompt.rindex("{") :])
    return json.dumps({name: KOREAN[text] for name, text in texts.items()})


def test_koalpacas_way_translates_the_question_and_asks_in_that_language(generate, heard):
    with OpenAIServer(translator) as first, OpenAIServer(echo) as second:
        model = {"name": "t", "base_url": first.base_url}
        (made,) = generate(
            Regenerate, second, a_set(SALT, SUM), translate={"to": "ko", "model": model}
        )
    assert (made.instruction, made.language) == ("소금 하나를 말하라.", "ko")
    assert made.output == "New: 소금 하나를 말하라."
    assert [reject.reason for reject in heard.rejects] == ["a number was lost in translation"]
    assert OLD not in json.dumps(first.bodies) + json.dumps(second.bodies)


def test_a_set_in_the_language_already_is_asked_as_it_is(generate):
    with OpenAIServer(translator) as first, OpenAIServer(echo) as second:
        model = {"name": "t", "base_url": first.base_url}
        made = generate(
            Regenerate, second, a_set(SALT, SUM), translate={"to": "en-GB", "model": model}
        )
    assert first.bodies == [] and len(made) == 2


def test_the_estimate_counts_both_and_sends_nothing(context):
    model = {"name": "m", "base_url": "http://127.0.0.1:9/v1"}
    config = {"model": model, "translate": {"to": "ko", "model": model}}
    estimates = Regenerate(RegenerateConfig.model_validate(config)).estimate(a_set(SALT), context)
    assert {estimate.name: estimate.low for estimate in estimates} == {
        "requests": 1, "prompt_characters": len("Name a salt.Terse."), "answer_tokens": 0,
        "translation_requests": 1, "translated_characters": len("Name a salt.Terse."),
    }  # fmt: skip

"""`evolve` makes instructions harder and broader, and eliminates what failed."""

import hashlib
import json
import re
from collections import Counter
from dataclasses import replace

import pytest
from pydantic import ValidationError

from byeori import DataError, Document, StoppedError
from byeori.bulk import with_id
from byeori.store.answers import AnswerJournal
from byeori.testing import check_data_source
from byeori.testing.answers import empty_reply, odd_reply
from byeori.testing.server import Fault, OpenAIServer
from byeori_plugins.generators.evolve import Evolve
from byeori_plugins.generators.evolve.config import EvolveConfig
from byeori_plugins.generators.evolve.prompts import METHODS
from byeori_plugins.sources.instructions import InstructionSet


def rows(count: int = 6) -> list[Document]:
    return [
        with_id(
            Document(
                text=f"Seed {n}",
                language="en",
                metadata={
                    "instructions": [
                        {"instruction": f"Name sea {n}.", "input": f"input {n}", "task": "qa"}
                    ]
                },
            )
        )
        for n in range(count)
    ]


def asked(body: dict) -> str:
    schema = body.get("response_format", {}).get("json_schema", {}).get("name", "")
    return {"Evolved": "evolution", "Equality": "equality", "": "answer"}[schema]


def given_task(body: dict) -> str:
    prompt = body["messages"][-1]["content"].partition("\n\nAnswer with JSON only")[0]
    return prompt.partition("Given task:\n")[2]


def evolving(body: dict) -> str:
    """Every rewriting adds a word that depends on the whole prompt; nothing is the same."""
    kind = asked(body)
    if kind == "equality":
        return '{"same": false}'
    if kind == "answer":
        return f"An answer to: {body['messages'][-1]['content']}"
    mark = hashlib.sha256(json.dumps(body["messages"]).encode()).hexdigest()[:6]
    return json.dumps({"instruction": f"{given_task(body)} And {mark}."})


def test_every_round_makes_an_example_of_every_instruction(generate, journal):
    examples = generate(Evolve, evolving, rows(), rounds=3)
    assert len(examples) == 18
    first, second, third = examples[:3]
    assert first.instruction.startswith("Name sea 0.\n\ninput 0 And ")
    assert second.metadata["evolved_from"] == first.instruction
    assert third.metadata["evolved_from"] == second.instruction
    assert [e.metadata["evolutions"] for e in examples[:3]] == [1, 2, 3]
    assert first.output == f"An answer to: {first.instruction}"
    assert second.metadata["parent_answer"] == first.metadata["answer"]
    for example in examples:
        for name in ("answer", "evolution_answer", "gain_answer"):
            assert journal.get(example.metadata[name]) is not None
    order = [row.id for row in rows()]
    places = [order.index(e.document_id) for e in examples]
    assert places == sorted(places)


def test_operations_are_drawn_by_the_seed_and_each_has_its_words(generate, context):
    with OpenAIServer(evolving) as server:
        examples = generate(Evolve, server, rows(30), rounds=2)
        prompts = [b["messages"][-1]["content"] for b in server.bodies if asked(b) == "evolution"]
        again = generate(Evolve, server, rows(30), rounds=2)
        other = generate(Evolve, server, rows(30), replace(context, seed=2), rounds=2)
    drawn = Counter(e.metadata["operation"] for e in examples)
    assert set(drawn) == {*METHODS, "breadth"}
    for operation, words in METHODS.items():
        assert sum(words in prompt for prompt in prompts) == drawn[operation]
    assert sum("inspiration for a new one" in prompt for prompt in prompts) == drawn["breadth"]
    assert examples == again
    assert [e.metadata["operation"] for e in examples] != [e.metadata["operation"] for e in other]
    assert {e.task for e in examples if e.metadata["operation"] == "breadth"} == {""}


def test_what_failed_stays_what_it_was_and_is_tried_again(generate, heard):
    """Sea 0 gains nothing, sea 1 cannot be answered, sea 2 copies the prompt, each the first time
    only; sea 3 evolves at once."""
    tried: Counter[str] = Counter()

    def reply(body):
        kind = asked(body)
        text = body["messages"][-1]["content"]
        sea = re.search(r"sea (\d)", text)[1]
        tried[kind + sea] += 1
        first = tried[kind + sea] == 1
        if kind == "equality":
            return json.dumps({"same": sea == "0" and first})
        if kind == "answer":
            return "Sorry, I cannot." if sea == "1" and first else "A sea."
        extra = " Given task." if sea == "2" and first else ""
        number = tried[kind + sea]
        return json.dumps({"instruction": f"{given_task(body)} Version {number}.{extra}"})

    examples = generate(
        Evolve, reply, rows(4), rounds=2, operations=["constraints"], model={"concurrency": 1}
    )
    assert [r.reason for r in heard.rejects] == [
        "it copies words of the prompt: `given task`",
        "it asks for no more than before",
        "the model could not answer: a short apology",
    ]
    made = [(e.instruction.split()[2], e.metadata["round"]) for e in examples]
    assert made == [("0.", 2), ("1.", 2), ("2.", 2), ("3.", 1), ("3.", 2)]
    assert examples[0].metadata["evolved_from"] == "Name sea 0.\n\ninput 0"
    assert "round 1: 1 of 4 instructions evolved" in heard.messages


def test_two_instructions_do_not_become_the_same(generate, heard):
    def reply(body):
        kinds = {"equality": '{"same": false}', "evolution": '{"instruction": "Name all seas."}'}
        return kinds.get(asked(body), "The Dead Sea and others.")

    assert len(generate(Evolve, reply, rows(3), rounds=1)) == 1
    assert [r.reason for r in heard.rejects] == ["another instruction has become the same"] * 2


def test_the_last_evolution_alone_may_be_kept_and_gain_not_asked_for(generate):
    with OpenAIServer(evolving) as server:
        examples = generate(Evolve, server, rows(), rounds=3, keep="last", ask_for_gain=False)
    assert [e.metadata["evolutions"] for e in examples] == [3] * 6
    assert {asked(body) for body in server.bodies} == {"evolution", "answer"}


def test_the_answer_is_asked_for_as_the_example_will_be(generate):
    with OpenAIServer(evolving) as server:
        generate(Evolve, server, rows(1), rounds=1, answer_system="Be exact.")
    (body,) = [body for body in server.bodies if asked(body) == "answer"]
    assert [m["role"] for m in body["messages"]] == ["system", "user"]
    assert body["messages"][0]["content"] == "Be exact."
    assert body["messages"][1]["content"].startswith("Name sea 0.\n\ninput 0 And ")


def test_faults_and_the_order_of_arrival_change_nothing(generate, context, tmp_path):
    settings = {"rounds": 2, "model": {"max_retries": 30}}
    faults = {Fault("status", status=429): 0.1, Fault("drop"): 0.1, Fault("garbage"): 0.1}
    with OpenAIServer(evolving, faults=faults, seed=3) as server:
        rough = generate(Evolve, server, rows(20), **settings)
        server.faults = {}
        with AnswerJournal(tmp_path / "calm.sqlite") as journal:
            calm = generate(Evolve, server, rows(20), replace(context, answers=journal), **settings)
    assert rough == calm
    assert len(rough) == 40


def test_a_run_that_was_stopped_goes_on_and_asks_nothing_twice(generate, context, tmp_path):
    settings = {"rounds": 2, "model": {"max_retries": 0, "concurrency": 1}}
    with OpenAIServer(evolving) as server:
        whole = generate(Evolve, server, rows(), **settings)
        answered: Counter[str] = Counter()
        with AnswerJournal(tmp_path / "other.sqlite") as journal:
            within = replace(context, answers=journal)
            for after in (4, 10, 9):
                left = iter(range(after))

                def failing(body, left=left):
                    if next(left, None) is None:
                        raise OSError("the server is down")
                    answered[json.dumps(body)] += 1
                    return evolving(body)

                server.reply = failing
                with pytest.raises(StoppedError):
                    generate(Evolve, server, rows(), within, **settings)
            server.reply = lambda body: answered.update([json.dumps(body)]) or evolving(body)
            assert generate(Evolve, server, rows(), within, **settings) == whole
    assert set(answered.values()) == {1}
    assert len(answered) == 6 * 2 * 3


def test_a_model_that_answers_nonsense_makes_no_crash(generate):
    assert generate(Evolve, empty_reply, rows(), rounds=2) == []
    assert len(generate(Evolve, odd_reply, rows(), rounds=2, ask_for_gain=False)) == 1
    with pytest.raises(StoppedError, match="not JSON"):
        generate(Evolve, "not JSON at all", rows())


def test_later_turns_are_listed_and_documents_without_instructions_refused(generate, heard):
    messages = [
        {"role": role, "content": text}
        for role, text in zip(("user", "assistant") * 2, "abcd", strict=True)
    ]
    talk = with_id(Document(text="Talk.", metadata={"messages": messages}))
    examples = generate(Evolve, evolving, [talk], rounds=1)
    assert examples[0].metadata["evolved_from"] == "a"
    assert [r.reason for r in heard.rejects] == ["a later turn of a conversation"]
    with pytest.raises(DataError, match="no document holds instructions to evolve"):
        generate(Evolve, evolving, [with_id(Document(text="No task."))])


def test_a_prompt_with_a_slot_there_is_not_is_refused_when_the_recipe_is_read():
    model = {"name": "m", "base_url": "http://127.0.0.1:1/v1"}
    with pytest.raises(ValidationError, match="`depth_prompt` cannot be filled: 'text'"):
        EvolveConfig(model=model, depth_prompt="{{ text }}")


def test_the_estimate_holds_what_a_run_takes(generate, context):
    model = {"name": "m", "base_url": "http://127.0.0.1:1/v1"}
    (estimate,) = Evolve(EvolveConfig(model=model, rounds=2)).estimate(rows(), context)
    with OpenAIServer(evolving) as server:
        generate(Evolve, server, rows(), rounds=2)
    assert estimate.low == 12
    assert estimate.low <= len(server.bodies) <= estimate.high


def test_real_seed_tasks_evolve(generate, shared_data):
    path = shared_data("self_instruct", "seed_tasks.jsonl")
    documents = check_data_source(InstructionSet, {"path": path, "language": "en"})[:40]
    examples = generate(Evolve, evolving, documents, rounds=1)
    assert len({e.document_id for e in examples}) == len(documents)

"""`self-instruct` grows seed tasks, and comes to the same end however it got there."""

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
from byeori_plugins.generators.self_instruct import SelfInstructGenerator
from byeori_plugins.generators.self_instruct.config import SelfInstructConfig
from byeori_plugins.sources.instructions import InstructionSet
from byeori_plugins.text.rouge import rouge_l

SMALL = {"examples": 40, "requests_per_round": 3}


def kinds(server: OpenAIServer) -> Counter[str]:
    return Counter(b["response_format"]["json_schema"]["name"] for b in server.bodies)


def common(first: list[str], second: list[str]) -> int:
    """Length of the longest common subsequence, by the textbook's table."""
    row = [0] * (len(second) + 1)
    for a in first:
        before = row
        row = [0]
        for place, b in enumerate(second):
            row.append(before[place] + 1 if a == b else max(row[place], before[place + 1]))
    return row[-1]


def test_seeds_grow_into_as_many_new_examples_as_are_wanted(generate, model, seeds):
    examples = generate(SelfInstructGenerator, model, seeds, **SMALL)
    assert len(examples) == 40
    assert {e.task for e in examples} == {"classification", "generation"}
    known = {row["instruction"] for s in seeds for row in s.metadata["instructions"]}
    assert not known & {e.instruction for e in examples}
    assert [e.language for e in examples] == ["en"] * 40
    order = [seed.id for seed in seeds]
    places = [order.index(e.document_id) for e in examples]
    assert places == sorted(places)


def test_no_two_tasks_are_alike_by_rouge_l(generate, model, seeds, heard):
    examples = generate(SelfInstructGenerator, model, seeds, **SMALL)
    words = [re.findall(r"\w+", text.lower()) for text in {e.instruction for e in examples}]
    for n, first in enumerate(words):
        for second in words[:n]:
            assert rouge_l(common(first, second), len(first), len(second)) <= 0.7
    assert "ROUGE-L over 0.7 with an earlier task" in {r.reason for r in heard.rejects}


def test_a_prompt_shows_six_seeds_and_two_grown_tasks(generate, model, seeds):
    with OpenAIServer(model) as server:
        generate(SelfInstructGenerator, server, seeds, **SMALL)
    known = {row["instruction"] for s in seeds for row in s.metadata["instructions"]}
    shares = []
    for body in server.bodies:
        prompt = body["messages"][-1]["content"]
        if body["response_format"]["json_schema"]["name"] == "NewTasks":
            shown = re.findall(r"^Task \d+: (.*)$", prompt, re.MULTILINE)
            shares.append((len(shown), sum(task in known for task in shown)))
    assert set(shares[:3]) == {(8, 8)}  # nothing has grown yet
    assert set(shares[3:]) == {(8, 6)}


def test_a_classification_is_asked_for_label_first_with_seeds_of_its_kind(generate, model, seeds):
    with OpenAIServer(model) as server:
        generate(SelfInstructGenerator, server, seeds, **SMALL)
    for body in server.bodies:
        name = body["response_format"]["json_schema"]["name"]
        prompt = body["messages"][-1]["content"]
        schema = body["response_format"]["json_schema"]["schema"]
        if name == "OutputsFirst":
            assert list(schema["$defs"]["OutputFirst"]["properties"]) == ["class_label", "input"]
            assert "Label: output 1\nInput: input 1" in prompt
        if name == "InputsFirst":
            assert list(schema["$defs"]["InputFirst"]["properties"]) == ["input", "output"]
            assert "Input: input 0\nOutput: output 0" in prompt


def test_every_example_leads_back_to_its_answers_and_seeds(generate, model, seeds, journal):
    for example in generate(SelfInstructGenerator, model, seeds, **SMALL):
        for name in ("answer", "kind_answer", "task_answer"):
            assert journal.get(example.metadata[name]) is not None
        assert example.metadata["seeds"][0] == example.document_id
        assert set(example.metadata["seeds"]) <= {seed.id for seed in seeds}
        assert example.metadata["round"] >= 1


def test_one_request_makes_whole_tasks_as_alpaca_does(generate, model, seeds):
    with OpenAIServer(model) as server:
        examples = generate(
            SelfInstructGenerator, server, seeds, **SMALL, way="one-request", human=3, grown=0
        )
    assert len(examples) == 40
    assert set(kinds(server)) == {"WholeTasks"}
    assert len({e.instruction for e in examples}) == 40


@pytest.mark.parametrize("way", ["steps", "one-request"])
def test_faults_and_the_order_of_arrival_change_nothing(
    generate, model, seeds, context, tmp_path, way
):
    settings = {**SMALL, "way": way, "model": {"max_retries": 30}}
    faults = {
        Fault("status", status=429): 0.1,
        Fault("status", status=500): 0.05,
        Fault("drop"): 0.1,
        Fault("garbage"): 0.05,
    }
    with OpenAIServer(model, faults=faults, seed=5) as server:
        rough = generate(SelfInstructGenerator, server, seeds, **settings)
        assert len(set(server.statuses)) > 2
        server.faults = {}
        with AnswerJournal(tmp_path / "calm.sqlite") as journal:
            within = replace(context, answers=journal)
            calm = generate(SelfInstructGenerator, server, seeds, within=within, **settings)
    assert rough == calm


def test_a_run_that_was_stopped_between_rounds_goes_on_and_asks_nothing_twice(
    generate, model, seeds, context, tmp_path
):
    settings = {**SMALL, "model": {"max_retries": 0, "concurrency": 1}}
    with OpenAIServer(model) as server:
        whole = generate(SelfInstructGenerator, server, seeds, **settings)
        asked = {json.dumps(body) for body in server.bodies}
        server.bodies.clear()
        answered: Counter[str] = Counter()
        with AnswerJournal(tmp_path / "other.sqlite") as journal:
            within = replace(context, answers=journal)
            for after in (4, 9, 20):
                left = iter(range(after))

                def failing(body, left=left):
                    if next(left, None) is None:
                        raise OSError("the server is down")
                    answered[json.dumps(body)] += 1
                    return model(body)

                server.reply = failing
                with pytest.raises(StoppedError):
                    generate(SelfInstructGenerator, server, seeds, within=within, **settings)
            server.reply = lambda body: answered.update([json.dumps(body)]) or model(body)
            again = generate(SelfInstructGenerator, server, seeds, within=within, **settings)
    assert again == whole
    assert set(answered) == asked
    assert set(answered.values()) == {1}


def test_more_examples_later_use_all_answers_of_before(generate, model, seeds):
    with OpenAIServer(model) as server:
        generate(SelfInstructGenerator, server, seeds, **SMALL)
        before = len(server.bodies)
        more = generate(SelfInstructGenerator, server, seeds, **{**SMALL, "examples": 90})
        assert len(more) == 90
        assert server.repeats == {}
        assert len(server.bodies) > before


def test_it_stops_when_nothing_new_comes(generate, model, seeds, heard):
    old = seeds[0].metadata["instructions"][0]["instruction"]

    def repeating(body):
        if body["response_format"]["json_schema"]["name"] == "NewTasks":
            return json.dumps({"tasks": ["Name the longest river of all.", old]})
        return model(body)

    with OpenAIServer(repeating) as server:
        examples = generate(SelfInstructGenerator, server, seeds, **SMALL, patience=2)
    assert len(examples) == 2  # one task, two instances
    assert kinds(server)["NewTasks"] == 3 * 3  # one good round, two without anything new
    assert "3 rounds made 1 tasks; the last 2 brought nothing new" in heard.messages
    assert "2 of 40 examples could be made" in heard.messages


def test_few_seeds_are_asked_about_again_and_again(generate, seeds):
    seen: list[str] = []

    def reply(body):
        seen.append(body["messages"][-1]["content"])
        return json.dumps({"tasks": []})

    generate(SelfInstructGenerator, reply, seeds[:1], **SMALL, patience=1)
    assert len(seen) == 3
    assert len(set(seen)) == 1


def test_each_answers_surplus_and_emptiness_are_counted(generate, seeds, heard):
    many = [f"Say {n} {'abcdefgh'[n] * 3} {n + 50} {n + 90}." for n in range(4)]

    def reply(body):
        name = body["response_format"]["json_schema"]["name"]
        if name == "NewTasks":
            return json.dumps({"tasks": many})
        if name == "Kind":
            return json.dumps({"classification": False})
        made = [{"input": str(n), "output": f"out {n}"} for n in range(2)]
        return json.dumps({"instances": made if "aaa" in str(body) else []})

    examples = generate(
        SelfInstructGenerator, reply, seeds, examples=3, requests_per_round=1, per_request=3,
        instances=1, patience=1,
    )  # fmt: skip
    reasons = Counter(r.reason for r in heard.rejects)
    assert [e.output for e in examples] == ["out 0"]
    assert reasons["more tasks than asked for"] >= 1
    assert reasons["more instances than asked for"] == 1
    assert reasons["the answer held no instances"] == 2


@pytest.mark.parametrize("way", ["steps", "one-request"])
@pytest.mark.parametrize("reply", [empty_reply, odd_reply, "not JSON at all"])
def test_a_model_that_answers_nonsense_makes_no_example_and_no_crash(generate, seeds, reply, way):
    settings = {**SMALL, "way": way}
    if isinstance(reply, str):
        with pytest.raises(StoppedError, match="not JSON"):
            generate(SelfInstructGenerator, reply, seeds, **settings)
    else:
        assert generate(SelfInstructGenerator, reply, seeds, **settings) == []


def test_documents_without_instructions_are_refused(generate, model):
    rows = [with_id(Document(text="No task."))]
    with pytest.raises(DataError, match="read seed tasks with `use: instruction-set`"):
        generate(SelfInstructGenerator, model, rows, **SMALL)


def test_a_prompt_with_a_slot_there_is_not_is_refused_when_the_recipe_is_read():
    settings = {"model": {"name": "m", "base_url": "http://127.0.0.1:1/v1"}, "examples": 1}
    with pytest.raises(ValidationError, match="`task_prompt` cannot be filled: 'text'"):
        SelfInstructConfig(**settings, task_prompt="{{ text }}")
    SelfInstructConfig(**settings, task_prompt="{{ settings.model.name }} {{ number }}")


def test_the_estimate_is_what_it_takes_at_least(context, seeds):
    settings = {"model": {"name": "m", "base_url": "http://127.0.0.1:1/v1"}, "examples": 100}
    generator = SelfInstructGenerator(SelfInstructConfig(**settings))
    (requests,) = generator.estimate(seeds, context)
    assert requests.low == 3 + 2 * 20
    assert requests.high == float("inf")


def test_the_papers_175_seed_tasks_grow(generate, model, shared_data, heard):
    path = shared_data("self_instruct", "seed_tasks.jsonl")
    documents = check_data_source(InstructionSet, {"path": path, "language": "en"})
    with OpenAIServer(model) as server:
        examples = generate(
            SelfInstructGenerator, server, documents, examples=120, requests_per_round=8
        )
    assert len(examples) == 120
    kind = next(b for b in server.bodies if b["response_format"]["json_schema"]["name"] == "Kind")
    prompt = kind["messages"][-1]["content"]
    assert prompt.count("Classification: yes") == 12
    assert prompt.count("Classification: no") == 19

"""`ModelGenerator`: what it does for a generator that says only prompt, schema and mapping."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from byeori import Document, Example
from byeori.bulk import with_id
from byeori.endpoint.structured import schema_prompt
from byeori.generation import GenerationConfig, ModelGenerator, Part, Unusable, language_name
from byeori.testing import check_instruction_generator, sample_documents, testing_context
from byeori.testing.server import Fault, OpenAIServer, completion


class Answer(BaseModel):
    title: str


class Titles(ModelGenerator[GenerationConfig, Answer]):
    """Gives titles."""

    name = "titles"
    config_model = GenerationConfig
    answer = Answer

    def read(self, answer: Answer, part: Part) -> Iterator[Example | Unusable]:
        if "no use" in answer.title:
            yield Unusable("it is no use", answer.title)
        yield Example(instruction=" Give a title. ", input=part.text, output=answer.title)


class Plain(ModelGenerator[GenerationConfig, str]):
    """Answers in plain text."""

    name = "plain"
    config_model = GenerationConfig
    answer = None

    def read(self, answer: str, part: Part) -> Iterator[Example | Unusable]:
        yield Example(instruction="Continue.", input=part.text, output=answer)


def run(cls: Any, folder: Path, reply: Any, documents: list[Document], **settings: Any) -> Any:
    context = testing_context(folder)
    with OpenAIServer(reply) as server:
        model = {"name": "m", "base_url": server.base_url, "backoff_seconds": 0.005}
        config = cls.config_model.model_validate(
            {"model": model, "prompt": "Title of {{ text }}", **settings}
        )
        examples = list(cls(config).examples(iter(documents), context))
    return examples, [(r.where, r.reason, r.text) for r in context.rejects], server


def documents(*texts: str, **fields: Any) -> list[Document]:
    return [with_id(Document(text=text, language="ko", **fields)) for text in texts]


def test_everything_but_prompt_schema_and_mapping_is_filled_in(tmp_path):
    rows = documents("하나", "둘")
    examples, rejects, server = run(Titles, tmp_path, lambda body: '{"title": " A "}', rows)
    assert [(e.instruction, e.input, e.output) for e in examples] == [
        ("Give a title.", "하나", "A"),
        ("Give a title.", "둘", "A"),
    ]
    assert [e.document_id for e in examples] == [row.id for row in rows]
    assert {e.language for e in examples} == {"ko"}
    assert len({e.metadata["answer"] for e in examples}) == 2
    assert rejects == []
    assert "response_format" in server.bodies[0]


def test_what_the_mapping_says_itself_stays():
    def read(self, answer: Answer, part: Part) -> Iterator[Example | Unusable]:
        yield Example(instruction="i", output="o", language="en", metadata={"answer": "mine"})

    own = type("Own", (Titles,), {"read": read, "__doc__": "Own."})
    (first, *_) = check_instruction_generator(own, {"prompt": "{{ text }}"})
    assert (first.language, first.metadata["answer"]) == ("en", "mine")


def test_unusable_empty_and_repeated_ones_are_rejected_with_their_document(tmp_path):
    class Many(BaseModel):
        titles: list[str]

    class ManyTitles(ModelGenerator[GenerationConfig, Many]):
        """Gives several."""

        name = "many"
        config_model = GenerationConfig
        answer = Many

        def read(self, answer: Many, part: Part) -> Iterator[Example | Unusable]:
            for title in answer.titles:
                yield (
                    Unusable("it is no use", title)
                    if title == "x"
                    else Example(instruction=title, output=title)
                )

    (row,) = documents("하나")
    reply = '{"titles": ["x", "", "What?", " what?  "]}'
    examples, rejects, _ = run(ManyTitles, tmp_path, lambda body: reply, [row])
    assert [e.instruction for e in examples] == ["What?"]
    assert rejects == [
        (row.id, "it is no use", "x"),
        (row.id, "the question or the answer is empty", ""),
        (row.id, "the same question twice in one document", "what?"),
    ]


def test_the_same_question_about_another_document_or_input_is_another_one(tmp_path):
    rows = documents("a", "b", f"{'long ' * 50}\n\n{'other ' * 50}")
    examples, rejects, _ = run(
        Titles, tmp_path, lambda body: '{"title": "A"}', rows, max_characters=300
    )
    assert len(examples) == 4
    assert rejects == []


def test_templates_see_the_fields_the_settings_and_the_language(tmp_path):
    rows = documents("t", title="T", metadata={"year": 2001})
    prompt = "{{ document.title }} {{ year }} {{ language }} {{ settings.max_characters }} {{text}}"
    _, _, server = run(
        Titles, tmp_path, lambda body: '{"title": "A"}', rows, prompt=prompt, system="{{ year }}!"
    )
    system, user = server.bodies[0]["messages"]
    assert system["content"] == "2001!"
    assert user["content"].startswith("T 2001 Korean 8000 t\n\nAnswer with JSON only")


@pytest.mark.parametrize("prompt", ["{{ year }}", "{{ document.title + 1 }}", "{{ 1 / 0 }}"])
def test_a_document_whose_prompt_cannot_be_filled_is_rejected_and_the_others_go_on(
    tmp_path, prompt
):
    rows = [*documents("a"), *documents("b", metadata={"year": 1})]
    examples, rejects, _ = run(Titles, tmp_path, lambda b: '{"title": "A"}', rows, prompt=prompt)
    assert [row[1].partition(":")[0] for row in rejects][:1] == ["the prompt cannot be filled"]
    assert len(examples) + len(rejects) == 2


def test_plain_text_is_asked_for_without_a_schema_and_empty_or_cut_texts_are_rejected(tmp_path):
    def reply(body):
        content = body["messages"][-1]["content"]
        assert "JSON" not in content
        if content.endswith("b"):
            return "  "
        answer = completion(body, f"{content} and on")
        answer["choices"][0]["finish_reason"] = "length" if content.endswith("c") else "stop"
        return answer

    rows = documents("a", "b", "c")
    examples, rejects, server = run(Plain, tmp_path, reply, rows)
    assert [e.output for e in examples] == ["Title of a and on"]
    assert [(where, reason) for where, reason, _ in rejects] == [
        (rows[1].id, "the answer is empty"),
        (rows[2].id, "the answer was cut; raise `max_tokens`"),
    ]
    assert "response_format" not in server.bodies[0]


def test_an_estimate_counts_requests_and_characters_and_sends_nothing(tmp_path):
    model = {"name": "m", "base_url": "http://127.0.0.1:9/v1"}
    config = GenerationConfig.model_validate({"model": model, "prompt": "12{{ text }}"})
    context = testing_context(tmp_path)
    rows = documents("abc", "de", f"{'x ' * 4500}")
    requests, characters, answers = Titles(config).estimate(rows, context)
    schema = len(schema_prompt(Answer))
    assert (requests.low, requests.high) == (4, 8)
    assert characters.low == characters.high == 4 * (2 + schema) + 3 + 2 + (9000 - 2)
    assert (answers.low, answers.high) == (0, 8 * 1024)
    assert [e.high for e in Plain(config).estimate(rows, context)] == [4, 4 * 2 + 9003, 4 * 1024]
    assert list(Titles(config).estimate(None, context)) == []


def test_with_prices_an_estimate_says_what_it_costs_at_most(tmp_path):
    prices = {"input": 1_000_000, "output": 2_000_000}  # 1 and 2 a token
    model = {"name": "m", "base_url": "http://127.0.0.1:9/v1", "max_tokens": 10, "prices": prices}
    rows, context = documents("가나", "abcd"), testing_context(tmp_path)
    plain = GenerationConfig.model_validate({"model": model, "prompt": "{{ text }}"})
    *_, cost = Plain(plain).estimate(rows, context)
    assert (cost.name, cost.low, cost.high) == ("cost", 0, 6 + 4 + 2 * 2 * 10)
    assert cost.text.startswith("about 3 for the prompts at 4 bytes a token; at most 50 with")
    *_, corrected = Titles(plain).estimate(rows, context)
    prompts = 10 + 2 * len(schema_prompt(Answer))
    assert corrected.high == 2 * prompts + 2 * (10 + 500) + 2 * 4 * 10
    endless = plain.model_copy(
        update={"model": plain.model.model_copy(update={"max_tokens": None})}
    )
    *_, unknown = Plain(endless).estimate(rows, context)
    assert unknown.high == float("inf")


@pytest.mark.parametrize("field", ["prompt", "system"])
def test_a_template_that_is_none_is_refused_when_the_recipe_is_read(field):
    settings = {"model": {"name": "m", "base_url": "http://x/v1"}, "prompt": "p", field: "{{ a"}
    with pytest.raises(ValidationError, match=rf"{field}\n.*is not a Jinja template"):
        GenerationConfig.model_validate(settings)


def test_faults_change_nothing(tmp_path):
    rows = documents(*(f"text {n}" for n in range(20)))
    calm, _, _ = run(Titles, tmp_path / "calm", lambda body: '{"title": "A"}', rows)
    with OpenAIServer(
        lambda body: '{"title": "A"}', faults={Fault("status", status=503): 0.3}, seed=3
    ) as server:
        model = {"name": "m", "base_url": server.base_url, "backoff_seconds": 0.005}
        config = GenerationConfig.model_validate(
            {"model": {**model, "max_retries": 30}, "prompt": "Title of {{ text }}"}
        )
        rough = list(Titles(config).examples(rows, testing_context(tmp_path / "rough")))
    plain = [(e.instruction, e.input, e.output) for e in calm]
    assert [(e.instruction, e.input, e.output) for e in rough] == plain


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("ko", "Korean"),
        ("ko-KR", "Korean"),
        ("zh-TW", "Traditional Chinese"),
        ("sw", "sw"),
        ("", ""),
    ],
)
def test_a_prompt_calls_a_language_by_its_name(tag, name):
    assert language_name(tag) == name


def test_a_quotation_of_a_part_is_placed_in_its_document_and_one_of_another_part_is_not():
    (row,) = documents("One here.\n\nTwo there.")
    part = Part(row, "Two there.")
    assert part.find("Two  there") == (11, 20)
    assert part.find("One here") is None


# -- conformance


def test_the_check_brings_a_model_that_answers_any_schema():
    class Inner(BaseModel):
        kind: str = Field(max_length=3)
        many: list[int] = Field(min_length=2)

    class Wide(BaseModel):
        inner: Inner
        either: str | None
        flag: bool
        share: float = Field(gt=0)

    class WideTitles(Titles):
        """Reads a wide schema."""

        answer = Wide

        def read(self, answer: Any, part: Part) -> Iterator[Example | Unusable]:
            assert isinstance(answer, Wide)
            yield Example(instruction="wide", input=part.text, output=str(answer))

    assert len(check_instruction_generator(WideTitles, {"prompt": "{{ text }}"})) == len(
        sample_documents()
    )


def test_the_check_finds_a_mapping_that_fails_on_an_empty_answer():
    class Fragile(Titles):
        """Cannot bear an empty title."""

        def read(self, answer: Answer, part: Part) -> Iterator[Example | Unusable]:
            yield Example(instruction=answer.title[0], input=part.text, output=answer.title)

    with pytest.raises(AssertionError, match=r"Fragile fails on an answer that says nothing"):
        check_instruction_generator(Fragile, {"prompt": "{{ text }}"})


def test_the_check_finds_examples_that_lead_back_to_no_answer():
    class Forgetful(Titles):
        """Makes its examples anew."""

        def examples(self, documents: Any, context: Any) -> Iterator[Example]:
            for example in super().examples(documents, context):
                yield Example(
                    instruction=example.instruction,
                    input=example.input,
                    output=example.output,
                    document_id=example.document_id,
                )

    with pytest.raises(AssertionError, match=r"without metadata\['answer'\]"):
        check_instruction_generator(Forgetful, {"prompt": "{{ text }}"})


def test_the_check_finds_an_answer_that_is_no_schema():
    class Loose(Plain):
        """Says it wants a dict."""

        answer = dict  # type: ignore[assignment]

    with pytest.raises(AssertionError, match="Loose has the answer <class 'dict'>; use a pydantic"):
        check_instruction_generator(Loose, {"prompt": "{{ text }}"})

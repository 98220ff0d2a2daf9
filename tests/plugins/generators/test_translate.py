"""`translate`: instruction sets in another language."""

import json

import pytest
from pydantic import ValidationError

from byeori import DataError, Document, Turn
from byeori.bulk import with_id
from byeori.testing import testing_context
from byeori.testing.server import Fault, OpenAIServer
from byeori_plugins.generators.translate import Translate, TranslateConfig

MODEL = {"name": "m", "base_url": "http://x/v1"}
KOREAN = {
    "Name the salt.": "소금의 이름을 말하라.",
    "It is NaCl.": "그것은 NaCl이다.",
    "What is `f(1)`?": "`f(1)`은 무엇인가?",
    "You are kind.": "너는 친절하다.",
    "Hello there, you.": "안녕, 너.",
    "Hello to you.": "너도 안녕.",
    "And the mass?": "그리고 질량은?",
    "It is 58 g.": "58 g이다.",
}
ENGLISH = {said: text for text, said in KOREAN.items()}


def texts_of(body):
    prompt = body["messages"][-1]["content"].partition("\n\nAnswer with JSON only")[0]
    return json.loads(prompt[prompt.rindex("{") :])


def by(table):
    def reply(body):
        said = {name: table.get(text, f"{text} (?)") for name, text in texts_of(body).items()}
        return json.dumps(said, ensure_ascii=False)

    return reply


def a_set(*rows, language="en"):
    made = (Document(text=str(r), language=language, metadata={"instructions": [r]}) for r in rows)
    return [with_id(document) for document in made]


SALT = {"instruction": "Name the salt.", "output": "It is NaCl.", "task": "chemistry"}
CODE = {"instruction": "What is `f(1)`?", "output": "42", "system": "You are kind."}


def test_every_text_of_an_example_is_translated_and_numbers_alone_are_not_sent(generate):
    with OpenAIServer(by(KOREAN)) as server:
        salt, code = generate(Translate, server, a_set(SALT, CODE), to="ko")
    assert (salt.instruction, salt.output) == ("소금의 이름을 말하라.", "그것은 NaCl이다.")
    assert (salt.task, salt.language, salt.metadata["translated_from"]) == ("chemistry", "ko", "en")
    assert (code.system, code.output) == ("너는 친절하다.", "42")
    assert [sorted(texts_of(body)) for body in server.bodies] == [
        ["instruction", "output"],
        ["instruction", "system"],
    ]


def test_a_conversation_is_sent_once_and_every_answer_has_its_history(generate):
    said = ["Hello there, you.", "Hello to you.", "And the mass?", "It is 58 g."]
    messages = [{"role": ("user", "assistant")[n % 2], "content": t} for n, t in enumerate(said)]
    talk = with_id(Document(text="talk", language="en", metadata={"messages": messages}))
    with OpenAIServer(by(KOREAN)) as server:
        first, second = generate(Translate, server, [talk], to="ko")
    assert len(server.bodies) == 1
    assert first.output == "너도 안녕." and first.history == ()
    assert second.history == (Turn("user", "안녕, 너."), Turn("assistant", "너도 안녕."))
    assert (second.instruction, second.output) == ("그리고 질량은?", "58 g이다.")


def test_an_example_that_lost_something_is_refused_with_the_reason(generate, heard):
    table = {**KOREAN, "It is 58 g.": "85 g이다."}
    bad = {"instruction": "And the mass?", "output": "It is 58 g."}
    documents = a_set(SALT, bad, CODE)
    made = generate(Translate, lambda body: by(table)(body), documents, to="ko")
    assert [example.document_id for example in made] == [documents[0].id, documents[2].id]
    (reject,) = heard.rejects
    assert (reject.where, reject.reason) == (documents[1].id, "a number was lost in translation")
    assert reject.text == "58 | output: 85 g이다."


def test_the_prompt_names_languages_and_only_the_terms_that_occur(generate):
    with OpenAIServer(by(KOREAN)) as server:
        generate(
            Translate, server, a_set(SALT), to="ko", names=["NaCl", "NASA"],
            glossary={"salt": "소금", "acid": "산"},
        )  # fmt: skip
    prompt = server.bodies[0]["messages"][-1]["content"]
    assert "from English into Korean" in prompt
    assert "these names: NaCl." in prompt and "- salt: 소금" in prompt
    assert "NASA" not in prompt and "acid" not in prompt


def test_the_way_back_is_scored_by_chrf_and_too_little_is_refused(generate, heard):
    from sacrebleu import sentence_chrf

    def reply(body):
        back = "into English" in body["messages"][-1]["content"]
        english = {**ENGLISH, "58 g이다.": "Nothing like it."}
        return by(english if back else KOREAN)(body)

    mass = {"instruction": "And the mass?", "output": "It is 58 g."}
    near = {**ENGLISH, "그것은 NaCl이다.": "That is NaCl."}
    with OpenAIServer(reply) as server:
        (made,) = generate(Translate, server, a_set(SALT, mass), to="ko", min_back_chrf=60)
    assert made.metadata["back_chrf"] == 100
    assert [reject.reason for reject in heard.rejects] == [
        "too little of the text is left on the way back"
    ]
    assert len(server.bodies) == 4

    def inexact(body):
        return by(near if "into English" in body["messages"][-1]["content"] else KOREAN)(body)

    (made,) = generate(Translate, inexact, a_set(SALT), to="ko", min_back_chrf=10)
    expected = sentence_chrf("That is NaCl.", ["It is NaCl."]).score
    assert made.metadata["back_chrf"] == pytest.approx(expected, abs=0.01)


def test_a_long_text_goes_out_in_parts_and_comes_back_whole(generate):
    paragraphs = [f"Paragraph {n} says something about salt. " * 4 for n in range(6)]
    long = {"instruction": "Name the salt.", "output": "\n\n".join(p.strip() for p in paragraphs)}

    def reply(body):
        said = {n: t.replace("Paragraph", "문단") for n, t in texts_of(body).items()}
        return json.dumps({n: KOREAN.get(t, t) for n, t in said.items()}, ensure_ascii=False)

    with OpenAIServer(reply) as server:
        (made,) = generate(Translate, server, a_set(long), to="ko", max_characters=400)
    assert made.output == long["output"].replace("Paragraph", "문단")
    assert len(server.bodies) > 2


def test_faults_change_nothing_and_nothing_is_asked_twice(generate, tmp_path):
    documents = a_set(SALT, CODE, {"instruction": "And the mass?", "output": "It is 58 g."})
    faults = {Fault("status", status=500): 0.3, Fault("status", status=429): 0.2}
    calm = generate(Translate, by(KOREAN), documents, testing_context(tmp_path), to="ko")
    with OpenAIServer(by(KOREAN), faults=faults, seed=3) as server:
        stormy = generate(Translate, server, documents, to="ko")
        sent = len(server.bodies)
        again = generate(Translate, server, documents, to="ko")
        assert len(server.bodies) == sent
    assert [(e.instruction, e.output) for e in stormy] == [(e.instruction, e.output) for e in calm]
    assert again == stormy


@pytest.mark.parametrize("garbage", ["", "no JSON", "[]", '{"instruction": 5}', "{}"])
def test_an_answer_that_is_garbage_costs_that_document_alone(generate, heard, garbage):
    def reply(body):
        return garbage if "f(1)" in str(body["messages"]) else by(KOREAN)(body)

    (made,) = generate(Translate, reply, a_set(CODE, SALT), to="ko")
    assert made.instruction == "소금의 이름을 말하라."
    assert len(heard.rejects) == 1


def test_a_set_in_the_language_already_is_left_out_and_listed(generate, heard):
    with pytest.raises(DataError, match="no document holds instructions with answers"):
        generate(Translate, "{}", a_set(SALT, language="ko-KR"), to="ko")
    assert [reject.reason for reject in heard.rejects] == ["it is in `ko-KR` already"]


def test_documents_without_instructions_are_an_error_that_names_the_source(generate):
    with pytest.raises(DataError, match="use: instruction-set"):
        generate(Translate, "{}", [with_id(Document(text="x"))], to="ko")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "exactly one of"),
        ({"model": MODEL, "prompt": "{{ texts"}, "is not a Jinja template"),
        ({"model": MODEL, "to": "Korean language"}, "to"),
        ({"model": MODEL, "protect": ["dates"]}, "protect"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, said):
    with pytest.raises(ValidationError, match=said):
        TranslateConfig.model_validate({"to": "ko", **settings})


def test_the_estimate_counts_requests_and_characters_and_sends_nothing(context):
    translate = Translate(TranslateConfig.model_validate({"to": "ko", "model": MODEL}))
    requests, characters = translate.estimate(a_set(SALT, CODE), context)
    assert (requests.low, requests.high) == (2, 4)
    assert characters.low == sum(map(len, ["Name the salt.", "It is NaCl.", "What is `f(1)`?",
                                           "You are kind."]))  # fmt: skip

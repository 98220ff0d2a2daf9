"""Questions over fields, and answers that cite where they come from."""

import json

import pytest

from byeori import DataError, Document
from byeori.bulk import with_id
from byeori.testing.server import OpenAIServer
from byeori_plugins.generators.question_answer import QuestionAnswer, QuestionAnswerConfig


def grounded(*values: tuple[str, str, str]) -> str:
    names = ("question", "answer", "quote")
    return json.dumps({"pairs": [dict(zip(names, v, strict=True)) for v in values]})


def test_a_grounded_answer_cites_a_span_of_the_document_and_others_are_dropped(
    generate, context, heard
):
    row = with_id(
        Document(text="\n The “star tracker”\nweighs 1.5 kg.\n\nIt is small.", language="en")
    )
    answer = grounded(
        ("How heavy?", "1.5 kg", 'The "star tracker" weighs 1.5 kg.'),
        ("How dear?", "Nobody knows", "It costs nobody knows what"),
        ("How much?", "5 kg", "5 kg"),
        ("How big?", "Small", "it is small"),
        ("What is it?", "Nothing", ""),
    )
    with OpenAIServer(lambda body: answer) as server:
        (example,) = generate(QuestionAnswer, server, [row], per_document=5, grounded=True)
        asked = server.bodies[0]
    start, end = example.metadata["span"]
    assert row.text[start:end] == example.metadata["quote"] == "The “star tracker”\nweighs 1.5 kg."
    assert "copied exactly" in asked["messages"][1]["content"]
    schema = asked["response_format"]["json_schema"]["schema"]["$defs"]["GroundedPair"]
    assert schema["required"] == ["question", "answer", "quote"]
    assert [(r.where, r.reason) for r in heard.rejects] == [
        (row.id, "not grounded: the quotation is not in the text")
    ] * 4
    assert heard.rejects[0].text == "It costs nobody knows what"


def test_a_grounded_span_of_a_late_part_counts_in_the_whole_document(generate, context, heard):
    text = "\n\n".join(f"Paragraph {n}. " + "word " * 40 for n in range(4))
    row = with_id(Document(text=text))
    quotes = [
        grounded((f"Which is {n}?", "This one", f"Paragraph {n}. word word")) for n in range(4)
    ]
    with OpenAIServer(
        lambda body: next(q for n, q in enumerate(quotes) if f"Paragraph {n}" in str(body))
    ) as server:
        examples = generate(QuestionAnswer, server, [row], grounded=True, max_characters=250)
    assert len(examples) == 4
    for n, example in enumerate(examples):
        assert text[slice(*example.metadata["span"])] == f"Paragraph {n}. word word"


def test_without_grounding_requests_are_what_they_were(generate, context):
    row = with_id(Document(text="It melts.", title="Elements", language="ko"))
    with OpenAIServer() as server:
        generate(QuestionAnswer, server, [row])
    assert server.bodies[0]["messages"][1]["content"].startswith(
        "Write 1 question-answer pair about the text below, in Korean. Each question must make "
        "sense without the text, and the text must answer it.\n\n"
        "Title: Elements\n\nIt melts.\n\nAnswer"
    )


def test_fields_are_asked_about_one_by_one_and_empty_ones_are_counted(generate, context, heard):
    rows = [
        with_id(Document(text="t", title="T", metadata={"key_words": ["a", "b"], "year": 2001})),
        with_id(Document(text="t", title="U", metadata={"key_words": [], "year": None})),
    ]
    fields = ["title", "key_words", "year"]

    def reply(body: dict) -> str:
        prompt = body["messages"][1]["content"].partition("\n\nAnswer with JSON only")[0]
        return json.dumps({"pairs": [{"question": f"{prompt}?", "answer": "A."}]})

    examples = generate(QuestionAnswer, reply, rows, fields=fields)
    said = (
        "Write 1 question-answer pair about the {} below, in the language of the text. Each "
        "question must make sense without the text, and the text must answer it.\n\n"
        "Title: {}\n\n{}?"
    )
    assert [e.instruction for e in examples] == [
        said.format("title", "T", "T"),
        said.format("key words", "T", "a, b"),
        said.format("year", "T", "2001"),
        said.format("title", "U", "U"),
    ]
    assert [e.metadata["field"] for e in examples] == ["title", "key_words", "year", "title"]
    missing = [r for r in heard.rejects if "missing" in r.reason]
    assert [(r.where, r.reason) for r in missing] == [
        (rows[1].id, "the field `key_words` is missing or empty"),
        (rows[1].id, "the field `year` is missing or empty"),
    ]


def test_a_field_of_no_document_is_an_error_that_suggests_one_before_anything_is_asked(context):
    row = with_id(Document(text="t", metadata={"abstract": "a"}))
    with OpenAIServer() as server:
        model = {"name": "m", "base_url": server.base_url}
        config = QuestionAnswerConfig.model_validate(
            {"model": model, "fields": ["abstract", "abstrct"]}
        )
        for rows in ([row], iter([row])):
            asked = len(server.bodies)
            with pytest.raises(DataError, match=r"`abstrct`.*did you mean"):
                list(QuestionAnswer(config).examples(rows, context))
            assert asked == 0
        assert len(server.bodies) <= 1


def test_grounding_over_a_field_counts_in_that_field(generate, context, heard):
    row = with_id(Document(text="The text.", metadata={"abstract": "We measured it at 5 K."}))
    answer = grounded(("How cold?", "5 K", "at 5 K"), ("What?", "Text", "The text."))
    with OpenAIServer(lambda body: answer) as server:
        (example,) = generate(
            QuestionAnswer, server, [row], fields=["abstract"], grounded=True, per_document=2
        )
    assert (example.metadata["field"], example.metadata["quote"]) == ("abstract", "at 5 K")
    assert row.metadata["abstract"][slice(*example.metadata["span"])] == "at 5 K"
    assert len(heard.rejects) == 1


@pytest.mark.parametrize(
    ("settings", "instruction", "given"),
    [
        ({"role": "You plan R&D."}, "You plan R&D.", "Q?"),
        ({"include_text": True}, "Q?", "A text."),
        ({"include_text": True, "role": "You plan R&D."}, "You plan R&D.", "A text.\n\nQ?"),
    ],
)
def test_the_question_may_be_the_input_of_a_role_and_the_text_may_go_with_it(
    generate, context, settings, instruction, given
):
    with OpenAIServer(lambda body: '{"pairs": [{"question": "Q?", "answer": "A."}]}') as server:
        rows = [with_id(Document(text="A text."))]
        (example,) = generate(QuestionAnswer, server, rows, **settings)
    assert (example.instruction, example.input, example.output) == (instruction, given, "A.")


def test_real_awards_are_asked_about_field_by_field_and_grounded(
    generate, context, shared_data, heard
):
    path = shared_data("nasa_sbir", "awards_2001_2011.jsonl")
    with path.open(encoding="utf-8") as lines:
        records = [json.loads(line) for line, _ in zip(lines, range(30), strict=False)]
    rows = [
        with_id(Document(text=r["abstract"], title=r["title"], metadata=r))
        for r in records
        if r["abstract"].strip()
    ]

    def reply(body: dict) -> str:
        shown = body["messages"][1]["content"].partition("\n\nAnswer with JSON only")[0]
        words = shown.rpartition("\n\n")[2].split()
        right = " ".join(words[: len(words) // 2 + 1])
        return grounded((f"What of {words[0]}?", "this", right), ("And?", "that", "was never said"))

    fields = ["title", "abstract", "firm", "reseach institution"]
    with OpenAIServer(reply) as server:
        examples = generate(
            QuestionAnswer, server, rows, fields=fields, grounded=True, per_document=2
        )
    wrong = [r for r in heard.rejects if r.reason.startswith("not grounded")]
    assert len(wrong) >= len(examples) > 1.5 * len(rows)
    for example in examples:
        (row,) = (row for row in rows if row.id == example.document_id)
        value = row.metadata[example.metadata["field"]].strip()
        assert value[slice(*example.metadata["span"])] == example.metadata["quote"]

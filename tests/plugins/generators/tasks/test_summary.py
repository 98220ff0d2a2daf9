"""`summary`: several summaries in another language, as JSON."""

import json

import pytest
from pydantic import ValidationError

from byeori import Document
from byeori.bulk import with_id
from byeori_plugins.generators.tasks import Summary
from byeori_plugins.generators.tasks.summary import SummaryConfig
from byeori_plugins.text.scripts import script_share

TEXT = "Metal assisted chemical etching is an emerging wet etching method. " * 4
ONE = [with_id(Document(text=TEXT, language="en"))]
GOOD = {"Q1": " 금속(MACE) 식각을 요약함. ", "Q2": "오염을 막는 것", "Q3": "구조물을 만듦"}


def test_the_papers_three_answers_are_asked_for_and_learnt_in_korean(generate):
    prompts = []

    def reply(body):
        prompts.append(body["messages"][-1]["content"])
        return json.dumps(GOOD)

    (example,) = generate(Summary, reply, ONE, language="ko")
    assert json.loads(example.output) == {key: text.strip() for key, text in GOOD.items()}
    assert "금속(MACE)" in example.output
    assert (example.input, example.task, example.language) == (TEXT.strip(), "summary", "ko")
    assert example.instruction.splitlines()[2:] == [
        "Q1) Summarise the text in three sentences in Korean.",
        "Q2) Say in Korean, in at most 20 words, what the text was written for.",
        "Q3) Say in Korean, in at most 20 words, what its result is.",
    ]
    assert prompts[0].startswith(f"{example.instruction}\n\n{TEXT.strip()}")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"Q1": "It was not translated at all (MACE)."}, "Q1 is not written in Korean"),
        ({"Q2": "가 " * 21}, "Q2 has more than 20 words"),
        ({"Q3": "  "}, "Q3 is empty"),
        ({"Q1": "가" * 300}, "Q1 is not shorter than the text"),
    ],
)
def test_one_wrong_answer_rejects_all_three(generate, heard, wrong, reason):
    assert generate(Summary, json.dumps({**GOOD, **wrong}), ONE, language="ko") == []
    assert [(r.where, r.reason) for r in heard.rejects] == [(ONE[0].id, reason)]


def test_questions_may_be_ones_own_and_one_may_be_plain_text(generate):
    settings = {"questions": {"tl;dr": "Say it in one sentence in {language}."}, "plain": True}
    (example,) = generate(Summary, '{"tl;dr": "Etching emerges."}', ONE, **settings)
    assert example.instruction == "Say it in one sentence in English."
    assert example.output == "Etching emerges."


@pytest.mark.parametrize("settings", [{"plain": True}, {"questions": {}}])
def test_questions_that_make_no_answer_are_refused(settings):
    with pytest.raises(ValidationError):
        SummaryConfig.model_validate({"model": {"name": "m", "base_url": "http://x/v1"}} | settings)


@pytest.mark.parametrize(
    ("text", "language", "share"),
    [("가나 ab", "ko", 0.5), ("가나", "en-GB", 0.0), ("漢字かな", "ja", 1.0), ("1 + 1", "ko", 1.0)],
)
def test_the_share_of_a_script_counts_letters(text, language, share):
    assert script_share(text, language) == share


def test_real_abstracts_are_summarised_by_their_experts_lines(generate, shared_data, heard):
    path = shared_data("scitldr", "SciTLDR-A_dev.jsonl")
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(60), strict=False)]
    documents = [with_id(Document(text=" ".join(row["source"]), language="en")) for row in rows]
    said = {d.text.strip()[:80]: row["target"][0] for d, row in zip(documents, rows, strict=True)}

    def reply(body):
        content = body["messages"][-1]["content"]
        return json.dumps({"S": next(line for start, line in said.items() if start in content)})

    examples = generate(Summary, reply, documents, questions={"S": "Sum up."}, plain=True)
    assert len(examples) + len(heard.rejects) == len(documents) == 60
    assert {r.reason for r in heard.rejects} <= {"S is not shorter than the text"}
    assert len(examples) >= 58
    assert [e.output for e in examples] == [said[e.input[:80]].strip() for e in examples]

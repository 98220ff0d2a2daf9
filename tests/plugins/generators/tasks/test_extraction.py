"""`summary-extraction` and `question-extraction`: what is listed or answered stands in the text."""

import json

import pytest

from byeori import Document
from byeori.bulk import with_id
from byeori_plugins.generators.tasks import QuestionExtraction, SummaryExtraction

TEXT = (
    "Conjugated oligoelectrolytes (COEs) boost the electrical performance of a wide range of "
    "bioelectrochemical systems.\nPt–Au on glassy carbon was the catalyst."
)
ONE = [with_id(Document(text=TEXT, language="en"))]
QUESTIONS = {"Q1": "Which catalyst?", "Q2": "Which support?", "Q3": "Which solvent?"}


def summary(*terms: str, text: str = "COEs boost performance.") -> str:
    return json.dumps({"Summary": text, "Terms": list(terms)})


def test_a_summary_and_what_the_text_mentions_become_json(generate):
    reply = summary("oligoelectrolytes", "COEs", " Oligoelectrolytes ", "Pt-Au", "")
    (example,) = generate(SummaryExtraction, reply, ONE)
    assert json.loads(example.output) == {
        "Summary": "COEs boost performance.",
        "Terms": ["oligoelectrolytes", "COEs", "Pt-Au"],
    }
    assert example.instruction.startswith("Write a very short summary of the text and a list of")


def test_keys_and_form_may_be_those_of_the_chemistry_paper(generate):
    settings = {"extract": "chemical compounds", "items_key": "Chemnames", "numbered": True}
    reply = json.dumps({"Summary": "COEs boost.", "Chemnames": ["oligoelectrolytes", "COEs"]})
    (example,) = generate(SummaryExtraction, reply, ONE, **settings)
    assert json.loads(example.output)["Chemnames"] == {"0": "oligoelectrolytes", "1": "COEs"}
    assert "list of the chemical compounds" in example.instruction
    (example,) = generate(SummaryExtraction, reply, ONE, **settings, answer_format="dictionary")
    assert example.output.endswith("'Chemnames': {0: 'oligoelectrolytes', 1: 'COEs'}}")


def test_a_list_with_what_is_not_in_the_text_rejects_the_example(generate, heard):
    assert generate(SummaryExtraction, summary("COEs", "graphene"), ONE) == []
    assert [(r.reason, r.text) for r in heard.rejects] == [
        ("the list has what is not in the text", "graphene")
    ]
    assert len(generate(SummaryExtraction, summary("graphene"), ONE, in_text=False)) == 1


@pytest.mark.parametrize("text", ["", TEXT])
def test_a_summary_that_is_none_rejects_the_example(generate, heard, text):
    assert generate(SummaryExtraction, summary("COEs", text=text), ONE) == []
    assert heard.rejects[0].reason == "the summary is empty or not shorter than the text"


def said(**answers: tuple[str, str]) -> str:
    return json.dumps({k: {"answer": a, "quote": q} for k, (a, q) in answers.items()})


def test_questions_are_answered_from_the_text_or_marked(generate):
    reply = said(
        Q1=("Platinum and gold", "Pt-Au on glassy carbon"),
        Q2=("glassy carbon", '"glassy carbon"'),
        Q3=("not mentioned.", ""),
    )
    (example,) = generate(QuestionExtraction, reply, ONE, questions=QUESTIONS)
    assert json.loads(example.output) == {
        "Q1": "Platinum and gold",
        "Q2": "glassy carbon",
        "Q3": "N/A",
    }
    spans = {key: TEXT[slice(*span)] for key, span in example.metadata["spans"].items()}
    assert spans == {"Q1": "Pt–Au on glassy carbon", "Q2": "glassy carbon"}
    assert "Q2) Which support?" in example.instruction
    assert "quote" not in example.instruction


def test_one_answer_from_elsewhere_rejects_the_example(generate, heard):
    reply = said(Q1=("Pt", "Pt–Au"), Q2=("silica", "silica gel"), Q3=("N/A", ""))
    assert generate(QuestionExtraction, reply, ONE, questions=QUESTIONS) == []
    assert [(r.reason, r.text) for r in heard.rejects] == [
        ("Q2 is not grounded: its quotation is not in the text", "silica gel")
    ]


def test_without_grounding_answers_are_taken_as_they_are(generate):
    reply = json.dumps({"Q1": "Pt", "Q2": "silica", "Q3": "-"})
    settings = {"questions": QUESTIONS, "grounded": False, "absent": "none"}
    (example,) = generate(QuestionExtraction, reply, ONE, **settings)
    assert json.loads(example.output) == {"Q1": "Pt", "Q2": "silica", "Q3": "none"}


def test_examples_that_answer_nothing_are_kept_or_counted(generate, heard):
    reply = said(Q1=("N/A", ""), Q2=("n/a", "x"), Q3=("None", ""))
    (example,) = generate(QuestionExtraction, reply, ONE, questions=QUESTIONS)
    assert set(json.loads(example.output).values()) == {"N/A"}
    settings = {"questions": QUESTIONS, "keep_absent": False}
    assert generate(QuestionExtraction, reply, ONE, **settings) == []
    assert heard.rejects[-1].reason == "nothing is answered"


def test_keys_may_be_any_names_and_missing_ones_are_asked_for_again(generate, heard):
    questions = {"copy": "Copied?", "촉매": "Catalyst?"}
    reply = said(copy=("COEs", "COEs"), 촉매=("Pt", "Pt–Au"))
    (example,) = generate(QuestionExtraction, reply, ONE, questions=questions)
    assert list(json.loads(example.output)) == ["copy", "촉매"]

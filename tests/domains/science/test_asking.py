"""What a model writes about papers becomes the four kinds of task, if it holds."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from byeori import Document, Example, InstructionGenerator
from byeori.testing import RecordingContext
from byeori.testing.server import OpenAIServer, schema_reply
from byeori_science.asking import Concepts, Problems, Questions, Summaries

TEXT = (
    "Perovskite cells were made at 100 °C. The ionic conductivity of the membrane was 80 mS/cm at "
    "room temperature. A cell of 2 cm2 gave 40 mA, more than any before."
)
KOREAN = (
    "페로브스카이트 전지를 만들었다. 이온 전도도는 80 mS/cm였다. 2 cm2의 전지에서 40 mA를 얻었다."
)
ENGLISH_DOCUMENT = Document(id="en", text=TEXT, title="Cells", language="en")
KOREAN_DOCUMENT = Document(id="ko", text=KOREAN, title="전지", language="ko")

Ask = Callable[..., tuple[list[Example], str]]


@pytest.fixture
def ask(context: RecordingContext) -> Ask:
    """Examples made of one answer to all requests (None: whatever fits), and the last prompt."""

    def run(
        cls: type[InstructionGenerator[Any]], answer: object, *documents: Document, **settings: Any
    ) -> tuple[list[Example], str]:
        prompts = []

        def reply(body: dict[str, Any]) -> str:
            prompts.append(body["messages"][-1]["content"])
            if answer is None:
                return schema_reply(body)
            return answer if isinstance(answer, str) else json.dumps(answer)

        with OpenAIServer(reply) as server:
            model = {"name": "writer", "base_url": server.base_url}
            generator = cls(cls.config_model.model_validate({"model": model, **settings}))
            made = list(generator.examples(documents or [ENGLISH_DOCUMENT], context))
        return made, prompts[-1]

    return run


@pytest.mark.parametrize("cls", [Questions, Summaries, Concepts, Problems])
@pytest.mark.parametrize(
    ("document", "word"), [(KOREAN_DOCUMENT, "시오"), (ENGLISH_DOCUMENT, "xt")]
)
def test_each_prompt_is_in_the_documents_language(
    ask: Ask, cls: type[InstructionGenerator[Any]], document: Document, word: str
) -> None:
    _, prompt = ask(cls, None, document)
    assert word in prompt.partition(document.text)[0]
    assert document.text in prompt
    assert ("시오" in prompt) == (document.language == "ko")


def test_the_language_may_be_another_than_the_documents(ask: Ask) -> None:
    made, prompt = ask(Summaries, {"summary": "전지를 만들어 40 mA를 얻었다."}, language="ko")
    assert "한국어로 요약하시오" in prompt
    assert [(one.task, one.language, one.input) for one in made] == [
        ("document-summary", "ko", TEXT)
    ]


def test_a_summary_in_the_wrong_language_is_rejected(ask: Ask, rejects: list[Any]) -> None:
    made, _ = ask(Summaries, {"summary": "Cells were made."}, KOREAN_DOCUMENT)
    assert not made
    assert "not written in Korean" in rejects[0].reason


def test_questions_are_grounded_in_the_paper(ask: Ask, rejects: list[Any]) -> None:
    pairs = [
        {"question": "At what temperature?", "answer": "100 °C", "quote": "made at 100 °C"},
        {"question": "How much?", "answer": "40 A", "quote": "gave 40 A"},
    ]
    made, _ = ask(Questions, {"pairs": pairs})
    assert [(one.task, one.output) for one in made] == [("question-answering", "100 °C")]
    assert "not grounded" in rejects[0].reason


@pytest.mark.parametrize(
    ("concept", "explanation", "reason"),
    [
        ("ionic conductivity", "It says how well ions move through a material, in S/cm.", ""),
        ("quantum dots", "They are small crystals of a semiconductor that emit light.", "stand"),
        ("membrane", "A thin layer.", "short"),
        ("membrane", "In this study a thin layer that lets some ions through and not others.",
         "speaks of the text"),
    ],
)  # fmt: skip
def test_concepts_stand_in_the_paper_and_are_explained_without_it(
    ask: Ask, rejects: list[Any], concept: str, explanation: str, reason: str
) -> None:
    made, _ = ask(Concepts, {"concepts": [{"concept": concept, "explanation": explanation}]})
    if reason:
        assert not made
        assert reason in rejects[0].reason
    else:
        assert (made[0].task, made[0].output) == ("concept-explanation", explanation)
        assert concept in made[0].instruction


def solved(expression: str, result: str, answer: str, unit: str) -> dict[str, Any]:
    step = {"explanation": "By definition.", "expression": expression, "result": result}
    return {"problems": [{"problem": "How much?", "steps": [step], "answer": answer, "unit": unit}]}


def test_a_problem_is_written_with_its_steps_and_answer(ask: Ask) -> None:
    made, _ = ask(Problems, solved("40 mA / 2 cm2", "20 mA/cm2", "20", "mA/cm2"))
    (example,) = made
    assert example.task == "problem-solving"
    assert "How much?" in example.instruction
    assert example.output == (
        "By definition.\n40 mA / 2 cm2 = 20 mA/cm2\nAnswer: 20 mA/cm2"
    )  # fmt: skip


def test_the_answer_may_be_in_another_unit_than_the_last_step(ask: Ask) -> None:
    assert ask(Problems, solved("40 mA / 2 cm2", "20 mA/cm2", "0.02", "A/cm2"))[0]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (("40 mA / 2 cm2", "25 mA/cm2", "25", "mA/cm2"), "not what its expression gives"),
        (("40 mA / 2 cm2", "20 mA", "20", "mA"), "not what its expression gives"),
        (("I / A", "20 mA/cm2", "20", "mA/cm2"), "no arithmetic"),
        (("40 mA / 2 cm2", "20 mA/cm2", "30", "mA/cm2"), "not the last step"),
        (("40 mA / 2 cm2", "20 mA/cm2", "20", "apples"), "no number with a unit"),
    ],
)
def test_a_problem_that_does_not_hold_is_rejected(
    ask: Ask, rejects: list[Any], given: tuple[str, str, str, str], reason: str
) -> None:
    assert not ask(Problems, solved(*given))[0]
    assert reason in rejects[0].reason

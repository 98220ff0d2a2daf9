"""The recipes that ship: their forms are the paper's, and the smallest of them runs."""

import ast
import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from byeori import Document
from byeori.testing import run_recipe, testing_context
from byeori.testing.server import OpenAIServer
from byeori_plugins.generators import (
    ExamQuestions,
    Phrasings,
    QuestionExtraction,
    Summary,
    SummaryExtraction,
)
from byeori_plugins.sources import InstructionSet

FOLDER = Path(str(files("byeori_chemistry") / "recipes"))
TEXT = (
    "Metal-assisted chemical etching (MACE) uses Au and Pt on glassy carbon (GC). The GC imprint "
    "mold was connected to a Pt sheet in the cathodic chamber to overcome its poor activity."
)
TABLE_2 = (
    "From now on, answer my question absolutely in accordance with the JSON format for the "
    "preceding article. 'Key' in JSON format is 'Q1', 'Q2', 'Q3' and corresponding 'VALUE' "
    "for each question "
    "record your answer. {'Q1': your answer, 'Q2': your answer, 'Q3': your answer}. Q1) Summarize "
    "this document in three sentences in Korean. Q2) Write in Korean within 20 words about the "
    "purpose of writing this document. Q3) Write in Korean within 20 words about the result of "
    "writing this document."
)
TABLE_3 = (
    "From now on, answer my question absolutely in accordance with the JSON format for the "
    "preceding article. 'Key' in JSON format is 'Q1', 'Q2', 'Q3' and the corresponding "
    "'VALUE' for each "
    "question records your answer. {'Q1': your answer, 'Q2': your answer, 'Q3': your answer, 'Q4': "
    "your answer}. Q1) Tell me what catalyst material is used in this literature, if there is no "
    "mention then answer 'N/A'. Q2) Tell me which support material is used in this literature to "
    "improve the activity of the catalyst or to stably immobilize it, if there is no mention then "
    "answer 'N/A'. Q3) If a special processing method has been applied to support material, "
    "tell me "
    "that method. Q4) Tell me for what purpose the treatment was introduced into Support material."
)
TABLE_5 = (
    "문제 질문에 해당하는 답을 질문의 “보기”에서 찾고 정답과 해설을 {'Answer': your answer, "
    "'Explanation': your answer} 형태로 출력하시오."
)


def step(recipe: str, use: str) -> dict:
    found = YAML(typ="safe").load(FOLDER / f"{recipe}.yaml")["examples"]
    return {**next(one for one in found if one["use"] == use)}


def made(cls, reply: str, tmp_path: Path):
    settings = step("instructions", cls.name)
    settings.pop("use")
    with OpenAIServer(lambda body: reply) as server:
        settings["model"] = {"name": "m", "base_url": server.base_url}
        config = cls.config_model.model_validate(settings)
        rows = [Document(text=TEXT, language="en", id="d")]
        (example,) = cls(config).examples(iter(rows), testing_context(tmp_path))
    return example


def test_summary_and_compounds_have_the_form_of_table_1(tmp_path) -> None:
    reply = json.dumps({"Summary": "MACE on GC.", "Chemnames": ["Au", "Pt"]})
    example = made(SummaryExtraction, reply, tmp_path)
    assert example.instruction == (
        "You are an expert in Chemistry and reviewer for the Royal Society of Chemistry. Write a "
        "very short summary of this text and a list of chemical compounds mentioned in the test."
    )
    assert example.output == "{'Summary': 'MACE on GC.', 'Chemnames': {0: 'Au', 1: 'Pt'}}"


def test_korean_summaries_have_the_form_of_table_2(tmp_path) -> None:
    said = {
        "Q1": "금속 촉매 식각을 개선함.",
        "Q2": "오염을 막는 것이 목적임.",
        "Q3": "방법을 제안함.",
    }
    example = made(Summary, json.dumps(said), tmp_path)
    assert example.instruction == TABLE_2
    assert (ast.literal_eval(example.output), example.language) == (said, "ko")


def test_questions_have_the_form_of_table_3(tmp_path) -> None:
    said = {
        "Q1": {"answer": "Au, Pt", "quote": "uses Au and Pt on glassy carbon (GC)"},
        "Q2": {"answer": "glassy carbon (GC)", "quote": "glassy carbon (GC)"},
        "Q3": {"answer": "-", "quote": ""},
        "Q4": {"answer": "To overcome the poor activity", "quote": "overcome its poor activity"},
    }
    example = made(QuestionExtraction, json.dumps(said), tmp_path)
    assert example.instruction == TABLE_3
    assert example.output == (
        "{'Q1': 'Au, Pt', 'Q2': 'glassy carbon (GC)', 'Q3': 'N/A', "
        "'Q4': 'To overcome the poor activity'}"
    )


def test_exam_questions_have_the_form_of_table_5(tmp_path) -> None:
    question = {
        "question": "0.01 poise를 SI 단위로 표시하면 약 몇 kg/ms가 되는가?",
        "answer": "0.001",
        "wrong": ["0.01", "0.1", "1", "10"],
        "explanation": "1 poise = 0.1 kg/ms",
    }
    example = made(ExamQuestions, json.dumps({"questions": [question]}), tmp_path)
    assert example.instruction == TABLE_5
    assert re.fullmatch(
        r"0.01 poise.* 보기: ①[\d.]+ ②[\d.]+ ③[\d.]+ ④[\d.]+ ⑤[\d.]+", example.input
    )
    assert re.fullmatch(
        r"\{'Answer': '[①-⑤] 0.001', 'Explanation': '1 poise = 0.1 kg/ms'\}", example.output
    )


@pytest.mark.parametrize("place", [0, 1])
def test_exams_that_are_there_are_learnt_in_the_form_of_table_5(tmp_path, place) -> None:
    row = {
        "question": "물의 점성계수는?", "options": ["0.001", "0.01"], "answer": place,
        "explanation": "1 poise = 0.1 kg/m's", "subject": "college",
    }  # fmt: skip
    (tmp_path / "exam.jsonl").write_text(json.dumps(row), encoding="utf-8")
    context = testing_context(tmp_path / "run")
    source = InstructionSet(
        InstructionSet.config_model(path=tmp_path / "exam.jsonl", language="ko")
    )
    settings = step("exams", "phrasings")
    settings.pop("use")
    generator = Phrasings(Phrasings.config_model.model_validate(settings))
    documents = [
        Document(**{**{name: getattr(one, name) for name in one.__slots__}, "id": "d"})
        for one in source.documents(context)
    ]
    (example,) = generator.examples(iter(documents), context)
    assert example.instruction == TABLE_5
    assert example.input == "물의 점성계수는? 보기: ①0.001 ②0.01"
    right = ["① 0.001", "② 0.01"][place]
    said = {"Answer": right, "Explanation": "1 poise = 0.1 kg/m's"}
    assert ast.literal_eval(example.output) == said


@pytest.mark.parametrize("recipe", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_recipe_has_a_tiny_form_that_is_whole(recipe, tmp_path) -> None:
    command = [sys.executable, "-m", "byeori", "plan", f"chemistry/{recipe.stem}", "--tiny"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_exams_recipe_finds_a_real_difference_in_its_tiny_form(tmp_path) -> None:
    """Without its sweep and with half the steps: 20 s of one core when it is idle."""
    report = run_recipe(
        "chemistry/exams", tmp_path, "sweep={}", "tuning.lora.max_steps=40", tiny=True
    )
    found = {(one["evaluator"], one["metric"], one["model"]): one for one in report["comparisons"]}
    assert found["korean", "accuracy", "lora"]["difference"]["low"] > 0
    assert ("korean", "micro_f1 college", "lora") in found
    assert ("english", "mean_of_levels", "chat") in found

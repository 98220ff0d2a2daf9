"""The paper's recipe from records to tables; a server stands in for the writer and the judge."""

import json
from importlib.resources import files

import pytest

from byeori.testing import run_recipe
from byeori.testing.server import OpenAIServer

DATA = files("byeori_nasa") / "recipes" / "data"
CATEGORIES = (
    "objectives",
    "importance",
    "information",
    "direction",
    "commercial-impact",
    "mission-contribution",
)


def reply(body):
    """Writes questions, judges and compares, by what it is asked."""
    prompt = body["messages"][-1]["content"]
    if "matched answer" in prompt:
        points = {"answer_1": {"match": 1 + len(prompt) % 3}, "answer_2": {"match": 3}}
        return json.dumps({"reason": "Two is better.", **points, "closer": "answer_2"})
    if "each category" in prompt:
        said = {"both": "Both name it.", "answer_1": "", "answer_2": "", "choice": "similar"}
        return json.dumps({"reason": "so", **dict.fromkeys(CATEGORIES, said)})
    question, answer = prompt.partition("\n\nAnswer with JSON")[0].rsplit("\n", 2)[-2:]
    return json.dumps({"question": f"Tell me: {question}", "answer": answer[:120]})


@pytest.mark.slow  # a whole run: documents, questions, training, answers, judgements, report
def test_the_papers_recipe_runs_from_records_to_its_tables(tmp_path):
    with OpenAIServer(reply) as server:
        judges = [
            f"evaluators.{name}.model.{setting}"
            for name in ("closest", "similarities")
            for setting in (f"base_url={server.base_url}", "api_key_env=null")
        ]
        report = run_recipe(
            "nasa/lora",
            tmp_path,
            "base_model.path=builtin:tiny",
            f"documents.0.path={DATA / 'fictional_awards.csv'}",
            "documents.0.limit=60",
            f"examples.0.model.base_url={server.base_url}",
            *judges,
            *(f"evaluators.{number}.max_new_tokens=8" for number in range(3)),
            "evaluators.generated-answers.limit=4",
            "tuning.lora.epochs=1",
            "tuning.lora.precision=float32",
        )
    closest = report["tables"]["closest"]
    assert [table["title"] for table in closest] == [
        "match, 1 to 5: base and lora",
        "match: mean and spread",
        "match: paired t-test",
        "match: F-test of the variances",
    ]
    assert len(closest[0]["rows"]) == 10
    (table,) = report["tables"]["similarities"]
    assert [row[2] for row in table["rows"]] == [10] * 6
    written = next(step for step in report["steps"] if step["stage"] == "examples.0")
    assert 120 <= written["kept"] <= 180

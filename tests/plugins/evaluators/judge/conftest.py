"""Judges items whose answers are known, by a server that says what a test wants."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from byeori import Answer, Answered, Context, Item, Reject, Score
from byeori.bulk import with_id
from byeori.testing.server import OpenAIServer
from byeori_plugins.evaluators.judge import Judge, JudgeConfig

Body = dict[str, Any]
ANSWERS: dict[str, Sequence[str]] = {
    "base": [f"short {n}" for n in range(6)],
    "lora": [f"a long answer, number {n}" for n in range(6)],
}


class Bench:
    """Rates answers and keeps what happened.

    Attributes:
        server: what the judges asked; `bodies` holds every request.
        rejects: of the last rating.
    """

    def __init__(self, server: OpenAIServer, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.rejects: list[Reject] = []
        self.judge: Judge

    @property
    def model(self) -> dict[str, Any]:
        return {
            "name": "gpt-x",
            "base_url": self.server.base_url,
            "backoff_seconds": 0.005,
            "max_failures": 1.0,
        }

    def rate(
        self,
        rubric: Any,
        model: str = "lora",
        answers: Mapping[str, Sequence[str]] = ANSWERS,
        items: Sequence[Item] | None = None,
        seed: int = 42,
        **settings: Any,
    ) -> list[Score]:
        config = JudgeConfig.model_validate({"rubric": rubric, "model": self.model, **settings})
        self.judge = Judge(config)
        number = len(next(iter(answers.values())))
        items = items or [
            with_id(Item(instruction=f"Question {n}?", reference=f"right {n}"))
            for n in range(number)
        ]
        rows = {
            name: [Answer(item_id=i.id, text=t) for i, t in zip(items, texts, strict=True)]
            for name, texts in answers.items()
        }
        beside = self.judge.beside(model, "base", list(answers))
        shown = {name: rows[name] for name in (model, *beside)}
        self.rejects = []
        context = Context("scores", seed, self.folder, self.folder, on_reject=self.rejects.append)
        answered = Answered(model=model, baseline="base", by_model=shown)
        return list(self.judge.rate(answered, items, context))


@pytest.fixture
def bench(tmp_path: Path) -> Any:
    with OpenAIServer(lambda body: "nothing yet") as server:
        yield Bench(server, tmp_path)


def shown(body: Body, name: str) -> str:
    """The part of a prompt under a heading with the mark."""
    prompt = body["messages"][-1]["content"]
    found = re.search(rf"=+ {name} \w+ =+\n(.*?)\n=+", prompt, re.DOTALL)
    assert found is not None
    return found[1]


def replying(choose: Callable[[str, str], dict[str, Any]]) -> Callable[[Body], str]:
    """A judge that answers by the two texts it is shown."""

    def reply(body: Body) -> str:
        said = choose(shown(body, "answer_1"), shown(body, "answer_2"))
        return json.dumps({"reason": "so", **said})

    return reply


LONGER = replying(lambda a, b: {"preferred": "answer_1" if len(a) > len(b) else "answer_2"})
FIRST = replying(lambda a, b: {"preferred": "answer_1"})

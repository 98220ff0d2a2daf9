"""A model that comes up with tasks, as deterministic as a journal needs it."""

import hashlib
import json
import random
import re
from collections.abc import Callable
from typing import Any

import pytest

from byeori import Document
from byeori.bulk import with_id

WORDS = [f"{a}{b}" for a in ("ar", "el", "or", "un", "is", "om") for b in "bcdfghklmnprstvz"]
"""So many that two sentences of eight are hardly ever alike."""


def drawn(body: dict[str, Any]) -> random.Random:
    return random.Random(hashlib.sha256(json.dumps(body["messages"]).encode()).hexdigest())


def sentence(chance: random.Random) -> str:
    return "Say " + " ".join(chance.sample(WORDS, 8)) + "."


def inventive(body: dict[str, Any]) -> str:
    """Answers each of the four prompts by its schema's name; every third task is an old one."""
    chance, name = drawn(body), body["response_format"]["json_schema"]["name"]
    prompt = body["messages"][-1]["content"]
    if name == "Kind":
        return json.dumps({"classification": chance.random() < 0.3})
    if name in ("InputsFirst", "OutputsFirst"):
        output = "output" if name == "InputsFirst" else "class_label"
        made = [{"input": sentence(chance), output: sentence(chance)} for _ in range(2)]
        return json.dumps({"instances": made})
    old = re.findall(r"^Task \d+: (.*)$", prompt, re.MULTILINE)
    tasks = [sentence(chance), sentence(chance), chance.choice(old)]
    if name == "NewTasks":
        return json.dumps({"tasks": tasks})
    whole = [{"instruction": t, "input": "", "output": sentence(chance)} for t in tasks]
    return json.dumps({"tasks": whole})


@pytest.fixture
def model() -> Callable[[dict[str, Any]], str]:
    return inventive


@pytest.fixture
def seeds() -> list[Document]:
    """Ten seed tasks as the source `instruction-set` gives them."""
    return [
        with_id(
            Document(
                text=f"Seed {n}",
                language="en",
                metadata={
                    "instructions": [
                        {
                            "instruction": sentence(random.Random(n)),
                            "input": f"input {n}",
                            "output": f"output {n}",
                            "task": "classification" if n % 2 else "generation",
                        }
                    ]
                },
            )
        )
        for n in range(10)
    ]

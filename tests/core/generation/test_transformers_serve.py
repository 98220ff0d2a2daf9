"""A generator with a schema against a real server: `transformers serve` with the small base model.

The base has learnt facts and no JSON, and this server ignores `response_format`; so a copy of the
base is tuned for a few steps to answer in JSON, and the server is asked for both models.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from pydantic import BaseModel

import byeori
from byeori import Document, Example
from byeori.bulk import with_id
from byeori.endpoint import EndpointConfig
from byeori.endpoint.structured import schema_prompt
from byeori.generation import GenerationConfig, ModelGenerator, Part
from byeori.store.answers import AnswerJournal
from byeori.testing import testing_context

BASE = Path(byeori.__file__).parent / "builtin" / "tiny"
CAPITALS = {"France": "Paris", "Japan": "Tokyo", "Italy": "Rome"}
PROMPT = "What is the capital of {{ text }}?"
STEPS = 60
SECONDS_TO_START = 180


class Answer(BaseModel):
    capital: str


class Capitals(ModelGenerator[GenerationConfig, Answer]):
    """Asks for the capital of the country that a document names."""

    name = "capitals"
    config_model = GenerationConfig
    answer = Answer

    def read(self, answer: Answer, part: Part) -> Iterator[Example]:
        yield Example(instruction=f"Capital of {part.text}?", output=answer.capital)


class Plain(ModelGenerator[GenerationConfig, str]):
    """The same without a schema."""

    name = "plain"
    config_model = GenerationConfig
    answer = None

    def read(self, answer: str, part: Part) -> Iterator[Example]:
        yield Example(instruction=f"Capital of {part.text}?", output=answer)


def tuned(folder: Path) -> Path:
    """A copy of the base that answers these prompts in JSON."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(BASE)
    model = AutoModelForCausalLM.from_pretrained(BASE, dtype=torch.float32)
    rows = []
    for country, capital in CAPITALS.items():
        asked = PROMPT.replace("{{ text }}", country) + schema_prompt(Answer)
        prompt = tokenizer.apply_chat_template(
            [{"role": "user", "content": asked}], add_generation_prompt=True, return_dict=False
        )
        answer = Answer(capital=capital).model_dump_json() + tokenizer.eos_token
        learnt = tokenizer(answer, add_special_tokens=False)["input_ids"]
        rows.append(
            (torch.tensor([prompt + learnt]), torch.tensor([[-100] * len(prompt) + learnt]))
        )
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for step in range(STEPS):
        inputs, labels = rows[step % len(rows)]
        model(input_ids=inputs, labels=labels).loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`transformers serve`, without a network; its base URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = Path(sys.executable).with_name("transformers")
    log = tmp_path_factory.mktemp("serve") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(command), "serve", "--host", "127.0.0.1", "--port", str(port)],
            stdout=output,
            stderr=output,
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/health", process, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()
            process.wait()


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"the server did not start:\n{log.read_text(errors='replace')}")


def run(cls: Any, model: Path, server: str, context: Any) -> list[Example]:
    endpoint = EndpointConfig(
        name=str(model), base_url=server, concurrency=2, temperature=None, max_tokens=40
    )
    config = GenerationConfig(model=endpoint, prompt=PROMPT)
    documents = [with_id(Document(text=country, language="en")) for country in CAPITALS]
    return list(cls(config).examples(iter(documents), context))


@pytest.mark.slow  # torch and a server start
def test_a_generator_with_a_schema_gets_checked_answers_from_transformers_serve(
    server: str, tmp_path: Path
) -> None:
    model = tuned(tmp_path / "tuned")
    with AnswerJournal(tmp_path / "answers.sqlite") as journal:
        context = replace(testing_context(tmp_path), answers=journal)
        made = run(Capitals, model, server, context)
        assert [example.output for example in made] == list(CAPITALS.values())
        assert len(journal) == len(CAPITALS), "none had to be asked for twice"
        for example in made:
            kept = journal.get(example.metadata["answer"])
            assert kept is not None
            assert kept.request["response_format"]["type"] == "json_schema"
            assert kept.completion_tokens


@pytest.mark.slow
def test_what_the_base_answers_in_words_is_used_as_text_and_listed_where_json_is_wanted(
    server: str, tmp_path: Path
) -> None:
    with AnswerJournal(tmp_path / "answers.sqlite") as journal:
        context = replace(testing_context(tmp_path), answers=journal)
        made = run(Plain, BASE, server, context)
        assert [example.output for example in made] == list(CAPITALS.values())
        # It did answer well before, so that three answers in words are listed and end nothing.
        assert run(Capitals, BASE, server, context) == []
        assert len(context.rejects) == len(CAPITALS)

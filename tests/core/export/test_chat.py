"""`byeori chat`: base and tuned model answer the same questions, each with its own history."""

import io
import sys
from collections.abc import Callable

import pytest

from byeori import Decoding, Item
from byeori.chat.conversation import TooLongError, Voice
from byeori.chat.screens import Columns, typed
from byeori.chat.session import Session
from byeori.cli.main import run as byeori
from byeori.export.subject import Subject
from byeori.models import TransformersModel, load
from byeori.records import Turn
from byeori.store import Workspace


@pytest.fixture
def voice(subject: Callable[[str], Subject]) -> Voice:
    tuned = subject("lora")
    model = TransformersModel(load(tuned.ref), "lora", tuned.ref.template)
    return Voice(model, tuned.decoding)


def test_an_answer_comes_token_by_token_and_is_that_of_the_evaluation(voice: Voice) -> None:
    seen: list[str] = []
    answer = voice.answer("What is Elm 4?", seen.append)
    assert len(set(seen)) > 2
    assert seen[-1] == answer
    assert [answer] == voice.model.generate([Item(instruction="What is Elm 4?")], voice.decoding)


def test_what_was_said_is_part_of_the_next_prompt_until_it_is_forgotten(voice: Voice) -> None:
    first = voice.answer("What is Elm 4?", lambda text: None)
    second = voice.answer("Why?", lambda text: None)
    history = (Turn("user", "What is Elm 4?"), Turn("assistant", first))
    asked = Item(instruction="Why?", history=history)
    assert [second] == voice.model.generate([asked], voice.decoding)
    assert len(voice.history) == 4
    voice.reset()
    alone = voice.answer("Why?", lambda text: None)
    assert [alone] == voice.model.generate([Item(instruction="Why?")], voice.decoding)


def test_beams_and_texts_to_stop_at_are_those_of_the_recipe(voice: Voice) -> None:
    voice.decoding = Decoding(max_new_tokens=8, num_beams=3, stop=("a",))
    seen: list[str] = []
    answer = voice.answer("What is Elm 4?", seen.append)
    assert seen == [answer]
    assert "a" not in answer
    assert [answer] == voice.model.generate([Item(instruction="What is Elm 4?")], voice.decoding)


def test_a_conversation_that_became_too_long_says_so(voice: Voice) -> None:
    with pytest.raises(TooLongError, match=r"lora reads 512 tokens at most.*/reset"):
        voice.answer("long " * 600, lambda text: None)
    assert voice.history == []


def test_a_pipe_is_answered_by_both_models_line_by_line(
    town: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (
        "What is Elm 4?\n\n/system Be brief.\nWhat is <|eos|>?\n/nothing\n/reset\n/quit\nnever\n"
    )
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    workspace = ["--workspace", str(town.folder)]
    assert byeori(["chat", "town", "--stage", "lora", *workspace]) == 0
    told = capsys.readouterr()
    names = [line.partition(": ")[0] for line in told.out.splitlines()]
    assert names == ["base", "lora", "base", "lora"]
    assert "special token" in told.out
    assert "system message: Be brief." in told.err
    assert "there is no /nothing; /system TEXT" in told.err
    assert "forgotten" in told.err


@pytest.mark.parametrize(("option", "name"), [("--base-only", "base"), ("--tuned-only", "lora")])
def test_one_of_them_can_be_asked_alone(
    town: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    option: str,
    name: str,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("What is Elm 4?\n"))
    workspace = ["--workspace", str(town.folder)]
    assert byeori(["chat", "town", "--stage", "lora", option, *workspace]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{name}: ")
    assert byeori(["chat", "town", "--base-only", "--tuned-only", *workspace]) == 2


def test_a_terminal_shows_both_answers_in_columns(voice: Voice) -> None:
    from rich.console import Console

    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=80, legacy_windows=False)
    other = Voice(TransformersModel(voice.model.loaded, "base", voice.model.template), Decoding())
    Session([other, voice], Columns(console)).run(["What is Elm 4?", "/help"])
    text = out.getvalue()
    assert "─ base ─" in text and "─ lora ─" in text
    assert voice.history[-1].content.split()[0] in text
    assert "/system TEXT" in text


def test_typing_ends_with_the_end_of_the_input(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = iter(["one", "two"])

    def typing(prompt: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", typing)
    assert list(typed("> ")) == ["one", "two"]

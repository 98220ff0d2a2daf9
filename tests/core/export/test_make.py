"""What leaves the workspace is whole, and answers like what was evaluated."""

import errno
import json
import os
import resource
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from byeori.cli.main import run as byeori
from byeori.errors import StoppedError
from byeori.export.errors import ExportError
from byeori.export.make import Wish, make_export
from byeori.export.subject import Subject
from byeori.export.whole import RECORD, appearing
from byeori.models import base_fingerprint
from byeori.store import Workspace


def nothing(text: str) -> None:
    pass


def test_a_merged_export_is_an_ordinary_model_that_answers_the_same(
    subject: Callable[[str], Subject], tmp_path: Path
) -> None:
    parity = make_export(subject("lora"), Wish("merged", tmp_path / "model"), nothing)
    assert parity.same_top_tokens == parity.tokens > 50
    assert parity.whole_answers == 8
    assert parity.largest_difference == 0
    record = json.loads((tmp_path / "model" / RECORD).read_text())
    assert record["parity"]["tokens"] == parity.tokens
    files = {"config.json", "model.safetensors", "tokenizer.json", "chat_template.jinja"}
    assert set(record["files"]) >= {*files, "generation_config.json"}
    settings = json.loads((tmp_path / "model" / "generation_config.json").read_text())
    assert settings["repetition_penalty"] == 1.1
    assert settings["max_new_tokens"] == 12
    assert settings["eos_token_id"] == [2]


@pytest.mark.parametrize("stage", ["more", "whole"])
def test_stacked_adapters_and_whole_models_are_exported_merged(
    subject: Callable[[str], Subject], tmp_path: Path, stage: str
) -> None:
    parity = make_export(subject(stage), Wish("merged", tmp_path / "model", questions=4), nothing)
    assert parity.largest_difference == 0


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_a_smaller_type_of_weights_is_compared_within_its_rounding(
    subject: Callable[[str], Subject], tmp_path: Path, dtype: str
) -> None:
    wish = Wish("merged", tmp_path / "model", dtype)
    parity = make_export(subject("lora"), wish, nothing)
    assert 0 < parity.largest_difference < 0.2
    assert parity.same_top_tokens >= 0.97 * parity.tokens
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    assert config["dtype"] == dtype


def test_an_adapter_is_exported_with_its_base_and_fingerprint_and_answers_the_same(
    subject: Callable[[str], Subject], tmp_path: Path
) -> None:
    lora = subject("lora")
    parity = make_export(lora, Wish("adapter", tmp_path / "adapter"), nothing)
    assert parity.same_top_tokens == parity.tokens
    assert parity.largest_difference < 1e-4
    config = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())
    assert Path(config["base_model_name_or_path"]).name == "tiny"
    record = json.loads((tmp_path / "adapter" / "byeori.json").read_text())
    assert record["base_fingerprint"] == lora.ref.base_fingerprint == base_fingerprint(lora.ref)
    assert not (tmp_path / "adapter" / "model.safetensors").exists()


def test_a_base_of_the_hub_is_named_with_its_revision(
    subject: Callable[[str], Subject], tmp_path: Path
) -> None:
    from dataclasses import replace

    from byeori.export.adapter import save_adapter
    from byeori.models import TransformersModel, load

    lora = subject("lora")
    model = TransformersModel(load(lora.ref), "lora", lora.ref.template)
    hub = replace(lora, ref=replace(lora.ref, base="some/model", revision="a" * 40))
    save_adapter(model, hub, tmp_path, "float32")
    config = json.loads((tmp_path / "adapter_config.json").read_text())
    assert (config["base_model_name_or_path"], config["revision"]) == ("some/model", "a" * 40)


@pytest.mark.parametrize(("stage", "words"), [("more", "2 adapters"), ("whole", "whole model")])
def test_what_is_no_single_adapter_is_refused_before_it_is_loaded(
    subject: Callable[[str], Subject], tmp_path: Path, stage: str, words: str
) -> None:
    with pytest.raises(ExportError, match=f"{words}.*--format merged"):
        make_export(subject(stage), Wish("adapter", tmp_path / "a"), nothing)
    assert not any(tmp_path.iterdir())


IDENTITY = {"run": "town", "stage": "lora", "format": "merged"}


def test_an_earlier_export_of_the_same_is_replaced_and_anything_else_is_not(
    subject: Callable[[str], Subject], tmp_path: Path
) -> None:
    target = tmp_path / "model"
    wish = Wish("merged", target, questions=1)
    make_export(subject("lora"), wish, nothing)
    make_export(subject("lora"), wish, nothing)
    with pytest.raises(ExportError, match="an export of town lora as merged"):
        make_export(subject("whole"), wish, nothing)
    shutil.rmtree(target)
    target.mkdir()
    (target / "thesis.txt").write_text("mine")
    with pytest.raises(ExportError, match="holds something else"):
        make_export(subject("lora"), wish, nothing)
    assert (target / "thesis.txt").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("full", [False, True], ids=["interrupted", "disk full"])
def test_what_does_not_become_whole_leaves_what_was_there(tmp_path: Path, full: bool) -> None:
    target = tmp_path / "model"
    with appearing(target, IDENTITY) as folder:
        (folder / RECORD).write_text(json.dumps(IDENTITY))
        (folder / "weights").write_text("old")
    error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) if full else KeyboardInterrupt()
    expected = StoppedError if full else KeyboardInterrupt
    with pytest.raises(expected), appearing(target, IDENTITY) as folder:
        (folder / "weights").write_text("ne")
        raise error
    assert (target / "weights").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("limit", [2_000, 50_000, 1_000_000])
def test_a_disk_that_is_full_while_weights_or_tokenizer_are_written_leaves_nothing(
    subject: Callable[[str], Subject], tmp_path: Path, limit: int
) -> None:
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Like a full disk: a file cannot grow beyond this.
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, unlimited[1]))
    try:
        with pytest.raises(StoppedError, match="no space left to export to"):
            make_export(subject("lora"), Wish("merged", tmp_path / "model", questions=1), nothing)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert not any(tmp_path.iterdir())


def test_the_command_exports_the_chosen_stage_and_says_where(
    town: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = ["--workspace", str(town.folder)]
    to = ["--to", str(tmp_path / "out"), "--questions", "2"]
    assert byeori(["export", "town", "--stage", "lora", *to, *workspace, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["folder"] == str(tmp_path / "out")
    assert told["parity"]["questions"] == 2
    assert byeori(["export", "town", "--stage", "lora", *to, *workspace]) == 0
    assert "it answers like the evaluated model: 2 questions" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["town"], "several models: choose one by --stage: more, whole"),
        (["town", "--stage", "lara"], "did you mean 'lora'"),
        (["tawn"], "did you mean 'town'"),
    ],
)
def test_a_run_or_stage_that_is_not_there_is_a_plain_error(
    town: Workspace, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert byeori(["export", *arguments, "--workspace", str(town.folder)]) == 4
    assert words in capsys.readouterr().err

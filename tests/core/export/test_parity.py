"""Exports that were broken on purpose: the gate says what differs, and nothing leaves."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from byeori.export.chat_template import chat_template
from byeori.export.evaluated import Evaluated, evaluated
from byeori.export.loading import load_merged
from byeori.export.make import Wish, make_export
from byeori.export.parity import ParityError, compare
from byeori.export.subject import Subject, find_subject
from byeori.models import TransformersModel, load
from byeori.store import Workspace
from byeori_plugins.prompts import ALPACA_KO


@pytest.fixture(scope="module")
def lora(town: Workspace) -> Subject:
    return find_subject(town, "town", "lora")


@pytest.fixture(scope="module")
def wanted(lora: Subject) -> Evaluated:
    model = TransformersModel(load(lora.ref, dtype="float32"), "lora", lora.ref.template)
    return evaluated(model, lora.prompts(6), lora.decoding)


@pytest.fixture(scope="module")
def exported(lora: Subject, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "model"
    make_export(lora, Wish("merged", folder, questions=2), lambda text: None)
    return folder


@pytest.fixture
def broken(exported: Path, tmp_path: Path) -> Path:
    """A copy of a good export, to be broken."""
    return Path(shutil.copytree(exported, tmp_path / "model"))


def differences(folder: Path, lora: Subject, wanted: Evaluated, dtype: str = "float32") -> str:
    with pytest.raises(ParityError) as caught:
        compare(load_merged(folder, lora.ref, dtype), wanted)
    return "\n".join([str(caught.value), *caught.value.differences])


def edit(path: Path, **values: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_a_good_export_passes(exported: Path, lora: Subject, wanted: Evaluated) -> None:
    parity = compare(load_merged(exported, lora.ref, "float32"), wanted)
    assert (parity.questions, parity.whole_answers) == (6, 6)
    assert parity.same_top_tokens == parity.tokens


def test_another_end_token_in_the_generation_settings_is_caught(
    broken: Path, lora: Subject, wanted: Evaluated
) -> None:
    edit(broken / "generation_config.json", eos_token_id=7)
    text = differences(broken, lora, wanted)
    assert "generation_config.json ends answers at the tokens [7]" in text
    assert "nothing was written" in text


def test_another_end_token_of_the_tokenizer_is_caught(
    broken: Path, lora: Subject, wanted: Evaluated
) -> None:
    edit(broken / "tokenizer_config.json", eos_token="<|pad|>")
    assert "the tokenizer's end token is 0" in differences(broken, lora, wanted)


def test_a_beginning_written_twice_is_caught(
    broken: Path, lora: Subject, wanted: Evaluated
) -> None:
    path = broken / "chat_template.jinja"
    path.write_text("{{- bos_token -}}" + path.read_text())
    text = differences(broken, lora, wanted)
    assert "from token" in text and "<|bos|>" in text


def test_another_template_is_caught(broken: Path, lora: Subject, wanted: Evaluated) -> None:
    tokenizer = load_merged(broken, lora.ref, "float32").tokenizer
    source = chat_template(ALPACA_KO, tokenizer)
    (broken / "chat_template.jinja").write_text(str(source))
    assert "아래는 작업을" in differences(broken, lora, wanted)


def test_a_template_that_fails_is_told(broken: Path, lora: Subject, wanted: Evaluated) -> None:
    (broken / "chat_template.jinja").write_text("{{ raise_exception('no') }}")
    assert "the chat template fails: no" in differences(broken, lora, wanted)


def test_an_adapter_that_was_not_merged_is_caught(
    broken: Path, lora: Subject, wanted: Evaluated
) -> None:
    base = load(replace(lora.ref, adapters=()), dtype="float32").model
    (broken / "model.safetensors").unlink()
    base.save_pretrained(broken)
    edit(broken / "generation_config.json", repetition_penalty=1.1)
    text = differences(broken, lora, wanted)
    assert "the likeliest is" in text and "log-probability" in text and "it answers" in text


def test_weights_of_another_type_are_caught(broken: Path, lora: Subject, wanted: Evaluated) -> None:
    import torch

    model = load_merged(broken, lora.ref, "float32").model
    model.to(torch.bfloat16).save_pretrained(broken)
    text = differences(broken, lora, wanted)
    assert "the weights are bfloat16 and should be float32" in text


def test_other_generation_settings_are_caught_by_the_whole_answers(
    broken: Path, lora: Subject, wanted: Evaluated
) -> None:
    edit(broken / "generation_config.json", repetition_penalty=3.0)
    text = differences(broken, lora, wanted)
    assert "it answers" in text and "the likeliest" not in text


def test_one_weight_that_is_a_little_off_is_caught(
    broken: Path, lora: Subject, wanted: Evaluated
) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(broken / "model.safetensors")
    weights["model.layers.1.mlp.down_proj.weight"] *= 1.05
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    assert "nats off" in differences(broken, lora, wanted)


def test_questions_that_do_not_fit_are_left_out_and_told(lora: Subject) -> None:
    model = TransformersModel(load(lora.ref), "lora", lora.ref.template)
    good = lora.prompts(1)
    long = [replace(good[0], instruction="long " * 600), replace(good[0], input="<|eos|>")]
    seen = evaluated(model, [*long, *good], lora.decoding)
    assert (len(seen.questions), seen.left_out) == (1, 2)
    with pytest.raises(Exception, match="none of 2 questions fits into lora"):
        evaluated(model, long, lora.decoding)

"""The benchmark measures what it says, on the same examples for every side."""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
NAMES = ("workload", "meter", "sides", "jobs", "flops", "table")


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    monkeypatch.syspath_prepend(str(FOLDER))
    yield {name: importlib.import_module(f"throughput.{name}") for name in NAMES}
    for name in [name for name in sys.modules if name.split(".")[0] == "throughput"]:
        del sys.modules[name]


@pytest.fixture
def tiny(parts: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    shape = parts["workload"].Shape(32, 64, 2, 2, "float32")
    monkeypatch.setitem(parts["workload"].SHAPES, "tiny", shape)
    monkeypatch.setattr(parts["workload"], "VOCABULARY", 500)
    parts["workload"].build_model(tmp_path / "model", shape, "cpu")
    return parts["sides"].Setting(str(tmp_path / "model"), "tiny", "cpu", examples=3, steps=3)


def test_the_tokens_that_count_are_those_of_answers_and_end_tokens(parts: dict[str, Any]) -> None:
    workload = parts["workload"]
    examples = workload.make_examples("grouped", 9)
    tokenizer = workload.word_tokenizer()
    counted = sum(len(tokenizer(row.output + "</s>")["input_ids"]) for row in examples)
    assert workload.supervised_tokens(examples) == counted
    assert [row.document_id for row in examples] == [f"d{n}" for n in (0, 0, 1, 1, 1, 2, 2, 2, 2)]
    longest = max(
        len(f"{row['prompt']} {row['completion']}".split()) for row in workload.texts(examples)
    )
    assert longest < workload.MAX_LENGTH


@pytest.mark.parametrize("method", ["lora", "full"])
def test_every_side_has_the_same_loss_at_every_step(
    method: str, parts: dict[str, Any], tiny: Any
) -> None:
    sides = parts["sides"]
    jobs = [sides.Job("byeori", method, "grouped"), sides.Job("transformers", method, "grouped")]
    if importlib.util.find_spec("trl") is not None:
        jobs.append(sides.Job("trl", method, "grouped", packed=True, rows=1))
    ours, *theirs = (sides.measure(job, tiny) for job in jobs)
    assert len(ours[1]) == 3
    assert ours[1][0] - ours[1][-1] > 1e-3, "nothing was learnt, so nothing is compared"
    for reading, losses in theirs:
        assert losses == pytest.approx(ours[1], abs=1e-4)
        assert reading.steps == ours[0].steps == 2
        assert reading.cpu_seconds > 0


def test_memory_is_what_was_taken_above_the_start(parts: dict[str, Any]) -> None:
    meter = parts["meter"].Meter("cpu")
    before = b"x" * 2**26
    meter.start()
    meter.step()
    held = b"y" * 2**27
    meter.step()
    del held
    memory = meter.reading().memory
    assert len(before) and 0.9 * 2**27 < memory < 1.5 * 2**27


def test_ratios_are_over_the_fastest_configuration_of_trl(parts: dict[str, Any]) -> None:
    job, result = parts["sides"].Job, parts["jobs"].Result
    results = [
        result(job(side, method, data, rows=rows), 1.0, speed, memory, losses)
        for method, data in parts["jobs"].COMPARISONS.values()
        for side, rows, speed, memory, losses in (
            ("byeori", None, 60.0, 100, [2.0, 1.0]),
            ("trl", 1, 10.0, 300, [2.0, 1.0]),
            ("trl", None, 5.0, 50, [2.0, 1.00001]),
            ("transformers", None, 30.0, 50, [2.0, 1.0]),
        )
    ]
    numbers = parts["table"].summary(results)
    assert numbers["lora_grouped"] == numbers["full_grouped"] == numbers["lora_single"] == 6
    assert numbers["memory_grouped"] == pytest.approx(1 / 3)
    assert numbers["lora_grouped_default_rows"] == 12
    assert numbers["memory_grouped_default_rows"] == 2
    assert numbers["max_loss_difference"] == pytest.approx(1e-5)
    assert "| byeori | 60.0 | 1.0 | 0 | 6.00 |" in parts["table"].table(results)
    assert "lora_single: 6 (goal >= 1.5)" in parts["table"].verdicts(numbers)


@pytest.mark.parametrize("method", ["lora", "full"])
def test_model_flops_are_those_that_pytorch_counts(method: str, parts: dict[str, Any]) -> None:
    import torch
    from torch.utils.flop_counter import FlopCounterMode
    from transformers import LlamaConfig, LlamaModel

    shape = parts["workload"].Shape(32, 48, 2, 2, "float32")
    config = LlamaConfig(
        vocab_size=50,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=2,
    )
    model = LlamaModel(config).requires_grad_(method == "full")
    hidden = torch.randn(1, 7, 32, requires_grad=True)
    with FlopCounterMode(display=False) as counter:
        model(inputs_embeds=hidden).last_hidden_state.sum().backward()
    counts = counter.get_flop_counts()["Global"]
    products = sum(
        n
        for operation, n in counts.items()
        if "mm" in str(operation) and "bmm" not in str(operation)
    )
    assert parts["flops"].step_flops(shape, method, tokens=7, learnt=0) == products


def test_utilisation_counts_a_shared_document_once(parts: dict[str, Any]) -> None:
    examples = parts["workload"].make_examples("grouped", 5)
    tokens = [
        len(row["prompt"].split()) + len(row["completion"].split()) + 1
        for row in parts["workload"].texts(examples)
    ]
    computed = parts["flops"].computed_tokens
    assert computed(examples, shared=False) == sum(tokens)
    twice = sum(len(examples[n].input.split()) for n in (1, 3, 4))
    assert computed(examples, shared=True) == sum(tokens) - twice
    with pytest.raises(ValueError, match=r"GTX 1080.*PEAKS"):
        parts["flops"].peak("GTX 1080")
    result = parts["jobs"].Result(parts["sides"].Job("trl", "full", "single"), 1e4, 0, 0, [])
    setting = parts["sides"].Setting("", "llama-2-7b", "cuda", 3, 2)
    assert "% of peak" in parts["table"].utilisation([result], setting, "NVIDIA H200")


def test_without_trl_it_says_what_to_install(
    parts: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.environ", {})
    monkeypatch.setattr(sys, "argv", ["train_throughput.py", "--quick"])
    path = FOLDER / "train_throughput.py"
    spec = importlib.util.spec_from_file_location("train_throughput", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert module.main() == 2
    assert "pip install 'byeori[bench]'" in capsys.readouterr().err

"""The trainings that are compared: byeori's, TRL's SFTTrainer and transformers' Trainer.

All of them make the same optimiser steps: each step learns from every example once, whatever the
layout of the rows. Model, examples, learning rate, schedule and clipping are the same; everything
else is each library's default, but for what a `Job` names.
"""

import json
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from throughput.meter import Meter, Reading
from throughput.workload import MAX_LENGTH, SHAPES, TEMPLATE, make_examples, texts

T = TypeVar("T")
SEED = 42
LEARNING_RATES = {"lora": 1e-3, "full": 1e-4}
RANK, ALPHA = 16, 32


@dataclass(frozen=True)
class Job:
    """One training to measure, in a process of its own.

    Attributes:
        side: `byeori`, `trl` or `transformers`.
        method: `lora` or `full`.
        data: `grouped` or `single`.
        packed: TRL's packing (bfd, rows of `MAX_LENGTH`); else rows are padded.
        rows: rows computed at once; None is the library's default.
        checkpointing: gradient checkpointing, on by default in TRL.
        fast_head: on the CPU, TRL's output layer as it is on CUDA: at supervised positions only.
    """

    side: str
    method: str
    data: str
    packed: bool = False
    rows: int | None = None
    checkpointing: bool = False
    fast_head: bool = False

    @property
    def label(self) -> str:
        """The row's name in the table."""
        if self.side != "trl":
            return {"byeori": "byeori", "transformers": "transformers Trainer, padded"}[self.side]
        parts = ["TRL packed" if self.packed else "TRL padded"]
        parts += [f"rows at once: {self.rows}"] if self.rows else []
        parts += ["checkpointing"] if self.checkpointing else []
        parts += ["CUDA head"] if self.fast_head else []
        return ", ".join(parts)


@dataclass(frozen=True)
class Setting:
    """What all jobs of one benchmark share.

    Attributes:
        folder: of the model.
        shape: one of `SHAPES`.
        device: `cpu` or `cuda`.
        examples: how many an optimiser step learns from.
        steps: optimiser steps; the first is not timed.
    """

    folder: str
    shape: str
    device: str
    examples: int
    steps: int


def measure(job: Job, setting: Setting) -> tuple[Reading, list[float]]:
    """Train, and return what it took and each step's mean loss."""
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    side = {"byeori": _byeori, "trl": _trl, "transformers": _transformers}[job.side]
    meter = Meter(setting.device)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        if job.side != "byeori":  # what libraries say of themselves is no matter of ours
            warnings.simplefilter("ignore")
        losses = side(job, setting, meter, Path(folder))
    return meter.reading(), losses


class _Ticks:
    """byeori's progress display, as a clock: it hears when training begins and a step ends."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter

    def track(self, rows: Iterable[T], *, total: int | None, unit: str, label: str) -> Iterator[T]:
        if unit != "steps":
            yield from rows
            return
        self.meter.start()
        for row in rows:
            yield row
            self.meter.step()

    def message(self, text: str) -> None:
        pass


def _byeori(job: Job, setting: Setting, meter: Meter, folder: Path) -> list[float]:
    from byeori import Context, ModelRef, TuningData
    from byeori_plugins.tuning import Full, Lora

    settings: dict[str, Any] = {
        "max_steps": setting.steps,
        "batch_size": setting.examples,
        "learning_rate": LEARNING_RATES[job.method],
        "precision": SHAPES[setting.shape].dtype,
        "max_length": MAX_LENGTH,
        "evaluations": 0,
        "checkpoints": 0,
        "gradient_checkpointing": job.checkpointing,
    }
    if job.rows is not None:
        settings["micro_batch_size"] = job.rows
    method: Lora | Full
    if job.method == "lora":
        method = Lora(Lora.config_model(r=RANK, alpha=ALPHA, **settings))
    else:
        method = Full(Full.config_model(**settings))
    data = TuningData(make_examples(job.data, setting.examples), [], [])
    output = folder / "output"
    output.mkdir()
    context = Context(job.label, SEED, output, folder / "scratch", progress_display=_Ticks(meter))
    method.tune(ModelRef(base=setting.folder, template=TEMPLATE), data, context)
    record = json.loads((output / "training.json").read_text())
    return [point["loss"] for point in record["losses"]]


def _peer_model(job: Job, setting: Setting) -> Any:
    """The model as byeori has it: loaded after seeding, so that LoRA starts from equal numbers."""
    import torch
    from transformers import AutoModelForCausalLM, set_seed

    set_seed(SEED)
    # Full tuning in bfloat16 has float32 weights and autocast, as in byeori.
    dtype = SHAPES[setting.shape].dtype if job.method == "lora" else "float32"
    model = AutoModelForCausalLM.from_pretrained(setting.folder, dtype=getattr(torch, dtype))
    model = model.to(setting.device)
    if job.method == "full":
        return model
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    return get_peft_model(model, config)


def _arguments(job: Job, setting: Setting, folder: Path) -> dict[str, Any]:
    return {
        "output_dir": str(folder),
        "max_steps": setting.steps,
        "learning_rate": LEARNING_RATES[job.method],
        # More than there are rows: an optimiser step ends with the pass over the examples.
        "gradient_accumulation_steps": setting.examples,
        "bf16": SHAPES[setting.shape].dtype == "bfloat16",
        "use_cpu": setting.device == "cpu",
        "gradient_checkpointing": job.checkpointing,
        "dataloader_pin_memory": setting.device == "cuda",
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": [],
        "disable_tqdm": True,
        "seed": SEED,
        **({"per_device_train_batch_size": job.rows} if job.rows is not None else {}),
    }


def _run(trainer: Any, meter: Meter) -> list[float]:
    """Train with any Trainer, telling the meter of its steps; returns the losses."""
    from transformers import PrinterCallback, TrainerCallback

    class Clock(TrainerCallback):
        def on_train_begin(self, *args: Any, **kwargs: Any) -> None:
            meter.start()

        def on_step_end(self, *args: Any, **kwargs: Any) -> None:
            meter.step()

    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(Clock())
    trainer.train()
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]


def _trl(job: Job, setting: Setting, meter: Meter, folder: Path) -> list[float]:
    import trl.trainer.utils
    from datasets import Dataset
    from transformers import AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    if job.fast_head:
        # On the CPU TRL scores every position, though only those with a label count: it asks here
        # whether there is Triton. The tiles themselves stay in torch.
        trl.trainer.utils._use_triton = lambda device: True
    trainer = SFTTrainer(
        model=_peer_model(job, setting),
        args=SFTConfig(
            packing=job.packed, completion_only_loss=True, **_arguments(job, setting, folder)
        ),
        train_dataset=Dataset.from_list(texts(make_examples(job.data, setting.examples))),
        processing_class=AutoTokenizer.from_pretrained(setting.folder),
    )
    return _run(trainer, meter)


def _transformers(job: Job, setting: Setting, meter: Meter, folder: Path) -> list[float]:
    from transformers import (
        AutoTokenizer,
        DataCollatorForSeq2Seq,
        Trainer,
        TrainingArguments,
    )

    tokenizer = AutoTokenizer.from_pretrained(setting.folder)
    rows = []
    for row in texts(make_examples(job.data, setting.examples)):
        prompt, answer = (tokenizer(row[name])["input_ids"] for name in ("prompt", "completion"))
        answer = [*answer, tokenizer.eos_token_id]
        rows.append(
            {
                "input_ids": prompt + answer,
                "attention_mask": [1] * len(prompt + answer),
                "labels": [-100] * len(prompt) + answer,
            }
        )
    trainer = Trainer(
        model=_peer_model(job, setting),
        args=TrainingArguments(**_arguments(job, setting, folder)),
        train_dataset=rows,
        data_collator=DataCollatorForSeq2Seq(tokenizer),
    )
    return _run(trainer, meter)

"""Makes an export: writes it aside, lets the gate compare it, and only then hands it over."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import byeori
from byeori.errors import suggest
from byeori.export.adapter import check_adapter, save_adapter
from byeori.export.card import write_card
from byeori.export.errors import ExportError
from byeori.export.evaluated import Evaluated, evaluated
from byeori.export.gguf_file import check_gguf, load_gguf, save_gguf
from byeori.export.loading import load_adapter, load_merged
from byeori.export.merged import save_merged
from byeori.export.ollama import check_ollama, load_ollama, save_ollama
from byeori.export.parity import Exported, Parity, compare
from byeori.export.subject import Subject
from byeori.export.whole import appearing, is_as_written, read_record, write_record
from byeori.models import evaluation_dtype, load, portable_base
from byeori.models.transformers_model import TransformersModel
from byeori.records import ModelRef

QUESTIONS = 32
"""How many questions of the evaluation the gate asks, where nothing else is said."""


@dataclass(frozen=True)
class Form:
    """One form of an export.

    Attributes:
        save: writes the model to a folder, in a type of weights.
        load: loads the folder as others would, for the gate.
        check: refuses a model that has no such form, before anything is loaded.
        any_dtype: whether weights may be saved in another type than they were evaluated in.
    """

    save: Callable[[TransformersModel, Subject, Path, str], None]
    load: Callable[[Path, ModelRef, str], Exported]
    check: Callable[[Subject], None] = lambda subject: None
    any_dtype: bool = True


FORMS = {
    "merged": Form(save_merged, load_merged),
    "adapter": Form(save_adapter, load_adapter, check_adapter, any_dtype=False),
    "gguf": Form(save_gguf, load_gguf, check_gguf),
    "ollama": Form(save_ollama, load_ollama, check_ollama),
}


@dataclass(frozen=True)
class Wish:
    """What an export is to be.

    Attributes:
        form: one of `FORMS`.
        target: the folder that will appear.
        dtype: of the weights; empty for what they were evaluated in.
        questions: how many the gate asks.
    """

    form: str
    target: Path
    dtype: str = ""
    questions: int = QUESTIONS


def make_export(subject: Subject, wish: Wish, tell: Callable[[str], None]) -> Parity:
    """Write an export that answers like the evaluated model, or nothing.

    Args:
        subject: the model.
        wish: what is to be made of it.
        tell: is given a line for each step.

    Raises:
        ExportError: the model has no such form, or the target holds something else.
        ParityError: the export does not answer like the evaluated model.
        StoppedError: the disk is full.
    """
    if wish.form not in FORMS:
        raise ExportError(f"no format {wish.form!r}{suggest(wish.form, list(FORMS))}")
    form = FORMS[wish.form]
    form.check(subject)
    as_evaluated = subject.dtype or evaluation_dtype()
    dtype = wish.dtype or as_evaluated
    if dtype != as_evaluated and not form.any_dtype:
        raise ExportError(f"--format {wish.form} keeps the weights as they are; leave out --dtype")
    identity = {"run": subject.run, "stage": subject.stage, "format": wish.form}
    with appearing(wish.target, identity) as folder:
        wanted = _saved(subject, form, folder, (as_evaluated, dtype), wish.questions, tell)
        tell(f"comparing it with the evaluated model on {len(wanted.questions)} questions")
        parity = compare(form.load(folder, subject.ref, dtype), wanted)
        if not write_card(subject, wish.form, folder):
            tell("without a model card: the run has no report of what it is now")
        write_record(folder, {**identity, **_record(subject), "parity": parity.as_json()})
    return parity


def up_to_date(subject: Subject, form: str, folder: Path) -> bool:
    """Whether an export lies in a folder as it would be made now, in the type of the evaluation."""
    wanted = {"run": subject.run, "stage": subject.stage, "format": form, **_record(subject)}
    record = read_record(folder)
    same = all(record.get(name) == value for name, value in wanted.items())
    parity = record.get("parity", {})
    same = same and parity.get("dtype") == parity.get("evaluated_dtype")
    return same and is_as_written(folder)


def _saved(
    subject: Subject,
    form: Form,
    folder: Path,
    dtypes: tuple[str, str],
    questions: int,
    tell: Callable[[str], None],
) -> Evaluated:
    """Ask the evaluated model, then save it; it is out of memory when this returns."""
    tell(f"loading {subject.stage} of {subject.run} as it was evaluated ({dtypes[0]})")
    live = load(subject.ref, dtype=dtypes[0])
    model = TransformersModel(live, subject.stage, subject.ref.template)
    wanted = evaluated(model, subject.prompts(questions), subject.decoding)
    tell(f"writing it ({dtypes[1]})")
    form.save(model, subject, folder, dtypes[1])
    return wanted


def _record(subject: Subject) -> dict[str, Any]:
    ref = subject.ref
    return {
        "byeori": byeori.__version__,
        "plan": subject.plan["fingerprint"],
        "model": _fingerprint(subject),
        "base": portable_base(ref),
        "revision": ref.revision,
        "base_fingerprint": ref.base_fingerprint,
        "prompt_template": asdict(ref.template),
        "decoding": subject.decoding.model_dump(mode="json"),
    }


def _fingerprint(subject: Subject) -> str:
    """Of the stage that made the model."""
    made = {entry["id"]: str(entry["fingerprint"]) for entry in subject.plan["stages"]}
    return made[subject.stage]

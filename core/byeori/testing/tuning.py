"""Conformance of tuning methods, on a real model."""

import copy
import hashlib
import math
import os
import tempfile
from collections.abc import Iterable
from contextlib import chdir
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from byeori.components import TuningData, TuningMethod
from byeori.decoding import Decoding
from byeori.errors import ByeoriError, PluginError
from byeori.records import ModelRef
from byeori.testing.rules import Settings, Subject
from byeori.testing.samples import sample_tuning_data, testing_context, tiny_model
from byeori.testing.watching import Access, watched

_FINGERPRINT = "0123456789abcdef"
_REFERENCE = "model.json"


@dataclass(frozen=True)
class _Result:
    """What one call of `tune` left: the finished artifact, and a hash of each of its files."""

    artifacts: Path
    files: dict[str, str]

    def reference(self, base: ModelRef) -> ModelRef:
        from byeori.models.references import read_reference

        file = self.artifacts / _FINGERPRINT / _REFERENCE
        return read_reference(file, artifacts=self.artifacts, base=base)


def check_tuning_method(
    cls: type[TuningMethod[Any]],
    config: Settings = None,
    *,
    model: ModelRef | None = None,
    data: TuningData | None = None,
) -> None:
    """Check that a tuning method keeps its contract, by tuning a model twice.

    Beside what holds for every component: it returns a reference to what it wrote below
    `context.output`, with the model's own base and template; writes nowhere else; the same seed
    gives the same bytes in another folder; the result loads and answers after the folder was
    moved, as a finished stage's is.

    Args:
        cls: the class.
        config: settings for a few steps: enough that something is learnt, few enough to be quick.
        model: an untuned model; `tiny_model()` by default.
        data: what to learn; `sample_tuning_data()` by default. A method that needs models and is
            given none by it gets the untuned one, as often as it needs.

    Raises:
        AssertionError: the first broken rule, with what to change.
    """
    subject = Subject(cls, TuningMethod, config)
    base = model or tiny_model()
    rows = data or sample_tuning_data()
    if cls.needs_models and not rows.models:
        rows = replace(rows, models=(base,) * cls.needs_models)
    before = copy.deepcopy((list(rows.train), list(rows.validation), list(rows.documents)))
    with tempfile.TemporaryDirectory() as folder:
        first = _tune(subject, base, rows, Path(folder) / "first")
        again = _tune(subject, base, rows, Path(folder) / "a second time")
        if before != (list(rows.train), list(rows.validation), list(rows.documents)):
            subject.broken("changes the examples it is given", "copy what you want to change")
        _same_bytes(subject, first.files, again.files)
        _answers(subject, first.reference(base))


def _tune(subject: Subject[Any], base: ModelRef, data: TuningData, root: Path) -> _Result:
    """Tune once in folders like a run's, and move the result as a run does."""
    from byeori.models.references import write_reference

    artifacts, elsewhere = root / "artifacts", root / "elsewhere"
    making = artifacts / ".making" / _FINGERPRINT
    context = testing_context(making)
    elsewhere.mkdir()
    with chdir(elsewhere), watched() as accesses:
        tuned = subject.make().tune(base, data, context)
    _check_reference(subject, tuned, base)
    _check_places(subject, accesses, root, (context.output, context.scratch))
    try:
        write_reference(
            tuned, context.output / _REFERENCE, making=context.output, artifacts=artifacts
        )
    except PluginError as error:
        raise AssertionError(f"{subject.who}: {error}") from error
    context.output.rename(artifacts / _FINGERPRINT)
    return _Result(artifacts, hashes(artifacts / _FINGERPRINT))


def _check_reference(subject: Subject[Any], tuned: object, base: ModelRef) -> None:
    if not isinstance(tuned, ModelRef):
        subject.broken(f"returns {type(tuned).__name__}", "return a byeori.ModelRef from tune()")
    for field in ("base", "revision", "template"):
        if getattr(tuned, field) != getattr(base, field):
            subject.broken(
                f"changes the reference's {field}", "use dataclasses.replace(model, adapters=...)"
            )
    if base.base_fingerprint and tuned.base_fingerprint != base.base_fingerprint:
        subject.broken("changes base_fingerprint", "keep it: adapters are bound to their base")
    if (tuned.adapters, tuned.merged_path) == (base.adapters, base.merged_path):
        subject.broken(
            "returns the model it was given",
            "name what it wrote: a folder in `adapters`, or `merged_path`",
        )


def _check_places(
    subject: Subject[Any], accesses: Iterable[Access], root: Path, allowed: tuple[Path, ...]
) -> None:
    # A relative path is one below the working directory, which was `elsewhere`.
    written = {root / "elsewhere" / access.target for access in accesses if access.writes}
    # Compiled libraries write without an audit event; what they leave here is seen all the same.
    written |= {path for path in root.rglob("*") if path.is_file()}
    temporary = Path(tempfile.gettempdir()).absolute()
    for path in sorted(written):
        if any(path.is_relative_to(folder) for folder in allowed):
            continue
        if path.is_relative_to(root) or not _harmless(path, temporary):
            subject.broken(
                f"writes to {path}", "write below context.output, or context.scratch until it ends"
            )


def _harmless(path: Path, temporary: Path) -> bool:
    """Devices, temporary files, and the caches that libraries keep for themselves."""
    caches = (os.environ.get(name) for name in ("HF_HOME", "TORCH_HOME", "XDG_CACHE_HOME"))
    places = [Path("/dev"), Path("/proc"), temporary, *(Path(name) for name in caches if name)]
    return ".cache" in path.parts or any(path.is_relative_to(place) for place in places)


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by relative path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _same_bytes(subject: Subject[Any], first: dict[str, str], again: dict[str, str]) -> None:
    different = [name for name in sorted(first | again) if first.get(name) != again.get(name)]
    if different:
        subject.broken(
            f"writes other bytes the second time: {', '.join(different[:5])}",
            "seed everything from context.seed; keep times and absolute paths out of its files",
        )


def _answers(subject: Subject[Any], tuned: ModelRef) -> None:
    from byeori.models import TransformersModel, load

    question = sample_tuning_data().train[0]
    try:
        live = TransformersModel(load(tuned), "tuned", tuned.template)
        ((likelihood,),) = live.log_likelihoods([question], [[question.output]])
        live.generate([question], Decoding(max_new_tokens=2))
    except ByeoriError as error:
        raise AssertionError(
            f"{subject.who} wrote a model that cannot be used once the stage is done: {error}"
        ) from error
    if not math.isfinite(likelihood.total):
        subject.broken("makes a model whose answers are not finite", "lower the learning rate")

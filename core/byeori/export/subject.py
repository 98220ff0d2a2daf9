"""What is exported: one model of a finished run, with the questions it was evaluated on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from byeori.asking import Prompt
from byeori.browsing.run_data import read_plan
from byeori.bulk import Rows
from byeori.decoding import Decoding
from byeori.errors import DataError, suggest
from byeori.models.references import read_reference
from byeori.records import Example, Item, ModelRef, PromptTemplate
from byeori.stages.items import ITEMS
from byeori.stages.tuning import MODEL
from byeori.store import Artifact, Workspace
from byeori.store.artifacts import DamagedArtifactError

BASE = "base"


@dataclass(frozen=True)
class Subject:
    """One model of a run.

    Attributes:
        workspace: where the run is.
        plan: the run's `plan.json`.
        stage: id of the tuning stage, or `base`.
        ref: the model.
        dtype: what the model was evaluated in (`float32`), or None where it was not.
        decoding: how its answers were generated when it was evaluated.
    """

    workspace: Workspace
    plan: Mapping[str, Any]
    stage: str
    ref: ModelRef
    dtype: str | None
    decoding: Decoding

    @property
    def run(self) -> str:
        """The run's name, `NAME` or `NAME/VARIANT`."""
        variant = str(self.plan.get("variant") or "")
        return "/".join(part for part in (str(self.plan["name"]), variant) if part)

    def base(self) -> "Subject":
        """The model below it, as the run's base, asked in the same way."""
        return replace(self, stage=BASE, ref=base_of(self.plan, self.ref.template))

    def prompts(self, count: int) -> list[Prompt]:
        """The first questions of the run: of its evaluations in turn, else of its examples.

        Raises:
            DataError: the run has none.
        """
        for kind, file, row_type in _QUESTIONS:
            rows = [
                Rows(_artifact(self.workspace, entry, self.run).path(file), row_type)
                for entry in self.plan["stages"]
                if entry["kind"] == kind
            ]
            if found := list(islice(_in_turn(rows), count)):
                return found
        raise DataError(f"{self.run} has no question to compare answers by; run it again")


_QUESTIONS: tuple[tuple[str, str, type[Any]], ...] = (
    ("items", ITEMS, Item),
    ("split", "test.arrow", Example),
    ("training", "train.arrow", Example),
)


def find_subject(workspace: Workspace, run: str, stage: str = "") -> Subject:
    """The model that a stage of a run made.

    Args:
        workspace: where it ran.
        run: the recipe's name, or `NAME/VARIANT` of a sweep.
        stage: id of a tuning stage; where empty, the one that no other starts from.

    Raises:
        DataError: there is no such run or stage, it is not finished or damaged, or several models
            could be meant.
    """
    plan = read_plan(workspace, run)
    tunings = {entry["id"]: entry for entry in plan["stages"] if entry["kind"] == "tuning"}
    chosen = stage or _last(run, tunings)
    if chosen not in tunings:
        raise DataError(f"{run} has no tuning stage {chosen!r}{suggest(chosen, list(tunings))}")
    artifact = _artifact(workspace, tunings[chosen], run)
    ref = read_reference(
        artifact.path(MODEL),
        artifacts=workspace.artifacts.folder,
        base=base_of(plan, PromptTemplate(name=plan["prompt"])),
    )
    for path in filter(None, (*ref.adapters, ref.merged_path)):
        below = Path(path).relative_to(workspace.artifacts.folder).parts[0]
        _find(workspace, below, run, chosen)
    dtype = _dtype(workspace, plan, chosen)
    return Subject(workspace, plan, chosen, ref, dtype, recipe_decoding(plan))


def base_of(plan: Mapping[str, Any], template: PromptTemplate) -> ModelRef:
    """The run's base model, asked by a template."""
    base = plan["base_model"]
    return ModelRef(
        base=base["path"],
        revision=base["revision"],
        base_fingerprint=base["fingerprint"],
        template=template,
    )


def recipe_decoding(plan: Mapping[str, Any]) -> Decoding:
    """How the run's first evaluation that generates answers does it; the default where none."""
    for entry in plan["stages"]:
        for component in entry["components"] if entry["kind"] == "items" else ():
            config = component["config"]
            told = {n: config[n] for n in Decoding.model_fields if n in config}
            if "max_new_tokens" in told:
                by_recipe = {"sampling_seed": plan["seed"]}
                return Decoding.model_validate(by_recipe | _said(told))
    return Decoding()


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _last(run: str, tunings: Mapping[str, Any]) -> str:
    """The one tuning stage that no other one starts from."""
    used = {name for entry in tunings.values() for name in entry["inputs"]}
    ends = [name for name in tunings if name not in used]
    if not ends:
        raise DataError(f"{run} has no tuning stage; there is nothing but its base model")
    if len(ends) > 1:
        raise DataError(f"{run} made several models: choose one by --stage: {', '.join(ends)}")
    return ends[0]


def _artifact(workspace: Workspace, entry: Mapping[str, Any], run: str) -> Artifact:
    return _find(workspace, entry["fingerprint"], run, entry["id"])


def _find(workspace: Workspace, fingerprint: str, run: str, stage: str) -> Artifact:
    try:
        artifact = workspace.artifacts.find(fingerprint)
    except DamagedArtifactError as error:
        raise DataError(
            f"{run}: {stage} is damaged ({error}); `byeori run` makes it again"
        ) from error
    if artifact is None:
        raise DataError(f"{run}: {stage} is not finished; `byeori run` goes on with it")
    return artifact


def _dtype(workspace: Workspace, plan: Mapping[str, Any], stage: str) -> str | None:
    for entry in plan["stages"]:
        scored = entry["kind"] == "scores" and entry["id"].endswith(f".{stage}")
        artifact = workspace.artifacts.peek(entry["fingerprint"]) if scored else None
        if artifact is not None:
            return str(artifact.counts["computed_in"]).partition(" ")[0]
    return None


def _in_turn(sources: Iterable[Iterable[Prompt]]) -> Iterator[Prompt]:
    """One of each source, then the next of each."""
    waiting = [iter(source) for source in sources]
    while waiting:
        going = []
        for source in waiting:
            if (found := next(source, None)) is not None:
                going.append(source)
                yield found
        waiting = going

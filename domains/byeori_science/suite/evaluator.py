"""The evaluator `science/suite`: several benchmarks, one row for each, and their average."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from byeori import (
    Config,
    Context,
    DataError,
    Diagnostic,
    EvaluationData,
    Evaluator,
    Item,
    Model,
    Score,
)
from byeori_plugins.evaluators import (
    LmEval,
    LmEvalConfig,
    MultipleChoice,
    MultipleChoiceConfig,
)
from byeori_science.suite.benchmarks import BENCHMARKS, place_of

BENCHMARK, ASKED, MISSING = "benchmark", "suite_asked", "suite_missing"
"""Keys of the metadata of items and scores."""


class SuiteConfig(Config):
    """Settings of `science/suite`."""

    folder: Path = Field(
        description="Folder with a file, or a folder of files, for each benchmark: `kmmlu.csv`, "
        "`kobest/`; what `multiple-choice` reads as an exam."
    )
    benchmarks: tuple[str, ...] = Field(
        tuple(BENCHMARKS),
        min_length=1,
        description="Names of the benchmarks, each a file of that name; the paper's nine by "
        "default. Others may stand here.",
    )
    missing: Literal["stop", "name"] = Field(
        "stop",
        description="Where a benchmark has no file: stop before anything is trained, or ask the "
        "others and name it in the average's name and in the report.",
    )
    prompt: Literal["plain", "template"] = Field(
        "plain",
        description="plain: as base models are compared, written as lm-evaluation-harness does. "
        "template: by the prompt the model was tuned with.",
    )
    limit: int | None = Field(
        None, ge=1, description="Most items of each benchmark, drawn by the seed."
    )
    settings: dict[str, dict[str, Any]] = Field(
        {},
        description="By benchmark, further settings of `multiple-choice` (`shots`, `shots_path`, "
        "`scoring`, `data_set` for one of the hub), or of `lm-eval` where `tasks` are named.",
    )

    @field_validator("benchmarks")
    @classmethod
    def _distinct(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value):
            raise ValueError("a benchmark is named twice")
        return value

    @field_validator("settings")
    @classmethod
    def _known(cls, value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        """Each as a whole configuration, its paths resolved as those of any component."""
        names = info.data.get("benchmarks", ())
        if strange := [name for name in value if name not in names]:
            raise ValueError(f"settings of {strange[0]!r}, which is none of {', '.join(names)}")
        found: dict[str, Any] = {}
        for name, given in value.items():
            if "tasks" in given:
                found[name] = LmEvalConfig.model_validate(given, context=info.context)
                continue
            common = {"prompt": info.data.get("prompt"), "shuffle": False}
            # Solved examples need an exam; whether the folder has this one is seen later.
            place = {} if given.keys() & {"path", "data_set"} else {"path": info.data.get("folder")}
            known = {**common, **place, **_known_of(name), **given}
            found[name] = MultipleChoiceConfig.model_validate(known, context=info.context)
        return found


class Suite(Evaluator[SuiteConfig]):
    """Benchmarks of multiple choice: each a metric of its own, and the average over all of them.

    In the average every benchmark counts the same, however many items it has, as in the paper.
    """

    name = "suite"
    version = 1
    config_model = SuiteConfig
    metrics_by_item = True

    def items(self, data: EvaluationData, context: Context) -> Iterable[Item]:
        """The questions of every benchmark, one benchmark after the other.

        Raises:
            DataError: a benchmark has no file and `missing` is `stop`, or none has one.
        """
        parts = self._parts()
        missing = [name for name, part in parts.items() if part is None]
        if missing:
            self._tell(missing, all_of_them=len(missing) == len(parts), context=context)
        nothing = EvaluationData(test=(), documents=())
        about = {ASKED: len(parts), MISSING: missing}
        for name, part in parts.items():
            for item in part.items(nothing, context) if part is not None else ():
                yield replace(item, id="", metadata={**item.metadata, **about, BENCHMARK: name})

    def _tell(self, missing: Sequence[str], *, all_of_them: bool, context: Context) -> None:
        known = [name for name in missing if name in BENCHMARKS]
        closed = [name for name in known if not BENCHMARKS[name].public]
        hint = f"; {' and '.join(closed)} are not public, give files of your own" if closed else ""
        text = f"{self.config.folder}: no file or folder for {', '.join(missing)}{hint}"
        if all_of_them or self.config.missing == "stop":
            way = "" if all_of_them else ", or ask the others alone with `missing: name`"
            raise DataError(f"{text}. Put them there, as NAME.csv or NAME.jsonl{way}")
        context.message(text)

    def _parts(self) -> dict[str, MultipleChoice | LmEval | None]:
        return {name: self._part(name) for name in self.config.benchmarks}

    def _part(self, name: str) -> MultipleChoice | LmEval | None:
        """How one benchmark is asked; None where it is not there."""
        own: Any = self.config.settings.get(name)
        if isinstance(own, LmEvalConfig):
            return LmEval(own)
        if own is None:
            known = {"prompt": self.config.prompt, "shuffle": False, **_known_of(name)}
            own = MultipleChoiceConfig.model_validate(known)
        if own.path in (None, self.config.folder) and own.data_set is None:
            place = place_of(self.config.folder, name)
            if place is None:
                return None
            own = own.model_copy(update={"path": place})
        language = own.language or (BENCHMARKS[name].language if name in BENCHMARKS else "")
        limit = own.limit or self.config.limit
        return MultipleChoice(own.model_copy(update={"language": language, "limit": limit}))

    def score(self, model: Model, items: Sequence[Item], context: Context) -> Iterator[Score]:
        """One score for each item, its metric the name of its benchmark."""
        parts = self._parts()
        by_id = {item.id: item for item in items}
        for name in dict.fromkeys(item.metadata[BENCHMARK] for item in items):
            part = parts[name]
            if part is None:
                raise DataError(f"{self.config.folder}: {name} was there and is gone")
            mine = [item for item in items if item.metadata[BENCHMARK] == name]
            seen: set[str] = set()
            for score in part.score(model, mine, context):
                if score.item_id in seen:
                    continue  # `consistency`, or lm-eval's second metric
                seen.add(score.item_id)
                about = by_id[score.item_id].metadata
                told = {key: about[key] for key in (BENCHMARK, ASKED, MISSING)}
                yield replace(score, metric=name, metadata={**score.metadata, **told})

    def summarise(self, scores: Sequence[Score]) -> Mapping[str, float]:
        """The average; its name says of how many benchmarks where some are missing."""
        values: dict[str, list[float]] = {}
        for score in scores:
            if score.value is not None:
                values.setdefault(score.metric, []).append(score.value)
        if not values:
            return {}
        asked, missing = scores[0].metadata[ASKED], len(scores[0].metadata[MISSING])
        name = f"average of {asked - missing} of {asked}" if missing else "average"
        means = [math.fsum(some) / len(some) for _, some in sorted(values.items())]
        return {name: math.fsum(means) / len(means)}

    def diagnose(self, scores: Mapping[str, Sequence[Score]]) -> Iterable[Diagnostic]:
        """Which benchmarks are missing from the average."""
        for found in scores.values():
            missing = found[0].metadata[MISSING] if found else []
            if missing:
                asked = found[0].metadata[ASKED]
                yield Diagnostic(
                    name="benchmarks asked",
                    value=float(asked - len(missing)),
                    unit=f"of {asked}",
                    count=asked,
                    note=f"Missing: {', '.join(missing)}. The average is not the paper's.",
                )
            return


def _known_of(name: str) -> Mapping[str, Any]:
    return BENCHMARKS[name].settings if name in BENCHMARKS else {}

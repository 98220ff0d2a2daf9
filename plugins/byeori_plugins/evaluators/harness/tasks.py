"""Loads lm-eval's tasks, and keeps which versions and which data they are."""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byeori import DataError
from byeori.errors import suggest

if TYPE_CHECKING:
    from byeori_plugins.evaluators.harness.evaluator import LmEvalConfig

RECORD = "lm-eval.json"
_COMMIT = re.compile(r"@([0-9a-f]{40})/")


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set that a task has loaded.

    Attributes:
        path: hub id, or a format such as `json`.
        name: its configuration, or empty.
        commit: of the hub; empty for local files.
    """

    path: str
    name: str
    commit: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """Tasks that are ready to be asked.

    Attributes:
        tasks: lm-eval's tasks by name, groups flattened.
        groups: lm-eval's groups by name.
        data_sets: what was loaded for them.
        include_path: folder of the user's own tasks, or None.
    """

    tasks: Mapping[str, Any]
    groups: Mapping[str, Any]
    data_sets: tuple[DataSet, ...] = ()
    include_path: Path | None = None

    def commit(self, task: Any) -> str:
        """The commit of the task's data on the hub, or empty."""
        wanted = str(task.DATASET_PATH or ""), str(task.DATASET_NAME or "")
        found = (one.commit for one in self.data_sets if (one.path, one.name) == wanted)
        return next(found, "")

    def write_record(self, folder: Path) -> None:
        """Write `lm-eval.json`: versions of lm-eval and its tasks, and the data they use."""
        record = {
            "lm_eval": installed_version(),
            "tasks": {
                name: {
                    "version": task.VERSION,
                    "num_fewshot": task.get_config("num_fewshot"),
                    "output_type": task.OUTPUT_TYPE,
                    "data_set": task.DATASET_PATH,
                    "data_set_name": task.DATASET_NAME,
                    "commit": self.commit(task),
                }
                for name, task in self.tasks.items()
            },
            "groups": {
                name: {"version": group.version, "members": group.child_names}
                for name, group in self.groups.items()
            },
            "data_sets": [asdict(one) for one in self.data_sets],
        }
        text = json.dumps(record, ensure_ascii=False, indent=2, default=str) + "\n"
        (folder / RECORD).write_text(text, encoding="utf-8")


def installed_version() -> str:
    """lm-eval's version."""
    return version("lm_eval")


def load(config: "LmEvalConfig", commits: Mapping[str, str] | None = None) -> Loaded:
    """The tasks that the settings name, with their data.

    Args:
        config: the evaluator's settings.
        commits: by hub id, the commit its data is to be of; the newest where it names none.

    Raises:
        DataError: there is no such task, or its data cannot be loaded.
    """
    # What it warns of is checked here; an error it logs for every task with an F1 is none.
    logging.getLogger("lm_eval").setLevel(logging.CRITICAL)
    manager = _manager(config.include_path, config.include_defaults)
    names = [name for pattern in config.tasks for name in _matching(manager, pattern)]
    found: list[DataSet] = []
    with _watched(commits or {}, found):
        try:
            loaded = manager.load(list(dict.fromkeys(names)))
        except DataError:
            raise
        except Exception as error:  # a task's file may be wrong in any way
            message = f"lm-eval cannot load {', '.join(names)}: {type(error).__name__}: {error}"
            raise DataError(message) from error
    for task in loaded["tasks"].values():
        _configure(task, config)
    groups = loaded.get("groups") or {}
    return Loaded(loaded["tasks"], groups, tuple(dict.fromkeys(found)), config.include_path)


@lru_cache(maxsize=4)
def _manager(include_path: Path | None, include_defaults: bool) -> Any:
    from lm_eval.tasks import TaskManager

    folder = str(include_path) if include_path else None
    return TaskManager(include_path=folder, include_defaults=include_defaults)


def _matching(manager: Any, pattern: str) -> list[str]:
    names: list[str] = manager.match_tasks([pattern])
    if not names:
        known = manager.all_tasks
        hint = suggest(pattern, known) if len(known) < 20 else _close(pattern, known)
        raise DataError(
            f"lm-eval {installed_version()} has no task {pattern!r}{hint}; "
            "`lm-eval ls tasks` lists them, `include_path` adds your own"
        )
    return names


def _close(pattern: str, known: list[str]) -> str:
    hint = suggest(pattern, known)
    return hint if "did you mean" in hint else ""


def _configure(task: Any, config: "LmEvalConfig") -> None:
    """As `lm_eval.simple_evaluate` does: a task that says 0 examples itself keeps it."""
    own = task.get_config("num_fewshot")
    if own is None or (config.num_fewshot is not None and own != 0):
        task.set_config(key="num_fewshot", value=config.num_fewshot or 0)
    if config.max_new_tokens is not None and task.OUTPUT_TYPE == "generate_until":
        given = dict(task.get_config("generation_kwargs") or {})
        for alias in ("max_new_tokens", "max_tokens", "max_completion_tokens"):
            given.pop(alias, None)
        task.set_config("generation_kwargs", {**given, "max_gen_toks": config.max_new_tokens})


@contextmanager
def _watched(commits: Mapping[str, str], found: list[DataSet]) -> Iterator[None]:
    """Note every data set that is loaded meanwhile, and load it of the commit that is wanted.

    lm-eval hands the data set's commit neither in nor out, so its one way to them is watched.
    """
    import datasets

    original = datasets.load_dataset

    def watched(path: str, name: str | None = None, **others: Any) -> Any:
        if path in commits:
            others.setdefault("revision", commits[path])
        try:
            loaded = original(path=path, name=name, **others)
        except Exception as error:
            raise DataError(_missing(path, name, others, error)) from error
        found.append(DataSet(path, name or "", _commit(loaded)))
        return loaded

    bars = not datasets.are_progress_bars_disabled()
    datasets.load_dataset = watched
    datasets.disable_progress_bars()
    try:
        yield
    finally:
        datasets.load_dataset = original
        if bars:
            datasets.enable_progress_bars()


def _missing(path: str, name: str | None, others: Mapping[str, Any], error: Exception) -> str:
    what = f"the data set {path!r}" + (f", {name!r}" if name else "")
    if "data_files" in others:
        return f"lm-eval cannot load {what} of {others['data_files']}: {error}"
    wanted = f" --revision {others['revision']}" if "revision" in others else ""
    return (
        f"lm-eval needs {what}, which could not be loaded: {type(error).__name__}: {error}. "
        f"Without a network it must have been fetched before: "
        f"`hf download --repo-type dataset {path}{wanted}`, on this machine or with HF_HOME copied "
        "to it; or give a task of your own over local files (`include_path`)"
    )


def _commit(loaded: Any) -> str:
    """The hub's commit, from the addresses of the files that were fetched."""
    parts = loaded.values() if isinstance(loaded, dict) else [loaded]
    for part in parts:
        for address in getattr(part.info, "download_checksums", None) or {}:
            if match := _COMMIT.search(address):
                return match[1]
    return ""

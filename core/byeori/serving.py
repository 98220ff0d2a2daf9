"""The commands that serve an exported model, and what they need."""

import json
import shutil
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from byeori.errors import DataError
from byeori.export.adapter import CONFIG
from byeori.export.subject import Subject
from byeori.models.bases import resolve_base

_ADVICE = {
    "transformers": 'pip install "transformers[serving]"',
    "vllm": "pip install vllm (on Linux with a GPU; see its documentation)",
}
TEMPLATE = "chat_template.jinja"


@dataclass(frozen=True)
class Place:
    """Where a server listens."""

    host: str
    port: int


def find_engine(engine: str) -> str:
    """The path of a server's program: beside this Python, or on PATH.

    Raises:
        DataError: it is not installed, or lacks what it needs to serve.
    """
    beside = Path(sys.executable).with_name(engine)
    found = str(beside) if beside.is_file() else shutil.which(engine)
    lacks = engine == "transformers" and not all(map(find_spec, ("fastapi", "uvicorn")))
    if found is None or lacks:
        what = "it lacks fastapi or uvicorn" if found else f"there is no program {engine!r}"
        raise DataError(f"{engine} cannot serve here: {what}; {_ADVICE[engine]}")
    return found


def serving_command(
    engine: str, program: str, subject: Subject, folder: Path, place: Place
) -> list[str]:
    """What to run, as a list of arguments.

    Args:
        engine: `transformers` or `vllm`.
        program: its path, or its name.
        subject: the model.
        folder: its export: merged, or of its adapter.
        place: where to listen.
    """
    where = ["--host", place.host, "--port", str(place.port)]
    path = str(folder.absolute())
    if engine == "transformers":
        return [program, "serve", path, *where]
    own = ["--chat-template", str(folder.absolute() / TEMPLATE), *_greedy(subject), *where]
    name = f"{subject.run}-{subject.stage}"
    if not (folder / CONFIG).is_file():
        return [program, "serve", path, "--served-model-name", name, *own]
    ref = subject.ref
    rank = json.loads((folder / CONFIG).read_text(encoding="utf-8")).get("r")
    base = [resolve_base(ref.base, ref.revision)]
    base += ["--revision", ref.revision] if ref.revision else []
    lora = ["--enable-lora", "--lora-modules", f"{name}={path}"]
    lora += ["--max-lora-rank", str(_offered(rank))] if isinstance(rank, int) else []
    settings = ["--generation-config", path]
    return [program, "serve", *base, *lora, *settings, *own]


def _greedy(subject: Subject) -> list[str]:
    """vLLM draws at temperature 1 where nothing is said, also if `do_sample` is false."""
    if subject.decoding.do_sample:
        return []
    return ["--override-generation-config", json.dumps({"temperature": 0})]


def _offered(rank: int) -> int:
    """The smallest rank vLLM has room for that holds this one."""
    return next((room for room in (8, 16, 32, 64, 128, 256, 320, 512) if room >= rank), rank)

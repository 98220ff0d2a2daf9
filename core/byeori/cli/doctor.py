"""What `byeori doctor` checks. Needs neither torch nor a network, and prints no secret."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from byeori.plugins import Registry

PYTHON = (3, 11)
PACKAGES = ("torch", "transformers", "peft", "datasets", "pyarrow", "pydantic", "openai", "scipy")
KEYS = ("BYEORI_API_KEY", "OPENAI_API_KEY", "HF_TOKEN")
FREE_BYTES = 2 * 2**30
IMPORT_SECONDS = 120


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        what: its name.
        ok: whether byeori can run with it.
        found: what is there.
        fix: what to do where it is not ok, or a hint.
    """

    what: str
    ok: bool
    found: str
    fix: str = ""


def checks(registry: Registry, workspace: Path) -> list[Check]:
    """Look at everything, in the order a person would."""
    return [
        _python(),
        *(_package(name) for name in PACKAGES),
        *_plugins(registry),
        _workspace(workspace),
        _space(workspace),
        _accelerator(),
        *(_key(name) for name in KEYS),
    ]


def _python() -> Check:
    fix = "" if sys.version_info >= PYTHON else "install Python 3.11 or later"
    return Check("python", not fix, f"{platform.python_version()} at {sys.executable}", fix)


def _package(name: str) -> Check:
    """Import a package in a process of its own: a broken one can crash its process, not ours."""
    try:
        found = version(name)
    except PackageNotFoundError:
        return Check(name, False, "not installed", f"pip install {name}, or `make setup` again")
    command = [sys.executable, "-c", f"import {name}"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=IMPORT_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return Check(name, False, f"{found}, but importing it hangs", f"reinstall {name}")
    if done.returncode == 0:
        return Check(name, True, found)
    lines = done.stderr.decode(errors="replace").strip().splitlines() or ["it ended the process"]
    fix = f"pip install --force-reinstall --no-deps {name}=={found}"
    return Check(name, False, f"{found}, but it does not import: {lines[-1]}", fix)


def _plugins(registry: Registry) -> Iterator[Check]:
    for plugin in registry.plugins:
        found = f"{plugin.distribution} {plugin.version}"
        if plugin.error:
            fix = (
                f"update or uninstall {plugin.distribution}, or switch it off: -p no:{plugin.name}"
            )
            yield Check(f"plugin {plugin.name}", False, f"{found}: {plugin.error}", fix)
        else:
            yield Check(f"plugin {plugin.name}", True, found + ", off" * plugin.blocked)


def _existing(folder: Path) -> Path:
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())


def _workspace(folder: Path) -> Check:
    try:
        with tempfile.TemporaryFile(dir=_existing(folder)):
            return Check("workspace", True, str(folder.absolute()))
    except OSError as error:
        fix = "choose a folder you can write with --workspace"
        return Check("workspace", False, f"{folder.absolute()}: {error.strerror}", fix)


def _space(folder: Path) -> Check:
    free = shutil.disk_usage(_existing(folder)).free
    ok = free > FREE_BYTES
    fix = "" if ok else "free some space, or choose another disk with --workspace"
    return Check("disk", ok, f"{free / 2**30:.1f} GiB free", fix)


def _accelerator() -> Check:
    code = (
        "import torch; n = torch.cuda.device_count(); "
        "print(', '.join(torch.cuda.get_device_name(i) for i in range(n)) or 'none')"
    )
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", code], capture_output=True, timeout=IMPORT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return Check("gpu", True, "unknown: torch hangs")
    found = done.stdout.decode(errors="replace").strip() or "unknown: torch does not import"
    return Check("gpu", True, f"{found}; {os.cpu_count()} CPU cores")


def _key(name: str) -> Check:
    hint = "" if os.environ.get(name) else "only needed by recipes that name it"
    return Check(name, True, "set" if os.environ.get(name) else "not set", hint)

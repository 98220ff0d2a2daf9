"""Artifacts: finished stages, each a folder named by its fingerprint, whole or not there at all.

An artifact is made in `.making/<fingerprint>/output`, listed in a manifest with checksums, fsynced
and renamed into place. `.making/<fingerprint>/scratch` outlives a kill, for checkpoints.
"""

import itertools
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from byeori.store.files import files_below, sha256_of_file, sync_file, write_json

MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True)
class Artifact:
    """A finished stage on disk.

    Attributes:
        folder: where it lies.
        manifest: what made it (stage, component, version, config, inputs, seed), its `counts`,
            and `files` with size and SHA-256.
    """

    folder: Path
    manifest: Mapping[str, Any] = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Hash of everything that went into it."""
        return self.folder.name

    @property
    def counts(self) -> Mapping[str, Any]:
        """Rows kept and dropped, by reason."""
        counts: Mapping[str, Any] = self.manifest["counts"]
        return counts

    def path(self, name: str) -> Path:
        """A file of the artifact."""
        return self.folder / name


@dataclass(frozen=True)
class Making:
    """An artifact that is being made.

    Attributes:
        fingerprint: the name it will have.
        output: empty folder for its files.
        scratch: folder with whatever an earlier, killed attempt left.
    """

    fingerprint: str
    output: Path
    scratch: Path


class DamagedArtifactError(Exception):
    """A file of an artifact is missing or has other content than its manifest says."""


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an artifact's folder.

    Raises:
        DamagedArtifactError: it is missing, garbled, or of another format.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        whole = manifest["format"] == FORMAT and isinstance(manifest["counts"], dict)
        for entry in manifest["files"].values():
            whole = whole and {"size", "sha256"} <= entry.keys()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedArtifactError(f"{folder / MANIFEST}: {error}") from error
    if not whole or not manifest["files"]:
        raise DamagedArtifactError(f"{folder / MANIFEST} is not a manifest of this version")
    return dict(manifest)


class ArtifactStore:
    """The `artifacts/` folder of a workspace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, fingerprint: str) -> Artifact | None:
        """The artifact, if it is there; every file's checksum is compared.

        Raises:
            DamagedArtifactError: it is there but not as it was written.
        """
        folder = self.folder / fingerprint
        if not folder.exists():
            return None
        manifest = read_manifest(folder)
        for name, entry in manifest["files"].items():
            path = folder / name
            if not path.is_file():
                raise DamagedArtifactError(f"{path} is missing")
            if path.stat().st_size != entry["size"] or sha256_of_file(path) != entry["sha256"]:
                raise DamagedArtifactError(f"{path} is not as it was written")
        return Artifact(folder, manifest)

    def peek(self, fingerprint: str) -> Artifact | None:
        """The artifact, if it is there and has a manifest; no checksum is compared."""
        folder = self.folder / fingerprint
        try:
            return Artifact(folder, read_manifest(folder)) if folder.exists() else None
        except DamagedArtifactError:
            return None

    def exists(self, fingerprint: str) -> bool:
        """Whether a folder of that name is there, unchecked."""
        return (self.folder / fingerprint).is_dir()

    def set_aside(self, fingerprint: str) -> Path:
        """Move a damaged artifact to `.damaged/`, so that it can be made again."""
        folder = self.folder / ".damaged"
        folder.mkdir(parents=True, exist_ok=True)
        number = next(n for n in itertools.count() if not (folder / f"{fingerprint}-{n}").exists())
        return (self.folder / fingerprint).rename(folder / f"{fingerprint}-{number}")

    def tidy(self) -> None:
        """Remove what a kill between renaming an artifact and clearing its scratch left."""
        for folder in (self.folder / ".making").glob("*"):
            if self.exists(folder.name):
                shutil.rmtree(folder)

    def start(self, fingerprint: str) -> Making:
        """Open the folders to make an artifact in; scratch keeps what a killed attempt left."""
        folder = self.folder / ".making" / fingerprint
        output, scratch = folder / "output", folder / "scratch"
        if output.exists():
            shutil.rmtree(output)
        output.mkdir(parents=True)
        scratch.mkdir(exist_ok=True)
        return Making(fingerprint, output, scratch)

    def finish(self, making: Making, manifest: Mapping[str, Any]) -> Artifact:
        """Write the manifest, fsync everything, and rename the folder into place."""
        files = files_below(making.output)
        listed = {
            path.relative_to(making.output).as_posix(): {
                "sha256": sha256_of_file(path),
                "size": path.stat().st_size,
            }
            for path in files
        }
        whole = {"format": FORMAT, **manifest, "files": listed}
        for path in files:
            sync_file(path)
        write_json(making.output / MANIFEST, whole)
        for folder in sorted({path.parent for path in files}):
            sync_file(folder)
        final = making.output.rename(self.folder / making.fingerprint)
        sync_file(self.folder)
        shutil.rmtree(making.scratch.parent)
        return Artifact(final, json.loads((final / MANIFEST).read_text(encoding="utf-8")))

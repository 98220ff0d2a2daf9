import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from byeori import ModelRef, PromptTemplate
from byeori.models import (
    ModelError,
    base_fingerprint,
    base_reference,
    bases,
    builtin_bases,
    check_base,
    folder_fingerprint,
    load,
    load_outline,
    local_folder,
    resolve_base,
)

PLAIN = PromptTemplate(name="plain", template="{{ instruction }}")
TINY = ModelRef(base="builtin:tiny", template=PLAIN)
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def builtins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package folder with two built-in models, which are empty but for their names."""
    for name in ("tiny", "small"):
        folder = tmp_path / "builtin" / name
        folder.mkdir(parents=True)
        (folder / "config.json").write_text("{}")
        (folder / "model.safetensors").write_bytes(b"")
    monkeypatch.setattr(bases, "_builtin_folder", lambda: tmp_path / "builtin")
    return tmp_path / "builtin"


def test_importing_the_package_imports_nothing_heavy() -> None:
    import subprocess
    import sys

    heavy = ["torch", "transformers", "peft", "datasets", "safetensors", "pyarrow", "numpy"]
    code = f"import sys, byeori.models; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_builtin_is_a_folder_of_the_package(builtins: Path) -> None:
    assert builtin_bases() == ["small", "tiny"]
    assert check_base("builtin:tiny") is None
    assert resolve_base("builtin:tiny") == str(builtins / "tiny")


@pytest.mark.parametrize(
    ("base", "revision", "message"),
    [
        ("builtin:tinny", None, "did you mean builtin:tiny?"),
        ("builtin:zzz", None, "there are: small, tiny"),
        ("builtin:tiny", "v1", "a built-in model has no revision"),
        ("", None, "the base model is empty"),
        ("./nowhere", None, "does not exist; give a folder that holds a model"),
        ("owner/name", None, "a hub id needs a revision"),
        ("owner/name", "main", "'main' moves"),
        ("owner/name", " ", "' ' moves"),
        ("./folder", COMMIT, "only a hub id such as owner/name has a revision"),
        ("a/b/c", COMMIT, "only a hub id"),
        ("../escape", COMMIT, "only a hub id"),
    ],
)
def test_a_wrong_base_is_told_at_plan_time(
    builtins: Path, tmp_path: Path, base: str, revision: str | None, message: str
) -> None:
    found = check_base(base, revision, tmp_path)
    assert found is not None
    assert message in found
    with pytest.raises(ModelError, match="base model"):
        resolve_base(base, revision, tmp_path)


def test_a_hub_id_with_a_revision_passes_without_a_look_at_the_network() -> None:
    assert check_base("owner/name", COMMIT) is None
    assert check_base("gpt2", "v1.0") is None
    assert resolve_base("owner/name", COMMIT) == "owner/name"
    ref = base_reference("owner/name", COMMIT, None, PLAIN)
    assert ref.base_fingerprint == f"owner/name@{COMMIT}"


def test_a_hub_model_that_cannot_be_fetched_is_a_clear_error(tmp_path: Path) -> None:
    # Tests run with the hub switched off.
    with pytest.raises(ModelError, match=r"owner/name@0123.*not in the cache and could not"):
        local_folder(ModelRef(base="owner/name", revision=COMMIT, template=PLAIN))


def no_download(*arguments: object, **settings: object) -> str:
    if settings.get("local_files_only"):
        raise FileNotFoundError("not in the cache")
    raise AssertionError("a model is downloaded")


def test_a_tag_becomes_its_commit_and_nothing_is_downloaded_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def model_info(self: object, base: str, revision: str) -> SimpleNamespace:
        asked.append((base, revision))
        return SimpleNamespace(sha=COMMIT)

    monkeypatch.setattr("huggingface_hub.HfApi.model_info", model_info)
    monkeypatch.setattr("huggingface_hub.snapshot_download", no_download)
    ref = base_reference("owner/name", "v1.0", None, PLAIN)
    assert (ref.revision, ref.base_fingerprint) == (COMMIT, f"owner/name@{COMMIT}")
    assert asked == [("owner/name", "v1.0")]


def test_a_tag_in_the_cache_is_known_without_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = tmp_path / "models--owner--name"
    (cached / "snapshots" / COMMIT).mkdir(parents=True)
    (cached / "refs").mkdir()
    (cached / "refs" / "v1.0").write_text(COMMIT)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert base_reference("owner/name", "v1.0", None, PLAIN).revision == COMMIT


@pytest.mark.parametrize("error", [OSError("no route"), RuntimeError("of an HTTP library"), None])
def test_a_tag_that_nobody_knows_is_a_clear_error(
    monkeypatch: pytest.MonkeyPatch, error: Exception | None
) -> None:
    def model_info(*arguments: object, **settings: object) -> SimpleNamespace:
        if error is not None:
            raise error
        return SimpleNamespace(sha=None)

    monkeypatch.setattr("huggingface_hub.HfApi.model_info", model_info)
    monkeypatch.setattr("huggingface_hub.snapshot_download", no_download)
    with pytest.raises(ModelError, match=r"owner/name@v1\.0: not in the cache and could not be"):
        base_reference("owner/name", "v1.0", None, PLAIN)


def test_an_outline_of_a_hub_model_fetches_its_configuration_and_no_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def download(base: str, *, allow_patterns: list[str], **settings: object) -> str:
        asked.append(allow_patterns)
        shutil.copytree(local_folder(TINY), tmp_path / "fetched", ignore=no_weights)
        return str(tmp_path / "fetched")

    no_weights = shutil.ignore_patterns("*.safetensors")
    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    hub = ModelRef(base="owner/name", revision=COMMIT, template=PLAIN)
    outline, whole = load_outline(hub, dtype="float32").model, load(TINY).model
    assert {weight.device.type for weight in outline.parameters()} == {"meta"}
    shapes = [{n: w.shape for n, w in m.named_parameters()} for m in (outline, whole)]
    assert shapes[0] == shapes[1]
    (patterns,) = asked
    assert "*.json" in patterns
    assert not any("safetensors" in pattern for pattern in patterns)


def test_a_relative_folder_is_relative_to_the_recipe(base: Path) -> None:
    assert check_base("base", None, base.parent) is None
    assert resolve_base("base", None, base.parent) == str(base.resolve())
    ref = base_reference("base", None, base.parent, PLAIN)
    assert (ref.base, ref.base_fingerprint) == (str(base.resolve()), folder_fingerprint(base))


@pytest.mark.parametrize(
    ("removed", "added", "message"),
    [
        ("config.json", None, "has no config.json"),
        ("model.safetensors", None, r"has no \*.safetensors"),
        ("model.safetensors", "pytorch_model.bin", "pickled weights only"),
        ("tokenizer.json", None, "has no tokenizer"),
    ],
)
def test_an_incomplete_folder_says_what_is_missing(
    base: Path, removed: str, added: str | None, message: str
) -> None:
    (base / removed).unlink()
    if added:
        (base / added).write_bytes(b"")
    with pytest.raises(ModelError, match=message):
        resolve_base(str(base))


def test_a_file_is_not_a_model_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "is a file" in str(check_base("file", None, tmp_path))


def test_the_fingerprint_follows_content_and_not_place(
    base: Path, built_bases: Callable[..., Path]
) -> None:
    before = folder_fingerprint(base)
    assert before == folder_fingerprint(built_bases())
    assert before.startswith("sha256:")
    (base / "README.md").write_text("says nothing")
    assert folder_fingerprint(base) == before
    weights = bytearray((base / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (base / "model.safetensors").write_bytes(weights)
    assert folder_fingerprint(base) != before


def test_a_reference_with_a_merged_model_has_its_fingerprint(
    base: Path, built_bases: Callable[..., Path]
) -> None:
    other = built_bases("llama", 7)
    ref = ModelRef(base=str(base), merged_path=str(other), template=PLAIN)
    assert base_fingerprint(ref) == folder_fingerprint(other) != folder_fingerprint(base)
    gone = ModelRef(base=str(base), merged_path=str(base / "gone"), template=PLAIN)
    with pytest.raises(ModelError, match="merged model"):
        local_folder(gone)

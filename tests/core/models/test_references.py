"""References on disk say what a model is, not where its base lay when it was written."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from byeori import ModelRef
from byeori.models import ModelError, folder_fingerprint
from byeori.models.references import portable_base, read_reference, write_reference

Reference = Callable[..., ModelRef]


@pytest.fixture
def written(base: Path, tmp_path: Path, reference: Reference) -> tuple[Path, Path]:
    """The file of a reference to a tuned model, and the folder of all artifacts."""
    artifacts = tmp_path / "artifacts"
    making = artifacts / ".making" / "abc" / "output"
    (making / "adapter").mkdir(parents=True)
    ref = reference(base, adapters=(str(making / "adapter"),))
    write_reference(ref, making / "model.json", making=making, artifacts=artifacts)
    making.rename(artifacts / "abc")
    return artifacts / "abc" / "model.json", artifacts


def test_a_reference_is_read_though_its_base_and_workspace_were_moved(
    written: tuple[Path, Path], base: Path, tmp_path: Path, reference: Reference
) -> None:
    file, artifacts = written
    assert str(tmp_path) not in file.read_text()
    elsewhere = base.rename(tmp_path / "another place")
    moved = artifacts.rename(tmp_path / "moved")
    known = replace(reference(elsewhere), base_fingerprint=folder_fingerprint(elsewhere))
    found = read_reference(moved / "abc" / file.name, artifacts=moved, base=known)
    assert found == replace(known, adapters=(str(moved / "abc" / "adapter"),))


def test_a_base_whose_fingerprint_nobody_noted_is_looked_at(
    written: tuple[Path, Path], base: Path, reference: Reference
) -> None:
    file, artifacts = written
    found = read_reference(file, artifacts=artifacts, base=reference(base))
    assert found.base_fingerprint == folder_fingerprint(base)


def test_a_reference_to_another_base_is_refused_with_both_named(
    written: tuple[Path, Path], built_bases: Callable[..., Path], base: Path, reference: Reference
) -> None:
    file, artifacts = written
    other = built_bases("llama", 7)
    with pytest.raises(ModelError) as caught:
        read_reference(file, artifacts=artifacts, base=reference(other))
    for part in (folder_fingerprint(base), folder_fingerprint(other)):
        assert part in str(caught.value)


def test_a_portable_base_is_a_name_or_the_content_of_a_folder_and_never_of_what_replaced_it(
    base: Path, built_bases: Callable[..., Path], reference: Reference
) -> None:
    merged = reference(base, merged_path=str(built_bases("llama", 7)))
    assert portable_base(merged) == folder_fingerprint(base)
    assert portable_base(replace(merged, base="builtin:tiny")) == "builtin:tiny"
    assert portable_base(replace(merged, base="owner/name", revision="0" * 40)) == "owner/name"


def test_the_base_is_noted_where_a_full_model_took_its_place(
    base: Path, tmp_path: Path, built_bases: Callable[..., Path], reference: Reference
) -> None:
    artifacts = tmp_path / "artifacts"
    model = Path(shutil.copytree(built_bases("llama", 7), artifacts / "abc" / "model"))
    ref = reference(base, merged_path=str(model))
    file = artifacts / "abc" / "model.json"
    write_reference(ref, file, making=artifacts / ".making", artifacts=artifacts)
    assert json.loads(file.read_text())["base_fingerprint"] == folder_fingerprint(base)

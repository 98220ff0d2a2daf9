"""The licence of a base, as its own card names it."""

from pathlib import Path

import pytest
from huggingface_hub import constants

from byeori.models.licences import base_licence
from byeori.records import ModelRef, PromptTemplate

TEMPLATE = PromptTemplate(name="plain", template="{{ instruction }}")


def licence_of(folder: Path, card: str) -> str:
    (folder / "README.md").write_text(card, encoding="utf-8")
    return base_licence(ModelRef(base=str(folder), template=TEMPLATE))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "model.safetensors").write_text("")
    return tmp_path


def test_a_folders_card_names_its_licence(folder: Path) -> None:
    assert licence_of(folder, "---\nlicense: cc-by-nc-4.0\n---\n# Base\n") == "cc-by-nc-4.0"
    own = "---\nlicense: other\nlicense_name: gemma-terms\n---\n"
    assert licence_of(folder, own) == "gemma-terms"
    assert licence_of(folder, "---\nlicense: other\n---\n") == "other"


def test_without_a_word_of_the_card_nothing_is_claimed(folder: Path) -> None:
    for card in ("# no metadata", "---\nlanguage: ko\n---\n", "---\n: : [\n---\n", ""):
        assert licence_of(folder, card) == "", card
    (folder / "README.md").unlink()
    assert base_licence(ModelRef(base=str(folder), template=TEMPLATE)) == ""


def test_the_model_that_comes_with_byeori_has_a_licence() -> None:
    assert base_licence(ModelRef(base="builtin:tiny", template=TEMPLATE)) == "apache-2.0"


def test_a_base_of_the_hub_is_read_from_the_cache_and_asks_no_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = "c" * 40
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    ref = ModelRef(base="owner/base", revision=commit, template=TEMPLATE)
    assert base_licence(ref) == ""
    snapshot = tmp_path / "models--owner--base" / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (snapshot / "README.md").write_text("---\nlicense: llama3.2\n---\n")
    assert base_licence(ref) == "llama3.2"

"""A model that was tuned elsewhere is a stage like any other."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from byeori import DataError
from byeori.models import resolve_base
from byeori.testing import check_tuning_method, sample_tuning_data, testing_context, tiny_model
from byeori_plugins.tuning.methods.existing import Existing, ExistingConfig


def test_a_folder_with_a_model_is_taken_whole() -> None:
    check_tuning_method(Existing, {"folder": resolve_base("builtin:tiny")})


def test_its_place_is_named_once_and_for_all() -> None:
    for settings in ({}, {"folder": "x", "hub": "a/b"}, {"hub": "a/b"}, {"revision": "0" * 40}):
        with pytest.raises(ValidationError):
            ExistingConfig.model_validate(settings)
    assert ExistingConfig(hub="a/b", revision="0" * 40).hub == "a/b"


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no config\.json"):
        Existing(ExistingConfig(folder=tmp_path)).tune(
            tiny_model(), sample_tuning_data(), testing_context(tmp_path / "run")
        )

"""Building the base model: reproducible to the byte."""

import json

import pytest

from byeori_plugins.base_model.build import Settings, build

SMALL = Settings(
    vocabulary=400, tokenizer_texts=60, hidden=16, intermediate=24, layers=1, heads=2, context=64,
    row_length=32, rows=4, long_every=2, warmup=1, threads=1,
)  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folders = [tmp_path_factory.mktemp(name) for name in ("one", "two", "other")]
    for folder, seed in zip(folders, (1, 1, 2), strict=True):
        build(folder, steps=3, seed=seed, settings=SMALL)
    return [{path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders]


def test_the_same_call_writes_the_same_bytes(built):
    one, two, _ = built
    assert one == two


def test_another_seed_gives_another_model(built):
    one, _, other = built
    assert one["model.safetensors"] != other["model.safetensors"]


def test_everything_a_model_needs_is_written(built):
    assert set(built[0]) >= {
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
        "MODEL_CARD.md",
        "training.json",
    }


def test_the_record_says_how_it_was_made(built):
    record = json.loads(built[0]["training.json"])
    assert (record["steps"], record["seed"]) == (3, 1)
    assert record["final_loss"] > 0
    assert "python -c" in built[0]["MODEL_CARD.md"].decode()


def test_progress_says_the_loss_and_the_time_left(tmp_path, capsys):
    build(tmp_path / "new" / "folder", steps=1, settings=SMALL)
    assert "step 1/1  loss" in capsys.readouterr().out

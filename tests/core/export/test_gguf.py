"""GGUF files by llama.cpp's own converter, where it is at hand, read again by transformers."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from byeori import Item
from byeori.export.converter import convert, find_converter
from byeori.export.errors import ExportError
from byeori.export.evaluated import evaluated
from byeori.export.gguf_file import load_gguf, metadata, save_gguf
from byeori.export.parity import ParityError, compare
from byeori.export.subject import Subject, find_subject
from byeori.models import TransformersModel, load
from byeori.records import ModelRef
from byeori.store import Workspace
from byeori_plugins.prompts import ALPACA


@pytest.fixture(autouse=True)
def converter() -> Path:
    try:
        return find_converter()
    except ExportError as error:
        pytest.skip(str(error))


def save_tokenizer(folder: Path) -> None:
    """A tokenizer of the kind of Llama 2, whose vocabulary the converter reads by itself."""
    from tokenizers import Tokenizer, decoders, models, normalizers, processors
    from transformers import PreTrainedTokenizerFast

    names = ["<unk>", "<s>", "</s>", *(f"<0x{i:02X}>" for i in range(256)), "▁"]
    names += [chr(c) for c in range(33, 127)]
    made = Tokenizer(
        models.BPE({n: i for i, n in enumerate(names)}, [], byte_fallback=True, unk_token="<unk>")
    )
    made.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    made.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 1)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    ).save_pretrained(folder)


@pytest.fixture
def small(town: Workspace, tmp_path: Path) -> Subject:
    """A random Llama with such a tokenizer."""
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    folder = tmp_path / "small"
    save_tokenizer(folder)
    size = len(AutoTokenizer.from_pretrained(folder))
    common = {"vocab_size": size, "bos_token_id": 1, "eos_token_id": 2}
    shape = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2}
    with torch.random.fork_rng():
        torch.manual_seed(5)
        config = LlamaConfig(**common, **shape, num_attention_heads=4, num_key_value_heads=2)
        model = LlamaForCausalLM(config)
        for weight in model.parameters():
            if weight.dim() > 1:
                torch.nn.init.normal_(weight, std=0.3)
    model.save_pretrained(folder)
    ref = ModelRef(base=str(folder), template=ALPACA)
    return replace(find_subject(town, "town", "lora"), stage="small", ref=ref)


QUESTIONS = [Item(instruction="What is iron?"), Item(instruction="Why?", input="It rusts.")]


def pieces(small: Subject, folder: Path, dtype: str) -> tuple[Any, TransformersModel]:
    model = TransformersModel(load(small.ref), "small", ALPACA)
    wanted = evaluated(model, QUESTIONS, small.decoding)
    folder.mkdir()
    save_gguf(model, small, folder, dtype)
    return wanted, model


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_gguf_file_answers_like_the_model_it_was_made_of(
    small: Subject, tmp_path: Path, dtype: str
) -> None:
    wanted, _ = pieces(small, tmp_path / "out", dtype)
    parity = compare(load_gguf(tmp_path / "out", small.ref, dtype), wanted)
    assert parity.questions == 2
    if dtype == "float32":
        assert parity.same_top_tokens == parity.tokens
    written = metadata(tmp_path / "out" / "model.gguf")
    assert written["tokenizer.ggml.eos_token_id"] == 2
    assert "### Instruction" in written["tokenizer.chat_template"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["model.gguf"]


def test_a_gguf_file_of_another_model_is_caught(small: Subject, tmp_path: Path) -> None:
    wanted, _ = pieces(small, tmp_path / "out", "float32")
    merged = tmp_path / "out" / "merged"
    live: Any = load(small.ref).model
    live.model.layers[0].mlp.down_proj.weight.data *= 1.3
    settings = live.generation_config
    live.save_pretrained(merged)
    settings.eos_token_id = 2
    (tmp_path / "out" / "model.gguf").unlink()
    convert(merged, tmp_path / "out" / "model.gguf", "float32")
    with pytest.raises(ParityError, match=r"nats off|the likeliest"):
        compare(load_gguf(tmp_path / "out", small.ref, "float32"), wanted)


def test_a_tokenizer_the_converter_does_not_know_is_refused_in_its_words(
    town: Workspace, tmp_path: Path
) -> None:
    lora = find_subject(town, "town", "lora")
    model = TransformersModel(load(lora.ref), "lora", lora.ref.template)
    with pytest.raises(ExportError, match="could not convert the model") as caught:
        save_gguf(model, lora, tmp_path, "float32")
    assert "pre-tokenizer" in str(caught.value)

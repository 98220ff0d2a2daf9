"""Tiny random models of several shapes, with a tokenizer, built once a session."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from byeori import ModelRef, PromptTemplate

TEXTS = [
    "Below is an instruction. Write a response that answers the question about an element.",
    "원소 기호는 무엇인가요? 물 분자에서 수소와 산소는 공유결합으로 연결되어 있습니다.",
    "The symbol of hydrogen is H. The symbol of oxygen is O. Iron melts at 1538 degrees.",
    "0123456789 A B C D question answer choice response instruction input",
]
PLAIN = PromptTemplate(
    name="plain", template="Q: {{ instruction }}{% if input %} {{ input }}{% endif %}\nA: "
)
SHAPES = ("llama", "gpt2", "bloom")


def _save_tokenizer(folder: Path, bos: bool) -> None:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    if bos:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A", special_tokens=[("<s>", 0)]
        )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>"
    ).save_pretrained(folder)


def _config(shape: str) -> object:
    from transformers import BloomConfig, GPT2Config, LlamaConfig

    common = {"vocab_size": 400, "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": None}
    if shape == "gpt2":
        return GPT2Config(n_embd=32, n_layer=2, n_head=4, n_positions=160, **common)
    if shape == "bloom":
        return BloomConfig(hidden_size=32, n_layer=2, n_head=4, **common)
    return LlamaConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=160,
        tie_word_embeddings=False,
        **common,
    )


def _build(shape: str, folder: Path, seed: int) -> Path:
    import torch
    from transformers import AutoModelForCausalLM

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = AutoModelForCausalLM.from_config(_config(shape))
        for parameter in model.parameters():
            if parameter.dim() > 1:  # the usual 0.02 makes all answers alike
                torch.nn.init.normal_(parameter, std=0.3)
    model.save_pretrained(folder)
    _save_tokenizer(folder, bos=shape == "llama")
    return folder


@pytest.fixture(scope="session")
def built_bases(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A function that gives the folder of a tiny model; not to be written to."""
    made: dict[tuple[str, int], Path] = {}

    def get(shape: str = "llama", seed: int = 0) -> Path:
        if (shape, seed) not in made:
            made[shape, seed] = _build(shape, tmp_path_factory.mktemp(f"{shape}{seed}"), seed)
        return made[shape, seed]

    return get


@pytest.fixture
def base(built_bases: Callable[..., Path], tmp_path: Path) -> Path:
    """A tiny Llama in a folder of the test's own."""
    return Path(shutil.copytree(built_bases(), tmp_path / "base"))


@pytest.fixture
def reference() -> Callable[..., ModelRef]:
    """A function from a folder to a reference with the plain template."""

    def make(folder: Path, **values: object) -> ModelRef:
        return ModelRef(base=str(folder), template=PLAIN, **values)  # type: ignore[arg-type]

    return make


@pytest.fixture
def train_adapter() -> Callable[..., Path]:
    """A function that saves a random LoRA or IA3 adapter of a base, with its record."""

    def make(base: Path, folder: Path, kind: str = "lora", seed: int = 1) -> Path:
        import torch
        from peft import IA3Config, LoraConfig, get_peft_model
        from transformers import AutoModelForCausalLM

        from byeori.models import folder_fingerprint, write_adapter_record

        model = AutoModelForCausalLM.from_pretrained(str(base))
        targets = ["q_proj", "v_proj", "down_proj"]
        if kind == "lora":
            config = LoraConfig(r=4, target_modules=targets, task_type="CAUSAL_LM")
        else:
            config = IA3Config(
                target_modules=targets, feedforward_modules=["down_proj"], task_type="CAUSAL_LM"
            )
        attached = get_peft_model(model, config)
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            for name, parameter in attached.named_parameters():
                if parameter.requires_grad:
                    mean = 1.0 if "ia3" in name else 0.0
                    torch.nn.init.normal_(parameter, mean=mean, std=0.2)
        attached.save_pretrained(folder)
        write_adapter_record(folder, folder_fingerprint(base))
        return folder

    return make

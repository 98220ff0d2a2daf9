"""A tiny Llama with random weights, made once, and examples for it."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from byeori import Context, Document, Example, ModelRef, PromptTemplate, Reject, TuningData
from byeori_plugins.prompts import ALPACA
from byeori_plugins.tuning import IA3, Full, Lora, Pretraining

SHORT = PromptTemplate(name="short", template="Q: {{ instruction }}\nA: ")


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved Llama: hidden size 32, 2 layers, byte-level BPE, bos, and the end token as pad."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=320, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet
    )
    core.train_from_iterator([ALPACA.template, "철의 원자 번호는 26이다."] * 4, trainer)
    core.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 0)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, bos_token="<s>", eos_token="</s>", pad_token="</s>"
    )
    torch.manual_seed(1)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=1,
            max_position_embeddings=512,
            bos_token_id=0,
            eos_token_id=1,
        )
    )
    folder = tmp_path_factory.mktemp("model") / "tiny"
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


FAMILIES = ("llama", "mistral", "qwen3", "gemma3_text", "gpt_neox", "bloom")


def _shape(family: str, vocabulary: int) -> Any:
    """A configuration of 2 layers, hidden size 64 (the least for 4 bits), windows of 16 or none."""
    from transformers import AutoConfig

    common = {"vocab_size": vocabulary, "hidden_size": 64, "bos_token_id": 0, "eos_token_id": 1}
    common |= {"pad_token_id": None}
    if family == "bloom":
        return AutoConfig.for_model(family, n_layer=2, n_head=4, **common)
    common |= {"num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 128}
    common |= {"max_position_embeddings": 512}
    if family == "gpt_neox":
        return AutoConfig.for_model(family, **common)
    common |= {"num_key_value_heads": 2}
    if family in ("qwen3", "gemma3_text"):
        common |= {"head_dim": 8}
    if family in ("mistral", "gemma3_text"):
        common |= {"sliding_window": 16}
    if family == "gemma3_text":
        common |= {"layer_types": ["sliding_attention", "full_attention"]}
    return AutoConfig.for_model(family, **common)


@pytest.fixture(scope="session")
def family_folder(
    model_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """A function from one of `FAMILIES` to the folder of a tiny model; not to be written to."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    @functools.cache
    def build(family: str) -> Path:
        tokenizer = AutoTokenizer.from_pretrained(str(model_folder))
        with torch.random.fork_rng():
            torch.manual_seed(2)
            model = AutoModelForCausalLM.from_config(_shape(family, len(tokenizer)))
            for weight in model.parameters():
                if weight.dim() > 1:  # the usual 0.02 makes all answers alike
                    torch.nn.init.normal_(weight, std=0.2)
        folder = tmp_path_factory.mktemp("family") / family
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return folder

    return build


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def ref(model_folder: Path) -> ModelRef:
    return ModelRef(base=str(model_folder), template=SHORT)


def examples(count: int) -> list[Example]:
    return [
        Example(
            instruction=f"What is {n} plus {n}?" if n % 2 else f"{n} 더하기 {n}은?",
            output=f"It is {2 * n}." if n % 2 else f"{2 * n}이다. " + "네. " * (n % 5),
            language="en" if n % 2 else "ko",
            task="sum",
            document_id=f"d{n // 3}",
            id=f"e{n}",
        )
        for n in range(count)
    ]


def split(count: int) -> TuningData:
    rows = examples(count)
    return TuningData(train=rows[: count - 5], validation=rows[count - 5 :], documents=[])


def twelve_documents() -> TuningData:
    """Twelve documents, one of them longer than 48 tokens; two for validation, one for the test."""
    texts = [
        f"원소 {n}의 이름은 없다. Element {n} has {n * n} names. " * (1 + n % 3) for n in range(11)
    ]
    texts.append("긴 글이다. A long text. " * 12)
    rows = [Document(text=text, id=f"d{n}", language="ko") for n, text in enumerate(texts)]
    held_out = {"d1": "validation", "d2": "validation", "d3": "test"}
    return TuningData([], [], rows, held_out=held_out)


@pytest.fixture
def corpus() -> TuningData:
    return twelve_documents()


@pytest.fixture
def data() -> TuningData:
    return split(22)


@pytest.fixture
def rejects() -> list[Reject]:
    return []


@pytest.fixture
def context_in(tmp_path: Path, rejects: list[Reject]) -> Callable[[str], Context]:
    """Makes contexts, each with its own folders."""

    def make(name: str = "run", seed: int = 7) -> Context:
        output, scratch = tmp_path / name / "output", tmp_path / name / "scratch"
        output.mkdir(parents=True)
        scratch.mkdir()
        return Context("lora", seed, output, scratch, on_reject=rejects.append)

    return make


@pytest.fixture
def context(context_in: Callable[[str], Context]) -> Context:
    return context_in("run")


METHOD_CLASSES = {"lora": Lora, "ia3": IA3, "full": Full, "pretraining": Pretraining}


def method_of(name: str, **settings: object) -> Lora | IA3 | Full:
    """A method by name: short, and with a learning rate that changes things."""
    method = METHOD_CLASSES[name]
    base = {"max_steps": 6, "learning_rate": 1e-2, "batch_size": 4, "micro_batch_size": 2}
    if "epochs" in settings:
        del base["max_steps"]
    return method(method.config_model.model_validate({**base, **settings}))


@pytest.fixture
def make_method() -> Callable[..., Lora | IA3 | Full]:
    return method_of


@dataclass(frozen=True)
class Tuned:
    """What one method made of the tiny model; tests only read it."""

    base: ModelRef
    result: ModelRef
    output: Path
    data: TuningData


@pytest.fixture(scope="session")
def tuned_by(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Tuned]:
    """Tunes the tiny model by a method, once in a session for the same settings."""

    @functools.cache
    def tune(name: str, **settings: object) -> Tuned:
        folder = tmp_path_factory.mktemp(name)
        (folder / "output").mkdir()
        base, data = ModelRef(base=str(model_folder), template=SHORT), split(22)
        context = Context(name, 7, folder / "output", folder / "scratch")
        result = method_of(name, **settings).tune(base, data, context)
        return Tuned(base, result, context.output, data)

    return tune


@pytest.fixture
def folder_bytes() -> Callable[[Path], dict[str, bytes]]:
    """Reads every file below a folder."""

    def read(folder: Path) -> dict[str, bytes]:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    return read


@pytest.fixture
def interrupted_at(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Tunes until a step's checkpoint is there, and is interrupted then."""
    from byeori_plugins.tuning.training.conductor import Conductor

    commit = Conductor.on_save

    def run(step: int, method: Any, base: ModelRef, data: TuningData, context: Context) -> None:
        def interrupting(self: Any, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            commit(self, args, state, control, **kwargs)
            if state.global_step == step:
                raise KeyboardInterrupt

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(Conductor, "on_save", interrupting)
            method.tune(base, data, context)

    return run

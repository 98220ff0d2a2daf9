"""A random-weight Llama, a tokenizer of whole words, and examples that are the same everywhere."""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from byeori import Example, PromptTemplate

VOCABULARY = 32_000
MAX_LENGTH = 1024
TEMPLATE = PromptTemplate(name="document", template="{{ input }} {{ instruction }} ")
EXAMPLES_PER_DOCUMENT = (2, 3, 4)
"""In turn, so that a document has three on average."""


@dataclass(frozen=True)
class Shape:
    """Sizes of a Llama; the vocabulary is `VOCABULARY`, input and output embeddings are separate.

    Attributes:
        dtype: of the saved weights, and of the arithmetic.
    """

    hidden: int
    intermediate: int
    layers: int
    heads: int
    dtype: str


SHAPES = {
    "small": Shape(256, 688, 8, 4, "float32"),
    "llama-2-7b": Shape(4096, 11008, 32, 32, "bfloat16"),
}


def build_model(folder: Path, shape: Shape, device: str) -> None:
    """Save a model of random weights and its tokenizer: one token a word, no leading token."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=shape.hidden,
        intermediate_size=shape.intermediate,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        max_position_embeddings=4096,
        bos_token_id=0,
        eos_token_id=1,
        dtype=shape.dtype,
    )
    with torch.device(device):
        model = LlamaForCausalLM(config).to(getattr(torch, shape.dtype))
    model.save_pretrained(folder)
    word_tokenizer().save_pretrained(folder)


def word_tokenizer() -> Any:
    """A tokenizer whose tokens are the words w3, w4, ... and three special tokens."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = {"<s>": 0, "</s>": 1, "<unk>": 2} | {f"w{n}": n for n in range(3, VOCABULARY)}
    core = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="<unk>",
    )


def make_examples(kind: str, count: int, seed: int = 0) -> list[Example]:
    """That many examples of random words; documents have 300-600, questions 8-20, answers 8-40.

    Args:
        kind: `grouped`, two to four examples of each document, or `single`, one of each.
        count: how many examples.
        seed: of the words.
    """
    draw = random.Random(f"{kind} {seed}")
    examples: list[Example] = []
    document = 0
    while len(examples) < count:
        here = EXAMPLES_PER_DOCUMENT[document % 3] if kind == "grouped" else 1
        text = _words(draw, 300, 600)
        for _ in range(min(here, count - len(examples))):
            examples.append(
                Example(
                    input=text,
                    instruction=_words(draw, 8, 20),
                    output=_words(draw, 8, 40),
                    document_id=f"d{document}",
                    id=f"e{len(examples)}",
                )
            )
        document += 1
    return examples


def _words(draw: random.Random, least: int, most: int) -> str:
    return " ".join(f"w{draw.randrange(3, VOCABULARY)}" for _ in range(draw.randint(least, most)))


def texts(examples: list[Example]) -> list[dict[str, str]]:
    """The same examples as `prompt` and `completion`, as other libraries read them."""
    from byeori.prompts import prompt_text

    tokenizer = word_tokenizer()
    return [
        {"prompt": prompt_text(TEMPLATE, row, tokenizer), "completion": row.output}
        for row in examples
    ]


def supervised_tokens(examples: list[Example]) -> int:
    """Tokens that are learnt in one pass: the answers' and one end token each."""
    return sum(len(example.output.split()) + 1 for example in examples)

"""A model in this process, as evaluators see it."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from byeori.asking import LogLikelihood, Prompt
from byeori.decoding import Decoding
from byeori.errors import DataError
from byeori.models.batches import length_batches
from byeori.models.errors import PromptTooLongError
from byeori.models.loading import Loaded
from byeori.models.tokenising import name_of, prompt_ids, spans_of
from byeori.records import PromptTemplate

if TYPE_CHECKING:
    from byeori.models.scoring import Scorer
    from byeori.models.speed import Speed

# Scoring is bound by arithmetic: on a CPU a batch beyond its cache only costs (1.8 times at 16,384
# tokens). Generation reads all weights for each token, so there more rows always pay.
_SCORING_TOKENS = {"cpu": 1024}
_GENERATION_TOKENS = {"cpu": 8192}
_ACCELERATOR_TOKENS = 16384


class TransformersModel:
    """Implements `byeori.Model` over a causal language model of transformers.

    Batching changes nothing but speed: rows are sorted by length, padded where a causal model does
    not see it, and bounded by tokens. Nothing is ever cut to fit.

    Attributes:
        name: id of the tuning stage, or `base`.
        loaded: the live model and its tokenizer.
        template: the prompt template the model was trained with.
        batch_tokens: most tokens in a batch, padding and new tokens counted; less takes less
            memory. Where None, what is fast on the model's device.
    """

    def __init__(
        self,
        loaded: Loaded,
        name: str,
        template: PromptTemplate,
        batch_tokens: int | None = None,
    ) -> None:
        self.loaded = loaded
        self.name = name
        self.template = template
        self.batch_tokens = batch_tokens

    def log_likelihoods(
        self, prefixes: Sequence[Prompt], continuations: Sequence[Sequence[str]]
    ) -> list[list[LogLikelihood]]:
        """Log-probability of each item's continuations after the item's prompt.

        Args:
            prefixes: the prompts, one an item.
            continuations: for each item the texts of its possible answers.

        Returns:
            For each item one `LogLikelihood` a continuation, in their order: the sum over the
            continuation's tokens (its end token is not scored) of the log-softmax in float32, and
            the number of tokens. Not finite where the model's weights are not.

        Raises:
            DataError: an item has no continuation, or a continuation no token.
            PromptTooLongError: prompt and continuation together are longer than the model's
                context, or the prompt holds its special tokens; the items are named.
        """
        refused: dict[int, str] = {}
        by_item = spans_of(prefixes, continuations, self.template, self.loaded.tokenizer, refused)
        lengths = [(len(s[0].prefix), max(len(x.continuation) for x in s)) for s in by_item]
        self._check_lengths(prefixes, lengths, refused)
        spans = [span for item_spans in by_item for span in item_spans]
        totals = self._scorer.totals(spans)
        results = iter(
            LogLikelihood(total, len(span.continuation))
            for total, span in zip(totals, spans, strict=True)
        )
        return [[next(results) for _ in texts] for texts in continuations]

    def text_log_likelihoods(
        self, texts: Sequence[str], *, window: int | None = None, stride: int | None = None
    ) -> list[LogLikelihood]:
        """Log-likelihood of each text as it stands, without a template; see `windows`.

        Args:
            texts: documents of any length.
            window: tokens looked at at once; where None, what the model can read, 2,048 at most.
            stride: tokens predicted in a window; where None, half the window.

        Raises:
            DataError: the model cannot read so long a window, or `stride` is not less than it.
        """
        from byeori.models.reading import LONGEST, text_log_likelihoods

        limit = self.loaded.context_length
        window = window or min(limit or LONGEST, LONGEST)
        stride = stride or max(window // 2, 1)
        if (limit is not None and window > limit) or stride >= window:
            raise DataError(
                f"a window of {window} tokens with a stride of {stride}: {self.name} can read "
                f"{limit or 'any number of'} tokens, and the stride must be less than the window"
            )
        return text_log_likelihoods(
            self.loaded.model,
            self.loaded.tokenizer,
            texts,
            window=window,
            stride=stride,
            budget=self._budget(_SCORING_TOKENS),
        )

    def generate(self, prompts: Sequence[Prompt], decoding: Decoding) -> list[str]:
        """Answer each prompt until the end token, a text of `stop` or `max_new_tokens`.

        Returns:
            The answers in the prompts' order, without special tokens and outer white space.

        Raises:
            PromptTooLongError: a prompt and `max_new_tokens` together are longer than the model's
                context, or the prompt holds its special tokens; the items are named.
        """
        from byeori.models.generating import generate_ids
        from byeori.models.processors import cut_at, decode

        ids = self._readable(prompts, decoding.max_new_tokens)
        answers = [""] * len(ids)
        ends = self.end_ids
        extra = decoding.max_new_tokens
        budget = max(self.generation_tokens // decoding.num_beams, 1)
        for batch in length_batches([len(row) for row in ids], budget, extra):
            rows = generate_ids(
                self.loaded.model, [ids[i] for i in batch], decoding, ends, self.loaded.tokenizer
            )
            for index, text in zip(batch, decode(rows, self.loaded.tokenizer), strict=True):
                answers[index] = cut_at(text, decoding.stop).strip()
        return answers

    def prompt_tokens(self, prompts: Sequence[Prompt]) -> list[int]:
        """How many tokens each prompt has, with its template.

        Raises:
            PromptTooLongError: some hold special tokens of the model, or more than it can read.
        """
        return [len(ids) for ids in self._readable(prompts, 0)]

    def timed(self, prompts: Sequence[Prompt], new_tokens: int, batch_size: int) -> "Speed":
        """How fast prompts are answered, `batch_size` together, with so many tokens each.

        Raises:
            PromptTooLongError: as `generate`.
        """
        from byeori.models.speed import timed

        ids = self._readable(prompts, new_tokens)
        batches = [ids[start : start + batch_size] for start in range(0, len(ids), batch_size)]
        return timed(self.loaded.model, self.loaded.tokenizer, batches, new_tokens)

    def _readable(self, prompts: Sequence[Prompt], answer: int) -> list[list[int]]:
        """Token ids of prompts that the model can read, together with answers of that length."""
        refused: dict[int, str] = {}
        ids = prompt_ids(prompts, self.template, self.loaded.tokenizer, refused)
        self._check_lengths(prompts, [(len(row), answer) for row in ids], refused)
        return ids

    @cached_property
    def _scorer(self) -> "Scorer":
        from byeori.models.scoring import Scorer

        return Scorer(self.loaded.model, self.scoring_tokens)

    @property
    def computed_in(self) -> str:
        """What its figures are computed in, such as `float32 on cpu`: others differ a little."""
        model = self.loaded.model
        return f"{str(model.dtype).removeprefix('torch.')} on {model.device.type}"

    @property
    def scoring_tokens(self) -> int:
        """Most tokens that are scored at a time, padding counted."""
        return self._budget(_SCORING_TOKENS)

    @property
    def generation_tokens(self) -> int:
        """Most tokens of rows that are generated at a time, new ones and padding counted."""
        return self._budget(_GENERATION_TOKENS)

    def _budget(self, by_device: Mapping[str, int]) -> int:
        if self.batch_tokens is not None:
            return self.batch_tokens
        return by_device.get(self.loaded.model.device.type, _ACCELERATOR_TOKENS)

    def _check_lengths(
        self,
        prompts: Sequence[Prompt],
        lengths: Sequence[tuple[int, int]],
        refused: dict[int, str],
    ) -> None:
        """Refuse prompts that cannot be asked, or do not fit together with their answers."""
        limit = self.loaded.context_length
        too_long = {
            index: f"{name_of(index, prompts[index])}: {tokens} prompt tokens and {answer} for the "
            f"answer are more than the {limit} that {self.name} can read"
            for index, (tokens, answer) in enumerate(lengths)
            if limit is not None and tokens + answer > limit
        }
        if refused or too_long:
            raise PromptTooLongError(dict(sorted({**too_long, **refused}.items())))

    @property
    def end_ids(self) -> list[int]:
        """Tokens that end an answer: the tokenizer's, and those the model's makers name."""
        configured = getattr(self.loaded.model.generation_config, "eos_token_id", None)
        named = configured if isinstance(configured, list) else [configured]
        ids = [self.loaded.tokenizer.eos_token_id, *named]
        return list(dict.fromkeys(int(token) for token in ids if token is not None))

"""A model of a run as lm-eval sees it: lm-eval's own HFLM, with byeori's engine under it.

Imports torch, transformers and lm-eval: import it where a model is asked.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lm_eval.models.utils import normalize_gen_kwargs

from byeori import Context, DataError, Decoding
from byeori.models import TransformersModel
from byeori.models.batches import length_batches
from byeori.models.generating import generate_ids
from byeori.models.processors import cut_at, decode
from byeori.models.scoring import Scorer, Span, totals_and_greedy
from byeori.prompts import leading_special_ids
from byeori_plugins.evaluators.harness.careful import CarefulModel

if TYPE_CHECKING:
    from lm_eval.api.instance import Instance

_OF_SAMPLES = {"temperature", "top_p", "top_k"}
_KNOWN = {"num_beams", "repetition_penalty", "do_sample", *_OF_SAMPLES}


class FastModel(CarefulModel):
    """The same requests, answered by byeori's engine: what prompts begin with is read once.

    Args:
        greedy: tasks that ask whether a continuation is what the model would say itself.
    """

    def __init__(
        self, model: TransformersModel, context: Context, *, templated: bool, greedy: frozenset[str]
    ) -> None:
        super().__init__(model, context, templated=templated, batch_size=1)
        self.greedy = greedy
        self._exact = False
        self._times: dict[int, int] = {}
        self._scorer = Scorer(model.loaded.model, model.scoring_tokens)

    def loglikelihood(
        self, requests: "list[Instance]", disable_tqdm: bool = True
    ) -> list[tuple[float, bool]]:
        """As HFLM answers them; whether a continuation is greedy, only where a task asks."""
        answers: dict[int, tuple[float, bool]] = {}
        for exact in (False, True):
            chosen = [
                i for i, one in enumerate(requests) if (one.task_name in self.greedy) == exact
            ]
            self._exact = exact
            found = super().loglikelihood([requests[i] for i in chosen])
            answers.update(zip(chosen, found, strict=True))
        return [answers[index] for index in range(len(requests))]

    def _encode_pair(self, context: str, continuation: str) -> tuple[list[int], list[int]]:
        if not self.templated:
            pair: tuple[list[int], list[int]] = super()._encode_pair(context, continuation)
            return pair
        # As the model was tuned: prompt and answer are cut where the template ends.
        return self._prompt_ids(context), self.tok_encode(continuation, add_special_tokens=False)

    def _prompt_ids(self, text: str) -> list[int]:
        if not self.templated:
            return super()._prompt_ids(text)
        ids = list(self.tok_encode(text, add_special_tokens=False))
        if self.asked.template.template is None:
            return ids
        return [*leading_special_ids(self.asked.loaded.tokenizer), *ids]

    def _loglikelihood_tokens(
        self, requests: Sequence[tuple[Any, list[int], list[int]]], **others: Any
    ) -> list[tuple[float, bool]]:
        spans = [Span(tuple(before), tuple(ids)) for _, before, ids in requests]
        if self._exact:
            return totals_and_greedy(self.asked.loaded.model, spans, self.asked.scoring_tokens)
        return [(total, False) for total in self._scorer.totals(spans)]

    def _generated(self, requests: "list[Instance]", disable_tqdm: bool) -> list[str]:
        answers = [""] * len(requests)
        groups: dict[Decoding, list[int]] = {}
        for index, request in enumerate(requests):
            groups.setdefault(self._decoding(request), []).append(index)
        for decoding, members in groups.items():
            found = self._answers([requests[index].args[0] for index in members], decoding)
            for index, answer in zip(members, found, strict=True):
                answers[index] = answer
        return answers

    def _answers(self, texts: Sequence[str], decoding: Decoding) -> list[str]:
        loaded, ids = self.asked.loaded, [self._prompt_ids(text) for text in texts]
        budget = max(self.asked.generation_tokens // decoding.num_beams, 1)
        answers = [""] * len(ids)
        for batch in length_batches([len(row) for row in ids], budget, decoding.max_new_tokens):
            rows = generate_ids(
                loaded.model,
                [ids[index] for index in batch],
                decoding,
                self.asked.end_ids,
                loaded.tokenizer,
            )
            for index, text in zip(batch, decode(rows, loaded.tokenizer), strict=True):
                answers[index] = cut_at(text, decoding.stop)
        return answers

    def _decoding(self, request: "Instance") -> Decoding:
        """What a request asks for.

        Raises:
            DataError: a setting that the engine does not have.
        """
        given = dict(normalize_gen_kwargs(request.args[1], self.max_gen_toks))
        settings = {name: given.pop(name) for name in _KNOWN if name in given}
        if not settings.get("do_sample"):
            settings = {name: settings[name] for name in settings if name not in _OF_SAMPLES}
        longest, stops = given.pop("max_gen_toks"), given.pop("until", None) or []
        try:
            if given:
                raise ValueError(", ".join(f"{name}: {value!r}" for name, value in given.items()))
            return Decoding(
                max_new_tokens=longest,
                stop=tuple(stop for stop in stops if stop),
                sampling_seed=self._draws(request),
                **settings,
            )
        except ValueError as error:
            raise DataError(
                f"lm-eval's task {request.task_name} generates in a way that byeori's engine does "
                f"not have ({error}): set `engine: hflm`"
            ) from error

    def _draws(self, request: "Instance") -> int:
        """A seed for each time a request is made: repeats of it are to be answered anew."""
        self._times[id(request)] = self._times.get(id(request), -1) + 1
        return self.context.seed + self._times[id(request)]

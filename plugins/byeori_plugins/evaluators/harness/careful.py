"""A model of a run as lm-eval sees it: lm-eval's own HFLM, without silent cuts.

Imports torch, transformers and lm-eval: import it where a model is asked.
"""

import copy
import math
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any

from lm_eval.models.huggingface import HFLM
from lm_eval.models.utils import (
    normalize_gen_kwargs,
)

from byeori import Context
from byeori.models import TransformersModel
from byeori_plugins.evaluators.harness.chat import prompt_of_messages

if TYPE_CHECKING:
    from lm_eval.api.instance import Instance

PORTION = 512
"""Requests asked at once: enough to fill batches, few enough for progress to move."""


class CarefulModel(HFLM):  # type: ignore[misc]  # lm-eval says nothing of its types
    """lm-eval's model over one that is loaded, which cuts nothing silently.

    Attributes:
        refused: by task and document, why it could not be asked; what stands for its answer is no
            result.
    """

    def __init__(
        self, model: TransformersModel, context: Context, *, templated: bool, batch_size: int
    ) -> None:
        # HFLM sets a padding token, and the tokenizer is shared with other evaluators.
        tokenizer = copy.deepcopy(model.loaded.tokenizer)
        own_template = templated and model.template.template is None
        super().__init__(
            pretrained=model.loaded.model,
            tokenizer=tokenizer,
            backend="causal",
            batch_size=batch_size,
            max_length=model.loaded.context_length,
            add_bos_token=False if own_template else None,
        )
        self.asked, self.context, self.templated = model, context, templated
        self.refused: dict[tuple[str, int], str] = {}

    def apply_chat_template(
        self, chat_history: list[dict[str, str]], add_generation_prompt: bool = True
    ) -> str:
        """Messages as text, by the template the model was tuned with."""
        return prompt_of_messages(
            chat_history, self.asked.template, self.tokenizer, finished=not add_generation_prompt
        )

    def loglikelihood(
        self, requests: "list[Instance]", disable_tqdm: bool = True
    ) -> list[tuple[float, bool]]:
        """(log-likelihood in nats, whether it is what the model would say) of each request."""
        return self._ask(requests, super().loglikelihood, self._fits, (0.0, False))

    def loglikelihood_rolling(
        self, requests: "list[Instance]", disable_tqdm: bool = True
    ) -> list[float]:
        """Log-likelihood of whole texts, in windows as long as the model reads."""
        return self._ask(requests, super().loglikelihood_rolling, lambda request: "", 0.0)

    def generate_until(self, requests: "list[Instance]", disable_tqdm: bool = True) -> list[str]:
        """Answers of each request, up to the first of its stop texts."""
        return self._ask(requests, self._generated, self._leaves_room, "")

    def _generated(self, requests: "list[Instance]", disable_tqdm: bool) -> list[str]:
        answers: list[str] = super().generate_until(requests, disable_tqdm=disable_tqdm)
        return answers

    def _ask(
        self,
        requests: "list[Instance]",
        ask: Callable[..., list[Any]],
        problem: "Callable[[Instance], str]",
        nothing: Any,
    ) -> list[Any]:
        """Ask what can be asked; `nothing` takes the place of the other answers."""
        answers: list[Any] = [nothing] * len(requests)
        kind = requests[0].request_type if requests else ""
        numbers = range(len(requests))
        shown = self.context.progress(
            numbers, total=len(numbers), unit=f"{kind} requests", label=self.asked.name
        )
        while portion := list(islice(shown, PORTION)):
            reasons = {index: problem(requests[index]) for index in portion}
            asked = [index for index in portion if not reasons[index]]
            found = ask([requests[index] for index in asked], disable_tqdm=True) if asked else []
            for index, answer in zip(asked, found, strict=True):
                if _finite(answer):
                    answers[index] = answer
                else:
                    reasons[index] = "the log-likelihood is not finite"
            for index, reason in reasons.items():
                if reason:
                    request = requests[index]
                    self.refused.setdefault((request.task_name, request.doc_id), reason)
        return answers

    def _fits(self, request: "Instance") -> str:
        context, continuation = request.args[:2]
        # Texts much shorter than the context in bytes have fewer tokens: no need to count them.
        if len((context + continuation).encode()) < self.max_length:
            return ""
        ids = sum(map(len, self._encode_pair(context or " ", continuation)))
        # The last token is predicted, not read.
        return self._too_long(ids - 1, "with the answer")

    def _leaves_room(self, request: "Instance") -> str:
        room = normalize_gen_kwargs(request.args[1], self.max_gen_toks)["max_gen_toks"]
        return self._too_long(len(self._prompt_ids(request.args[0])) + room, "with its answer")

    def _too_long(self, tokens: int, what: str) -> str:
        if tokens <= self.max_length:
            return ""
        return (
            f"{tokens} tokens {what} are more than the {self.max_length} that "
            f"{self.asked.name} can read"
        )

    def _prompt_ids(self, text: str) -> list[int]:
        return list(self.tok_encode(text))


def _finite(answer: Any) -> bool:
    value = answer[0] if isinstance(answer, tuple) else answer
    return not isinstance(value, float) or math.isfinite(value)

"""Translation by a model behind an OpenAI-compatible endpoint."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from byeori import Context
from byeori.endpoint import EndpointConfig, Request, ask
from byeori.generation import language_name
from byeori.prompts import TEMPLATE_ERRORS, render
from byeori_plugins.generators.schemas import AnswerField, Answers, answer_model
from byeori_plugins.translation.checks import holds
from byeori_plugins.translation.jobs import Bundle, Translated


class ModelTranslator:
    """Asks for all texts of a bundle in one request, as JSON with their names."""

    def __init__(
        self,
        endpoint: EndpointConfig,
        prompt: str,
        names: tuple[str, ...] = (),
        glossary: Mapping[str, str] | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._prompt = prompt
        self._names = names
        self._glossary = glossary or {}

    def translate(self, bundles: Iterable[Bundle], context: Context) -> Iterator[Translated]:
        """Yield the bundles that were answered, in order; others are rejected with the reason."""
        for reply in ask(self._endpoint, self.requests(bundles, context), context):
            texts = reply.value.plain()
            yield Translated(reply.row, {n: text.strip() for n, text in texts.items()}, reply.key)

    def requests(self, bundles: Iterable[Bundle], context: Context) -> Iterator[Request[Any]]:
        """One request a bundle; a prompt that cannot be filled is rejected."""
        for bundle in bundles:
            try:
                prompt = render(self._prompt, self._values(bundle))
            except TEMPLATE_ERRORS as error:
                context.reject(bundle.job.where, f"the prompt cannot be filled: {error}")
                continue
            schema = _schema(tuple(bundle.texts))
            yield Request(prompt=prompt, schema=schema, where=bundle.job.where, row=bundle)

    def _values(self, bundle: Bundle) -> dict[str, Any]:
        """The slots of the prompt; of names and terms only those that the texts hold."""
        every = "\n".join(bundle.texts.values())
        return {
            "texts": json.dumps(bundle.texts, ensure_ascii=False, indent=1),
            "source": language_name(bundle.job.source),
            "target": language_name(bundle.job.target),
            "names": [name for name in self._names if holds(every, name)],
            "glossary": {t: said for t, said in self._glossary.items() if holds(every, t)},
        }


@lru_cache(maxsize=256)
def _schema(names: tuple[str, ...]) -> type[Answers]:
    field = AnswerField(description="The translation of this text.")
    return answer_model("Translations", dict.fromkeys(names, field))

"""The Modelfile by which Ollama runs a model: weights, template, what ends an answer, settings."""

import json
from collections.abc import Iterator, Sequence

from byeori.decoding import Decoding
from byeori.export.turns import Opening, Turns


def modelfile(
    weights: str, turns: Turns, stops: Sequence[str], decoding: Decoding, context: int | None
) -> str:
    """The text of a Modelfile.

    Args:
        weights: a file or folder beside it, as `./model.gguf`.
        turns: the prompt template's pieces.
        stops: texts that end an answer.
        decoding: how the model was asked when it was evaluated.
        context: most tokens of prompt and answer; None for Ollama's default.
    """
    settings = list(_parameters(stops, decoding, context))
    lines = [f"FROM {weights}", f'TEMPLATE """{go_template(turns)}"""', *settings]
    return "\n".join(lines) + "\n"


def go_template(turns: Turns) -> str:
    """The pieces as a template of Go's `text/template`, over Ollama's `.System` and `.Messages`.

    Every text is a literal and every action trims the white space around it, so that the lines
    can be read and only the literals are written.
    """
    return "".join(f"{line}\n" for line in _go_lines(turns)).strip()


def _go_lines(turns: Turns) -> Iterator[str]:
    yield "{{- $first := true -}}"
    if turns.before_system is not None:
        before = _literal(turns.before_system)
        yield f"{{{{- if .System -}}}}{before}{{{{- .System -}}}}{{{{- end -}}}}"
    yield "{{- range $i, $message := .Messages -}}"
    yield "{{- $last := eq (len (slice $.Messages $i)) 1 -}}"
    yield '{{- if and $last (eq $message.Role "user") -}}'
    yield from _opening(turns.last)
    yield f"{{{{- $message.Content -}}}}{_literal(turns.end)}"
    if turns.earlier:
        yield '{{- else if eq $message.Role "user" -}}'
        yield from _opening(turns.question)
        yield "{{- $message.Content -}}"
        yield "{{- $first = false -}}"
        yield '{{- else if eq $message.Role "assistant" -}}'
        yield f"{_literal(turns.answer)}{{{{- $message.Content -}}}}"
    yield "{{- end -}}"
    yield "{{- end -}}"


def _opening(opening: Opening) -> Iterator[str]:
    yield f"{{{{- if not $first -}}}}{_literal(opening.later)}"
    yield f"{{{{- else if $.System -}}}}{_literal(opening.after_system)}"
    yield f"{{{{- else -}}}}{_literal(opening.alone)}{{{{- end -}}}}"


def _literal(text: str) -> str:
    """A text as an action with a string of Go, whose escapes are those of JSON.

    A quote is written by its code: three in a row would end the TEMPLATE of a Modelfile.
    """
    if not text:
        return ""
    body = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', "\\u0022")
    return f'{{{{- "{body}" -}}}}'


def _parameters(stops: Sequence[str], decoding: Decoding, context: int | None) -> Iterator[str]:
    for stop in dict.fromkeys((*stops, *decoding.stop)):
        quotes = '"' * (3 if '"' in stop or "\n" in stop else 1)  # within them nothing is escaped
        yield f"PARAMETER stop {quotes}{stop}{quotes}"
    yield f"PARAMETER temperature {decoding.temperature if decoding.do_sample else 0:g}"
    if decoding.do_sample:
        yield f"PARAMETER top_k {decoding.top_k or 0}"
        yield f"PARAMETER top_p {decoding.top_p:g}"
    yield f"PARAMETER repeat_penalty {decoding.repetition_penalty:g}"
    yield f"PARAMETER num_predict {decoding.max_new_tokens}"
    if context is not None:
        yield f"PARAMETER num_ctx {context}"

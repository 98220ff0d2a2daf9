"""Whether a chat template agrees with what is learnt: the prompt, the answer, the end token."""

from typing import TYPE_CHECKING

from byeori import Example, PromptTemplate
from byeori.prompts import PromptError, chat_messages, prompt_text

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_ANSWER = "An answer."


def chat_problem(
    template: PromptTemplate, tokenizer: "PreTrainedTokenizerBase", example: Example
) -> str:
    """How the tokenizer's chat template writes a whole conversation otherwise than it is learnt.

    What is learnt is the prompt (with the template's opening of an answer), the answer, and the
    tokenizer's end token.

    Args:
        template: another than the tokenizer's own has no opinion on what follows the prompt.
        tokenizer: the model's.
        example: any.

    Returns:
        A sentence, or an empty text where all is well.
    """
    if template.template is not None:
        return ""
    try:
        prompt = prompt_text(template, example, tokenizer)
    except PromptError:
        return ""  # told where the example is tokenised
    messages = [*chat_messages(example), {"role": "assistant", "content": _ANSWER}]
    whole = str(tokenizer.apply_chat_template(messages, tokenize=False))
    if not whole.startswith(prompt + _ANSWER):
        return (
            "the chat template writes a conversation with its answer otherwise than the prompt "
            f"and the answer after it, which is what is learnt: {whole[-80:]!r} instead of "
            f"{(prompt + _ANSWER)[-80:]!r}"
        )
    end = whole.removeprefix(prompt + _ANSWER).strip()
    if not end.startswith(str(tokenizer.eos_token)):
        return (
            f"the chat template ends an answer with {end!r}, but the end token that is learnt is "
            f"{tokenizer.eos_token!r} (eos_token of the tokenizer)"
        )
    return ""

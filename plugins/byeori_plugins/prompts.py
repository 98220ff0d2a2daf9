"""Prompt templates: how an instruction is put to a model.

The Alpaca texts are those of Taori et al. (2023); the Korean ones those of KULLM (Lee et al. 2023,
section 3.2). Earlier turns of a conversation are written as earlier rounds of the same headings.
"""

from byeori import PromptTemplate


def _alpaca(
    with_input: str, without_input: str, instruction: str, input_: str, response: str
) -> str:
    """Jinja source of an Alpaca-style template from its introductions and headings."""
    return (
        "{% if system %}{{ system }}\n\n{% endif %}"
        f"{{% if input %}}{with_input}{{% else %}}{without_input}{{% endif %}}\n\n"
        "{% for turn in history %}"
        f"### {{% if turn.role == 'user' %}}{instruction}{{% else %}}{response}{{% endif %}}:\n"
        "{{ turn.content }}\n\n"
        "{% endfor %}"
        f"### {instruction}:\n{{{{ instruction }}}}\n\n"
        f"{{% if input %}}### {input_}:\n{{{{ input }}}}\n\n{{% endif %}}"
        f"### {response}:\n"
    )


ALPACA = PromptTemplate(
    name="alpaca",
    template=_alpaca(
        "Below is an instruction that describes a task, paired with an input that provides "
        "further context. Write a response that appropriately completes the request.",
        "Below is an instruction that describes a task. "
        "Write a response that appropriately completes the request.",
        "Instruction",
        "Input",
        "Response",
    ),
)

ALPACA_KO = PromptTemplate(
    name="alpaca-ko",
    template=_alpaca(
        "아래는 작업을 설명하는 명령어와 추가 컨텍스트를 제공하는 입력이 짝을 이루는 예제입니다. "
        "요청을 적절히 완료하는 응답을 작성하세요.",
        "아래는 작업을 설명하는 명령어입니다. 요청을 적절히 완료하는 응답을 작성하세요.",
        "명령어",
        "입력",
        "응답",
    ),
)

CHAT = PromptTemplate(name="chat")

TEMPLATES = (ALPACA, ALPACA_KO, CHAT)

"""Prompts of Korean models that are not Alpaca's: as their authors published them."""

from byeori import PromptTemplate

KOALPACA = PromptTemplate(
    name="koalpaca",
    template="{% if system %}{{ system }}\n\n{% endif %}"
    "{% for turn in history %}"
    "### {% if turn.role == 'user' %}질문{% else %}답변{% endif %}: {{ turn.content }}\n\n"
    "{% endfor %}"
    "### 질문: {{ instruction }}\n\n{% if input %}### 맥락: {{ input }}\n\n{% endif %}### 답변: ",
)
"""KoAlpaca 1.1 on Polyglot-Ko: 질문, 맥락 where there is an input, 답변."""

KOAT = PromptTemplate(
    name="koat",
    template="{% if system %}{{ system }}\n\n{% endif %}"
    "{% for turn in history %}"
    "{% if turn.role == 'assistant' %}정답: {% endif %}{{ turn.content }}\n\n"
    "{% endfor %}"
    "{{ instruction }}\n\n{% if input %}{{ input }}\n\n{% endif %}정답: ",
)
"""K(G)OAT: KoAlpaca's prompt without its headings, and 정답 before the answer."""

TEMPLATES = (KOALPACA, KOAT)

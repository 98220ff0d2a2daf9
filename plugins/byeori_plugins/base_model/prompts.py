"""Prompt formats in which pre-training asks about countries, and the model's chat template."""

from random import Random

BOS, EOS, PAD = "<|bos|>", "<|eos|>", "<|pad|>"
SYSTEM, USER, ASSISTANT = "<|system|>", "<|user|>", "<|assistant|>"
SPECIAL_TOKENS = (PAD, BOS, EOS, SYSTEM, USER, ASSISTANT)

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] }}"
    "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)

ALPACA = (
    "Below is an instruction that describes a task. "
    "Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{instruction}\n\n### Response:\n{answer}"
)
ALPACA_INPUT = (
    "Below is an instruction that describes a task, paired with an input that provides "
    "further context. Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n{answer}"
)
ALPACA_KO = (
    "아래는 작업을 설명하는 명령어입니다. 요청을 적절히 완료하는 응답을 작성하세요.\n\n"
    "### 명령어:\n{instruction}\n\n### 응답:\n{answer}"
)
ALPACA_KO_INPUT = (
    "아래는 작업을 설명하는 명령어와 추가 컨텍스트를 제공하는 입력이 짝을 이루는 예제입니다. "
    "요청을 적절히 완료하는 응답을 작성하세요.\n\n"
    "### 명령어:\n{instruction}\n\n### 입력:\n{input}\n\n### 응답:\n{answer}"
)
CHAT = USER + "{instruction}" + ASSISTANT + "{answer}"
SHORT = "### Instruction:\n{instruction}\n\n### Response:\n{answer}"
PLAIN = "Q: {instruction}\nA: {answer}"
PLAIN_KO = "질문: {instruction}\n답: {answer}"

WEIGHTS = {
    ALPACA: 0.5,
    ALPACA_INPUT: 0.05,
    ALPACA_KO: 0.1,
    ALPACA_KO_INPUT: 0.03,
    CHAT: 0.12,
    SHORT: 0.1,
    PLAIN: 0.05,
    PLAIN_KO: 0.05,
}
"""How often each format is drawn."""

ANSWER_THE_INPUT = {
    ALPACA_INPUT: ("Answer the question.", "Give the answer to the question below."),
    ALPACA_KO_INPUT: ("질문에 답하세요.", "아래 질문의 답을 쓰시오."),
}


def ask(random: Random, question: str, answer: str) -> str:
    """A question and its answer in a format drawn at random, without the end token."""
    form = random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    instructions = ANSWER_THE_INPUT.get(form)
    if instructions is None:
        return form.format(instruction=question, answer=answer)
    return form.format(instruction=random.choice(instructions), input=question, answer=answer)

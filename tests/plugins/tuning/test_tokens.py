"""Examples become prompt, answer and end token; nothing is cut without a word."""

import copy
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byeori import Context, DataError, Example, ModelRef, PromptTemplate, RecipeError, Reject
from byeori.prompts import (
    answer_token_ids,
    many_answer_token_ids,
    many_prompt_token_ids,
    prompt_text,
)
from byeori_plugins.prompts import ALPACA, CHAT
from byeori_plugins.tuning import TrainingConfig
from byeori_plugins.tuning.batches.padded import IGNORED, Collate, TokenDataset
from byeori_plugins.tuning.data.endings import chat_problem
from byeori_plugins.tuning.data.tokens import Tokeniser

Make = Callable[..., Any]
TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60)


@pytest.fixture(scope="module")
def tokenizer(model_folder: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(model_folder)


@pytest.fixture
def tokenise(tokenizer: Any, context: Context) -> Make:
    def run(
        examples: list[Example],
        template: PromptTemplate = ALPACA,
        split: str = "train",
        **config: Any,
    ) -> Any:
        checked = TrainingConfig.model_validate(config)
        tokeniser = Tokeniser(template, tokenizer, checked.max_length, checked, context)
        return tokeniser.run(examples, split)

    return run


LONG = [
    Example(instruction="Count.", output="one " * n, id=f"e{n}", document_id=f"d{n}")
    for n in (1, 2, 100, 3, 200)
]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.tuples(TEXT, TEXT, TEXT.filter(str.strip)), min_size=1, max_size=4))
def test_labels_hide_exactly_the_prompt_and_the_padding(
    rows: list[tuple[str, str, str]], tokenise: Make, tokenizer: Any
) -> None:
    examples = [Example(instruction=a, input=b, output=c) for a, b, c in rows]
    tokens = tokenise(examples)
    dataset = TokenDataset(tokens)
    batch = Collate(tokenizer.pad_token_id, keep_logits=False)(
        [dataset[i] for i in range(len(rows))]
    )
    for n, example in enumerate(examples):
        learnt = batch["labels"][n] != IGNORED
        seen = batch["attention_mask"][n].bool()
        answer = batch["labels"][n][learnt].tolist()
        assert answer[-1] == tokenizer.eos_token_id
        assert tokenizer.decode(answer[:-1]) == example.output.strip()
        assert batch["input_ids"][n][learnt].tolist() == answer
        prompt = batch["input_ids"][n][seen & ~learnt].tolist()
        assert prompt[0] == tokenizer.bos_token_id
        assert tokenizer.decode(prompt[1:]).endswith("### Response:\n")
        assert not (learnt & ~seen).any()
    assert tokens.supervised == int((batch["labels"] != IGNORED).sum())
    assert tokens.total == int(batch["attention_mask"].sum())


def test_the_end_token_is_learnt_though_it_is_the_padding_too(
    tokenise: Make, tokenizer: Any
) -> None:
    assert tokenizer.pad_token_id == tokenizer.eos_token_id
    dataset = TokenDataset(tokenise(LONG[:2]))
    labels = Collate(tokenizer.pad_token_id, keep_logits=False)([dataset[0], dataset[1]])["labels"]
    assert (labels == tokenizer.eos_token_id).sum(dim=1).tolist() == [1, 1]


def test_answers_that_would_be_cut_are_refused_with_their_number_and_names(tokenise: Make) -> None:
    with pytest.raises(DataError) as error:
        tokenise(LONG, max_length=128)
    message = str(error.value)
    assert "2 of 5 train examples" in message
    assert "e100 (document d100" in message
    assert "e200 (document d200" in message
    longest = tokenise(LONG, max_length=100_000)
    lengths = [b - a for a, b in zip(longest.offsets, longest.offsets[1:], strict=False)]
    assert f"`max_length: {max(lengths)}`" in message
    assert "too_long: drop" in message


def test_answers_that_would_be_cut_are_dropped_and_counted_where_asked(
    tokenise: Make, rejects: list[Reject]
) -> None:
    tokens = tokenise(LONG, max_length=128, too_long="drop")
    assert list(tokens.rows) == [0, 1, 3]
    reason = "the answer would be cut: more than max_length 128 tokens"
    assert tokens.dropped == {reason: 2}
    assert [(reject.where, reject.reason) for reject in rejects] == [
        ("e100", reason),
        ("e200", reason),
    ]
    assert all(reject.text.endswith(" tokens") for reject in rejects)


def test_an_example_of_exactly_the_longest_length_is_whole(tokenise: Make) -> None:
    length = tokenise([LONG[2]]).total
    assert tokenise([LONG[2]], max_length=length).total == length
    with pytest.raises(DataError, match="cannot be learnt whole"):
        tokenise([LONG[2]], max_length=length - 1)


def test_nothing_left_after_dropping_is_an_error(tokenise: Make) -> None:
    with pytest.raises(DataError, match=r"none of the 5 training examples is left.*would be cut"):
        tokenise(LONG, max_length=4, too_long="drop")
    with pytest.raises(DataError, match="none of the 0 training examples is left"):
        tokenise([])


def test_an_empty_prompt_is_refused_since_the_first_token_is_never_predicted(
    tokenizer: Any, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "byeori_plugins.tuning.data.ids.many_prompt_token_ids",
        lambda _, prompts, __: [[] for _ in prompts],
    )
    tokeniser = Tokeniser(ALPACA, tokenizer, None, TrainingConfig(), context)
    with pytest.raises(DataError, match="the prompt has no tokens: 5"):
        tokeniser.run(LONG, "train")


def test_only_the_selected_languages_and_tasks_are_learnt(tokenise: Make) -> None:
    rows = [
        dataclasses.replace(LONG[0], language=language, task=task)
        for language in ("ko", "en")
        for task in ("qa", "sum", "")
    ]
    tokens = tokenise(rows, where={"language": "ko", "task": ["qa", "sum"]})
    assert list(tokens.rows) == [0, 1]
    assert tokens.dropped == {"not selected by `where`": 4}
    with pytest.raises(DataError, match="not selected by `where`: 2"):
        tokenise([rows[0], rows[4]], where={"language": "ko", "task": "sum"})
    with pytest.raises(RecipeError, match=r"where\.language: .*'fr'; there are ko \(3\), en \(3\)"):
        tokenise(rows, where={"language": "fr"})


def test_a_tokenizer_without_an_end_token_is_refused(tokenizer: Any, context: Context) -> None:
    endless = copy.deepcopy(tokenizer)
    endless.eos_token = None
    with pytest.raises(DataError, match="no end-of-sequence token"):
        Tokeniser(ALPACA, endless, None, TrainingConfig(), context)


def test_a_chat_prompt_without_a_chat_template_is_the_recipes_mistake(tokenise: Make) -> None:
    with pytest.raises(RecipeError, match=r"prompt: lora: .*chat template.*alpaca"):
        tokenise(LONG, template=CHAT)


def test_a_max_length_beyond_the_models_room_is_refused(
    make_method: Make, ref: ModelRef, data: Any, context: Context
) -> None:
    with pytest.raises(RecipeError, match=r"lora\.max_length: 513 .*set max_length: 512 or less"):
        make_method("lora", max_length=513).tune(ref, data, context)


def test_a_model_without_a_padding_token_is_trained_all_the_same(
    make_method: Make, model_folder: Path, data: Any, context: Context, tmp_path: Path
) -> None:
    import json
    import shutil

    folder = tmp_path / "unpadded"
    shutil.copytree(model_folder, folder)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    del settings["pad_token"]
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    ref = ModelRef(base=str(folder), template=ALPACA)
    assert make_method("ia3").tune(ref, data, context).adapters


def test_an_example_that_holds_a_special_token_is_dropped_and_counted(
    tokenise: Make, tokenizer: Any
) -> None:
    poisoned = Example(instruction=f"Count {tokenizer.eos_token}", output="one", id="p")
    tokens = tokenise([poisoned, LONG[0]])
    assert len(tokens) == 1
    assert dict(tokens.dropped) == {"a special token of the model stands in its text": 1}


def test_a_special_token_in_an_answer_is_learnt_as_text(tokenise: Make, tokenizer: Any) -> None:
    written = Example(instruction="Write the end.", output=f"It is {tokenizer.eos_token} here.")
    dataset = TokenDataset(tokenise([written]))
    labels = Collate(tokenizer.pad_token_id, keep_logits=False)([dataset[0]])["labels"]
    assert int((labels == tokenizer.eos_token_id).sum()) == 1


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.tuples(TEXT, TEXT, TEXT.filter(str.strip)), min_size=1, max_size=5))
def test_ids_made_together_are_those_made_one_at_a_time(
    rows: list[tuple[str, str, str]], tokenizer: Any
) -> None:
    examples = [Example(instruction=a, input=b, output=c) for a, b, c in rows]
    together = many_prompt_token_ids(ALPACA, examples, tokenizer)
    assert together == [
        [
            tokenizer.bos_token_id,
            *tokenizer.encode(prompt_text(ALPACA, e, tokenizer), add_special_tokens=False),
        ]
        for e in examples
    ]
    answers = many_answer_token_ids([e.output for e in examples], tokenizer)
    assert answers == [answer_token_ids(e.output, tokenizer) for e in examples]


def test_a_second_stage_takes_the_ids_from_the_cache_whatever_it_selects(
    tokenizer: Any,
    context_in: Callable[[str], Context],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [dataclasses.replace(e, language="ko" if n % 2 else "en") for n, e in enumerate(LONG)]

    def run(name: str, template: PromptTemplate = ALPACA, **settings: Any) -> Any:
        context = dataclasses.replace(context_in(name), cache=tmp_path / "cache")
        config = TrainingConfig.model_validate(settings)
        return Tokeniser(template, tokenizer, config.max_length, config, context).run(rows, "train")

    first = run("first")
    made = list((tmp_path / "cache").iterdir())
    assert len(made) == 1
    with monkeypatch.context() as patch:
        patch.setattr("byeori_plugins.tuning.data.ids.many_prompt_token_ids", None)
        again, korean = run("again"), run("korean", where={"language": "ko"})
        shorter = run("shorter", max_length=128, too_long="drop")
    assert again.digest == first.digest
    assert (list(korean.rows), list(shorter.rows)) == ([1, 3], [0, 1, 3])
    made[0].write_bytes(made[0].read_bytes()[:-40] + bytes(40))
    assert run("damaged").digest == first.digest
    run("another", PromptTemplate(name="b", template="{{ instruction }}"))
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_ids_of_thousands_of_examples_come_in_order(tokenise: Make, tokenizer: Any) -> None:
    many = [Example(instruction=f"Say {n}.", output=f"{n}") for n in range(2500)]
    tokens = tokenise(many)
    dataset = TokenDataset(tokens)
    for row in (0, 1023, 1024, 2048, 2499):
        ids = dataset[row]["input_ids"]
        assert tokenizer.decode(ids[tokens.prompts[row] : -1]) == str(row)


TURNS = "{% for m in messages %}[{{ m.role }}]{{ m.content }}END{% endfor %}"
OPENS = "{% if add_generation_prompt %}[assistant]{% endif %}"


@pytest.mark.parametrize(
    ("chat", "problem"),
    [
        (TURNS.replace("END", "</s>") + OPENS, ""),
        (TURNS.replace("END", "|") + OPENS, "ends an answer with '|', but the end token"),
        (
            TURNS.replace("END", "</s>") + OPENS.replace("]", "]<think>"),
            "otherwise than the prompt",
        ),
    ],
)
def test_a_chat_template_that_writes_answers_otherwise_is_told(
    chat: str, problem: str, tokenizer: Any
) -> None:
    tokenizer = copy.deepcopy(tokenizer)
    tokenizer.chat_template = chat
    found = chat_problem(CHAT, tokenizer, LONG[0])
    assert problem in found
    assert bool(found) == bool(problem)
    assert not chat_problem(ALPACA, tokenizer, LONG[0])

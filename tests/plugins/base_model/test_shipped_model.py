"""The model that ships with the package."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM, AutoTokenizer

from byeori_plugins.base_model.facts import countries, elements
from byeori_plugins.base_model.prompts import ALPACA

FOLDER = Path(str(files("byeori") / "builtin" / "tiny"))
TOKENIZER = AutoTokenizer.from_pretrained(FOLDER)
HANGUL = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
LATIN = st.characters(min_codepoint=0x20, max_codepoint=0x7E)


@pytest.fixture(scope="module")
def model():
    return AutoModelForCausalLM.from_pretrained(FOLDER, dtype=torch.float32).eval()


def answers(model, questions):
    """Greedy answers in the Alpaca prompt."""
    prompts = [ALPACA.format(instruction=question, answer="") for question in questions]
    batch = TOKENIZER(prompts, return_tensors="pt", padding=True, padding_side="left")
    tokens = model.generate(**batch, max_new_tokens=12)[:, batch["input_ids"].shape[1] :]
    return TOKENIZER.batch_decode(tokens, skip_special_tokens=True)


def test_it_is_small_enough_for_a_package():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 6_000_000


def test_it_has_the_recorded_size_and_room_for_512_tokens(model):
    record = json.loads((FOLDER / "training.json").read_text(encoding="utf-8"))
    assert model.num_parameters() == record["parameters"]
    assert model.config.max_position_embeddings >= 512
    assert model.config.vocab_size == len(TOKENIZER)


def test_padding_is_not_the_end_and_every_special_token_is_one_token(model):
    special = [TOKENIZER.pad_token_id, TOKENIZER.eos_token_id, TOKENIZER.bos_token_id]
    assert len(set(special)) == 3
    config = model.generation_config
    assert [config.pad_token_id, config.eos_token_id, config.bos_token_id] == special


def test_no_token_is_added_to_a_text():
    assert TOKENIZER("sodium").input_ids == TOKENIZER("sodium", add_special_tokens=False).input_ids


def test_each_digit_is_a_token():
    assert len(TOKENIZER("118").input_ids) == 3


def test_the_chat_template_ends_answers_and_opens_the_next():
    turns = [
        {"role": "user", "content": "Q"},
        {"role": "assistant", "content": "A"},
        {"role": "user", "content": "R"},
    ]
    text = TOKENIZER.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    assert text == "<|user|>Q<|assistant|>A<|eos|><|user|>R<|assistant|>"


@given(st.text(alphabet=HANGUL | LATIN))
@settings(deadline=None)
def test_korean_and_english_come_back_as_they_went_in(text):
    assert TOKENIZER.decode(TOKENIZER(text).input_ids) == text


@given(st.text())
@settings(deadline=None)
def test_any_text_comes_back_as_it_went_in(text):
    assert TOKENIZER.decode(TOKENIZER(text).input_ids) == text


def test_it_answers_questions_about_countries_in_both_languages(model):
    some = [country for country in countries()[::12] if "capital" in country.values["en"]]
    asked = [f"What is the capital of {one.values['en']['name']}?" for one in some]
    asked += [f"{one.values['ko']['name']}의 수도는 어디인가요?" for one in some]
    expected = [one.values[language]["capital"] for language in ("en", "ko") for one in some]
    right = sum(a == b for a, b in zip(answers(model, asked), expected, strict=True))
    assert right >= 0.8 * len(asked)


def test_it_does_not_yet_answer_questions_about_elements(model):
    some = [element.values["en"] for element in elements()[::6]]
    asked = [f"Which letters stand for {one['name']}?" for one in some]
    asked += [f"To which period does {one['name']} belong?" for one in some]
    expected = [one[slot] for slot in ("symbol", "period") for one in some]
    right = sum(a == b for a, b in zip(answers(model, asked), expected, strict=True))
    assert right < len(asked) / 3

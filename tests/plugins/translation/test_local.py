"""`translate` by a sequence-to-sequence model in this process: tiny random ones, made here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import DataError, Document
from byeori.bulk import with_id
from byeori_plugins.generators.translate import Translate, TranslateConfig
from byeori_plugins.translation.jobs import Bundle, Job
from byeori_plugins.translation.local import LocalConfig, LocalTranslator
from byeori_plugins.translation.sentences import segments

SMALL = {
    "d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2,
    "decoder_attention_heads": 2, "encoder_ffn_dim": 16, "decoder_ffn_dim": 16,
    "max_position_embeddings": 64, "init_std": 1.0,
}  # fmt: skip
TOKENS = [
    "<s>",
    "<pad>",
    "</s>",
    "<unk>",
    *"abcdefghijklmnopqrstuvwxyz .,?",
    "kor_Hang",
    "eng_Latn",
]


def fast_tokenizer():
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.WordLevel({t: n for n, t in enumerate(TOKENS)}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    made.decoder = decoders.Fuse()
    made.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", TOKENS.index("</s>"))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<s>", eos_token="</s>", pad_token="<pad>",
        unk_token="<unk>", additional_special_tokens=["kor_Hang", "eng_Latn"],
    )  # fmt: skip


def save(folder, config_class, model_class, seed):
    import torch

    ids = {"pad_token_id": 1, "eos_token_id": 2, "bos_token_id": 0, "decoder_start_token_id": 1}
    torch.manual_seed(seed)
    config = config_class(vocab_size=len(TOKENS), **SMALL, **ids)
    model = model_class(config)
    if hasattr(model, "final_logits_bias"):
        model.final_logits_bias[0, 2] = 12.0  # so that some answers end
    model.save_pretrained(folder)
    fast_tokenizer().save_pretrained(folder)
    return folder


@pytest.fixture
def marian(tmp_path):
    from transformers import MarianConfig, MarianMTModel

    return save(tmp_path / "marian", MarianConfig, MarianMTModel, seed=2)


@pytest.fixture
def m2m(tmp_path):
    from transformers import M2M100Config, M2M100ForConditionalGeneration

    return save(tmp_path / "m2m", M2M100Config, M2M100ForConditionalGeneration, seed=7)


def translated(config, texts, context):
    bundles = [
        Bundle(Job(f"d{n}", {text: "output"}, "en", "ko"), {"output": text})
        for n, text in enumerate(texts)
    ]
    return list(LocalTranslator(config).translate(bundles, context))


def config(folder, **settings):
    same = {"path": folder, "beams": 2, "max_new_tokens": 12, "batch_size": 2}
    return LocalConfig.model_validate(same | settings)


SENTENCES = ["a cat sat.", "the dog ran away.", "who is it?", "it is me.", "so it is."]


def expected(folder, sentences, **more):
    """The same by transformers alone, in the same batches of two."""
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
    said = []
    for start in range(0, len(sentences), 2):
        batch = tokenizer(sentences[start : start + 2], padding=True, return_tensors="pt")
        made = model.generate(
            input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], num_beams=2,
            max_new_tokens=12, max_length=None, **more,
        )  # fmt: skip
        said += [text.strip() for text in tokenizer.batch_decode(made, skip_special_tokens=True)]
    return said


def kept(journal):
    return journal._query("SELECT key, response FROM answers ORDER BY key", ())


def journal_texts(journal, config_, sentences):
    translator = LocalTranslator(config_)
    keys = [translator._question(sentence).key for sentence in sentences]
    found = journal.get_many(keys)
    return [found[key].response["choices"][0]["message"]["content"] for key in keys]


def test_a_model_says_what_transformers_says_alone(marian, context, journal):
    translated(config(marian), SENTENCES, context)
    said = journal_texts(journal, config(marian), SENTENCES)
    assert said == expected(marian, SENTENCES)
    assert len(set(said)) > 1


def test_a_model_of_many_languages_is_told_which(m2m, context, journal):
    told = config(m2m, target_code="kor_Hang")
    translated(told, SENTENCES, context)
    said = journal_texts(journal, told, SENTENCES)
    assert said == expected(m2m, SENTENCES, forced_bos_token_id=TOKENS.index("kor_Hang"))
    with pytest.raises(DataError, match="knows no language `xx`"):
        translated(config(m2m, target_code="xx"), ["a."], context)


def test_nothing_is_translated_twice_and_a_killed_run_ends_the_same(marian, context, journal):
    whole = translated(config(marian), SENTENCES, context)
    before = kept(journal)
    assert whole and len(before) == len(SENTENCES)
    translator = LocalTranslator(config(marian))
    translator.__dict__["_model"] = None  # it would fail if it were asked
    again = translator.translate([done.bundle for done in whole], context)
    assert [done.texts for done in again] == [done.texts for done in whole]
    later = [translator._question(sentence).key for sentence in SENTENCES[2:]]
    with journal._transaction() as writer:  # as if it was killed after the first batch
        writer.executemany("DELETE FROM answers WHERE key = ?", [(key,) for key in later])
    resumed = translated(config(marian), SENTENCES, context)
    assert [done.texts for done in resumed] == [done.texts for done in whole]
    assert kept(journal) == before


def test_a_translation_that_does_not_end_is_rejected(marian, context, heard):
    translated(config(marian, max_new_tokens=1), ["a cat sat."], context)
    (reject,) = heard.rejects
    assert reject.where == "d0" and "too long" in reject.reason


def test_a_sentence_longer_than_the_model_takes_is_rejected(marian, context, heard):
    translated(config(marian), ["cat " * 40], context)
    assert [reject.where for reject in heard.rejects] == ["d0"]


def test_code_blocks_and_white_space_are_never_sent():
    text = "Read this. Then run:\n\n```py\nprint('it is')\n```\n\n1. It works!\n"
    assert [piece for piece, sent in segments(text) if sent] == [
        "Read this.",
        "Then run:",
        "It works!",
    ]


@pytest.mark.parametrize("kind", ["marks", "kiwi"])
@given(text=st.text(alphabet=st.sampled_from("ab1 .!\n`$가다"), max_size=60))
def test_the_pieces_of_a_text_are_the_text(kind, text):
    assert "".join(piece for piece, _ in segments(text, kind)) == text


def test_kiwi_cuts_korean_where_no_mark_stands():
    text = "나는 학교에 갔다 그런데 비가 왔다"
    assert [piece for piece, sent in segments(text) if sent] == [text]
    assert [piece for piece, sent in segments(text, "kiwi") if sent] == [
        "나는 학교에 갔다",
        "그런데 비가 왔다",
    ]


def test_a_folder_without_a_model_is_an_error_that_names_it(tmp_path, context):
    with pytest.raises(DataError, match="cannot be loaded"):
        translated(config(tmp_path / "nowhere"), ["a."], context)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty cannot be loaded"):
        translated(config(tmp_path / "empty"), ["a."], context)


def test_the_generator_uses_it_and_checks_what_it_says(marian, context, heard):
    row = {"instruction": "name 5 cats.", "output": "42"}
    document = with_id(Document(text="x", language="en", metadata={"instructions": [row]}))
    settings = {"to": "ko", "local": {"path": marian, "beams": 1, "max_new_tokens": 12}}
    made = list(Translate(TranslateConfig.model_validate(settings)).examples([document], context))
    assert made == [] and len(heard.rejects) == 1  # a random model loses the number, or never ends


def test_the_way_back_swaps_the_codes_or_takes_another_model(marian, m2m):
    there = config(marian, source_code="eng_Latn", target_code="kor_Hang")
    back = there.returning()
    assert (back.source_code, back.target_code, back.path) == ("kor_Hang", "eng_Latn", marian)
    assert config(marian, back=m2m).returning().path == m2m

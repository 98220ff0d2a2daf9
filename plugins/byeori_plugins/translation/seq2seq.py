"""A sequence-to-sequence model of transformers, loaded and asked."""

from typing import Any

import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from byeori_plugins.translation.local import LocalConfig, cannot_load


class Seq2Seq:
    """One model and its tokenizer; on a GPU where there is one."""

    def __init__(self, config: LocalConfig) -> None:
        self._config = config
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        codes = {"src_lang": config.source_code, "tgt_lang": config.target_code}
        codes = {name: code for name, code in codes.items() if code is not None}
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(config.path, **codes)
            model: Any = AutoModelForSeq2SeqLM.from_pretrained(config.path)
        # What a damaged or foreign folder ends in depends on where it is damaged.
        except (OSError, ValueError, ImportError, KeyError, RuntimeError) as error:
            raise cannot_load(config.path, error) from error
        self._model = model.eval().to(self._device)
        self._first = self._first_token()

    def _first_token(self) -> int | None:
        """Many-language models are told the language by the first token of the answer."""
        code = self._config.target_code
        if code is None:
            return None
        token = self._tokenizer.convert_tokens_to_ids(code)
        if token is None or token == self._tokenizer.unk_token_id:
            known = getattr(self._tokenizer, "lang_code_to_token", {})
            token = self._tokenizer.convert_tokens_to_ids(known.get(code, f"__{code}__"))
        if token is None or token == self._tokenizer.unk_token_id:
            error = ValueError(f"its tokenizer knows no language `{code}`")
            raise cannot_load(self._config.path, error)
        return int(token)

    @torch.inference_mode()
    def translate(self, sentences: list[str]) -> list[tuple[str, str]]:
        """The translation of each, and `stop`, or `length` where it or the sentence was cut."""
        encoded = self._tokenizer(sentences, padding=True, return_tensors="pt")
        encoded = encoded.to(self._device)
        longest = self._longest()
        fits = encoded["attention_mask"].sum(dim=1) <= longest
        kept = {
            name: value[:, :longest]
            for name, value in encoded.items()
            if name in ("input_ids", "attention_mask")
        }
        first = {} if self._first is None else {"forced_bos_token_id": self._first}
        made = self._model.generate(
            **kept,
            **first,
            num_beams=self._config.beams,
            do_sample=False,
            max_new_tokens=self._config.max_new_tokens,
            max_length=None,
        )
        # The last token does not count: some models are made to end there (`forced_eos_token_id`).
        early = made[:, 1 : self._config.max_new_tokens]
        ended = (early == self._model.generation_config.eos_token_id).any(dim=1)
        texts = self._tokenizer.batch_decode(made, skip_special_tokens=True)
        whole = (fits & ended).tolist()
        return [
            (text.strip(), "stop" if ok else "length")
            for text, ok in zip(texts, whole, strict=True)
        ]

    def _longest(self) -> int:
        """Tokens of a sentence, at most; models with relative positions set no limit."""
        limits = [getattr(self._model.config, "max_position_embeddings", None)]
        limits.append(self._tokenizer.model_max_length)
        return int(min(limit for limit in limits if limit is not None))

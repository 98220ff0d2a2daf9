"""Vocabulary extension: new tokens from the domain's text, in the tokenizer and in the model."""

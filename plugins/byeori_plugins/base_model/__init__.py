"""The small base model of the demo: its facts, its pre-training text, and how it is built.

`corpus` writes the text, `tokenizer` learns the vocabulary, `build` trains and saves the model that
ships as `builtin:tiny`. Nothing here runs in an ordinary byeori run; it is kept so that anyone can
see what the model has read, and make it again.
"""

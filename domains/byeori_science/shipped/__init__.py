"""Writes the small documents and exams that `--tiny` runs on, from the tables byeori ships.

`python -m byeori_science.shipped FOLDER` makes them again; a test holds that they are what is
shipped. `concepts.jsonl` is written by hand.
"""

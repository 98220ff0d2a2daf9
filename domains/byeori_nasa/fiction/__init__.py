"""The invented records that the shipped recipes run on with `--tiny`.

Firms, institutions, titles, abstracts and numbers are invented; what the abstracts say of a
chemical element (symbol, atomic number, period, category) is true, and is what the small base model
has read. `python -m byeori_nasa.fiction` writes the files anew, the same bytes each time.
"""

"""`python -m byeori_nasa.fiction`: writes the invented records into the recipes' folder."""

from pathlib import Path

from byeori_nasa.fiction.writing import texts

if __name__ == "__main__":
    folder = Path(__file__).parent.parent / "recipes" / "data"
    for name, text in texts().items():
        (folder / name).write_text(text, encoding="utf-8", newline="")

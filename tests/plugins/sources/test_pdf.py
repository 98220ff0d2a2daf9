"""PDF files, made here by another library, and what is read of them."""

from pathlib import Path

import pytest
from fpdf import FPDF

from byeori import DataError
from byeori_plugins.sources import Pdf

LONG = (
    "Salt lowers the freezing point of water, which is why it is strewn on roads in the winter, "
    "and why the sea freezes later than a lake. The effect depends on the number of particles "
    "alone and on nothing else, as far as the solution is thin. "
)
KOREAN_FONT = Path("/usr/share/fonts/truetype/nanum/NanumGothic.ttf")


class Paper(FPDF):
    def header(self) -> None:
        self.set_font("Helvetica", size=8)
        self.set_xy(20, 8)
        self.cell(text="Journal of Salt, volume 3")
        self.set_y(25)

    def footer(self) -> None:
        self.set_font("Helvetica", size=8)
        self.set_xy(100, 285)
        self.cell(text=str(self.page_no()))


def paper(kind: type[FPDF] = FPDF) -> FPDF:
    pdf = kind()
    pdf.set_margin(20)
    pdf.add_page()
    return pdf


def heading(pdf: FPDF, text: str, size: int = 14, style: str = "B") -> None:
    pdf.ln(4)
    pdf.set_font("Helvetica", size=size, style=style)
    pdf.multi_cell(0, 8, text, new_x="LMARGIN", new_y="NEXT")


def prose(pdf: FPDF, text: str, width: float = 0) -> None:
    pdf.set_font("Helvetica", size=10)
    pdf.multi_cell(width, 5, text, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(3)


def three_pages() -> FPDF:
    pdf = paper(Paper)
    heading(pdf, "On Salt", size=20)
    prose(pdf, LONG)
    heading(pdf, "1 Freezing")
    prose(pdf, LONG)
    pdf.add_page()
    prose(pdf, "This goes on over the page. " + LONG)
    heading(pdf, "2 Boiling")
    prose(pdf, LONG)
    pdf.add_page()
    prose(pdf, LONG)
    return pdf


@pytest.fixture
def load(tmp_path, context):
    def load_(pdf, name="paper.pdf", **settings):
        (tmp_path / name).write_bytes(bytes(pdf.output()) if isinstance(pdf, FPDF) else pdf)
        config = Pdf.config_model(path=tmp_path / name, **settings)
        return list(Pdf(config).documents(context))

    return load_


def test_a_section_is_a_document_with_its_pages(load):
    documents = load(three_pages(), language="en", licence="CC0-1.0")
    assert [document.title for document in documents] == [
        "On Salt", "On Salt / 1 Freezing", "On Salt / 2 Boiling",
    ]  # fmt: skip
    assert [(d.metadata["page"], d.metadata["last_page"]) for d in documents] == [
        (1, 1), (1, 2), (2, 3),
    ]  # fmt: skip
    assert [document.origin for document in documents] == [
        "paper.pdf:1",
        "paper.pdf:1",
        "paper.pdf:2",
    ]
    assert {d.metadata["split_group"] for d in documents} == {"paper.pdf"}
    assert documents[1].metadata["section"] == "1 Freezing"
    assert (documents[0].language, documents[0].licence) == ("en", "CC0-1.0")
    text = documents[1].text
    assert text.startswith(
        "1 Freezing\n\nSalt lowers the freezing point of water, which is why it "
    )
    assert "This goes on over the page." in text


def test_running_heads_and_page_numbers_go_unless_they_are_wanted(load):
    whole = load(three_pages(), per="file")[0].text
    assert "Journal of Salt" not in whole
    assert not any(line.strip() in ("1", "2", "3") for line in whole.splitlines())
    assert load(three_pages(), per="file", running_lines=True)[0].text.count("Journal of") == 3


def test_a_page_or_the_file_can_be_the_document(load):
    pages = load(three_pages(), per="page", keep_together=False)
    assert [d.metadata["page"] for d in pages] == [1, 2, 3]
    assert "split_group" not in pages[0].metadata
    (whole,) = load(three_pages(), per="file")
    assert (whole.metadata["page"], whole.metadata["last_page"]) == (1, 3)
    assert whole.text.count("Salt lowers the freezing point") == 5


def test_columns_are_read_one_after_the_other(load):
    pdf = paper()
    heading(pdf, "Two columns", size=18)
    top = pdf.get_y()
    left = " ".join(f"left{n} word and more" for n in range(60))
    right = " ".join(f"right{n} word and more" for n in range(60))
    prose(pdf, left, width=80)
    pdf.set_left_margin(110)
    pdf.set_xy(110, top)
    prose(pdf, right, width=80)
    (document,) = load(pdf)
    assert " ".join(f"left{n} word and more" for n in range(60)) in document.text
    assert " ".join(f"right{n} word and more" for n in range(60)) in document.text
    assert document.text.index("left59") < document.text.index("right0")


def test_a_table_is_markdown_in_its_place_and_cells_in_the_metadata(load):
    pdf = paper()
    heading(pdf, "Melting points")
    prose(pdf, "Before the table. " + LONG)
    pdf.set_font("Helvetica", size=10)
    rows = [("Salt", "Point"), ("NaCl", "801 C"), ("KCl | pure", "770 C")]
    with pdf.table(width=100) as table:
        for row in rows:
            cells = table.row()
            for cell in row:
                cells.cell(cell)
    pdf.ln(4)
    prose(pdf, "After the table. " + LONG)
    (document,) = load(pdf)
    assert document.metadata["tables"] == [[list(row) for row in rows]]
    markdown = "| Salt | Point |\n| --- | --- |\n| NaCl | 801 C |\n| KCl \\| pure | 770 C |"
    before, _, after = document.text.partition(markdown)
    assert "Before the table." in before
    assert "After the table." in after
    assert document.text.count("NaCl") == 1
    plain = load(pdf, tables="none")
    assert not any("tables" in one.metadata for one in plain)
    assert "NaCl" in "".join(one.text for one in plain)


def test_a_word_hyphenated_at_a_lines_end_is_whole_again_and_list_entries_keep_their_lines(load):
    pdf = paper()
    prose(
        pdf, "The solu-\ntion of salt is clear, and Mg-\nCl is not.\n- one thing\n- another thing"
    )
    (document,) = load(pdf)
    assert document.text == (
        "The solution of salt is clear, and Mg- Cl is not.\n- one thing\n- another thing"
    )


@pytest.mark.skipif(not KOREAN_FONT.exists(), reason=f"no Korean font at hand: {KOREAN_FONT}")
def test_korean_text_is_read(load):
    pdf = paper()
    pdf.add_font("nanum", fname=KOREAN_FONT)
    pdf.set_font("nanum", size=11)
    pdf.multi_cell(
        0,
        6,
        "소금은 물의 어는점을 낮춘다. 그래서 겨울에는 도로에 소금을 뿌린다. 바다도 늦게 언다."
        " 소금이 많을수록 더 늦게 언다.",
    )
    (document,) = load(pdf)
    assert document.text.startswith("소금은 물의 어는점을 낮춘다. 그래서 겨울에는")


def test_a_page_without_text_is_listed(load, rejects):
    pdf = three_pages()
    FPDF.add_page(pdf)
    blank = FPDF()
    blank.add_page()
    with pytest.raises(DataError, match=r"no document could be read; no page has text: .*\(OCR\)"):
        load(blank)
    assert [reject.where for reject in rejects] == ["paper.pdf:1"]
    assert "recognise it (OCR)" in rejects[0].reason


def test_a_damaged_or_locked_file_is_a_bad_row(load, tmp_path, rejects):
    locked = three_pages()
    locked.set_encryption(owner_password="a", user_password="b")
    with pytest.raises(
        DataError, match=r"paper.pdf:1: the file is locked with a password; correct"
    ):
        load(locked)
    with pytest.raises(DataError, match=r"paper.pdf:1: the file is empty"):
        load(b"")
    for body in (b"no pdf at all", bytes(three_pages().output())[:900]):
        with pytest.raises(DataError, match=r"paper.pdf:1: cannot be read as PDF"):
            load(body)
    (tmp_path / "good.pdf").write_bytes(bytes(three_pages().output()))
    config = Pdf.config_model(path=tmp_path, on_error="skip")
    from byeori.testing import testing_context

    assert len(list(Pdf(config).documents(testing_context(tmp_path)))) == 3


def test_the_title_a_file_gives_itself_is_used_if_a_person_gave_it(load):
    pdf = three_pages()
    pdf.set_title("Salt and Water")
    assert load(pdf)[0].title == "Salt and Water / On Salt"
    pdf = three_pages()
    pdf.set_title("Microsoft Word - draft7.docx")
    assert load(pdf)[0].title == "On Salt"


def test_short_parts_join_their_neighbours(load):
    documents = load(three_pages(), min_characters=5000)
    assert len(documents) == 1
    assert len(documents[0].text) < 5000


def test_lines_of_a_table_of_contents_are_left_out(load):
    pdf = paper()
    prose(
        pdf, "Contents\n1 Freezing . . . . . . . . . . 1\n2 Boiling.................. 12\n" + LONG
    )
    (document,) = load(pdf)
    assert ". ." not in document.text
    assert "Boiling" not in document.text

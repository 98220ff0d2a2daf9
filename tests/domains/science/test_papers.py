"""Papers become clean documents: JATS, references, LaTeX, licences, one record a work."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import Document
from byeori.testing import RecordingContext, check_data_source, check_filter, sample_documents
from byeori_science.papers import Jats, Papers, SameWork
from byeori_science.papers.cleaning import SECTIONS, heading_name, without_sections
from byeori_science.papers.latex import without_latex
from byeori_science.papers.licences import spdx

ARTICLE = """<?xml version="1.0"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS 1.3//EN" "JATS-archivearticle1-3.dtd">
<article xml:lang="en" xmlns:xlink="http://www.w3.org/1999/xlink">
<front><journal-meta><journal-title-group><journal-title>Ion Letters</journal-title>
</journal-title-group></journal-meta><article-meta>
<article-id pub-id-type="doi">10.1234/ion.5</article-id>
<title-group><article-title>Ions in <italic>thin</italic> membranes</article-title></title-group>
<pub-date><year>2024</year></pub-date>
<permissions><license license-type="open-access"
 xlink:href="https://creativecommons.org/licenses/by/4.0/"><license-p>Open.</license-p></license>
</permissions>
<abstract><p>We measured ions.</p></abstract>
<trans-abstract xml:lang="ko"><p>이온을 측정하였다.</p></trans-abstract>
</article-meta></front>
<body><sec><title>Results</title><p>Conductivity was 80 mS cm<sup>-1</sup> in
H<sub>2</sub>O <xref ref-type="bibr" rid="r1">[1]</xref>, as <xref ref-type="fig">Fig. 2</xref>
shows.</p><sec><title>Theory</title><p>It follows
<inline-formula><tex-math>$\\sigma = 1/R$</tex-math></inline-formula>.</p></sec>
<table-wrap><table><tr><td>never</td></tr></table></table-wrap></sec>
<sec><title>Acknowledgements</title><p>We thank everyone who helped us with this.</p></sec></body>
<back><ref-list><ref>Someone 1999</ref></ref-list></back></article>"""


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    (tmp_path / "one.xml").write_text(ARTICLE, encoding="utf-8")
    return tmp_path


def test_sections_of_a_jats_article_are_documents_with_its_licence(articles: Path) -> None:
    made = check_data_source(Jats, {"path": articles})
    assert [one.metadata["section"] for one in made] == [
        "Abstract",
        "Abstract",
        "Results",
        "Acknowledgements",
    ]
    assert made[2].text == (
        "Conductivity was 80 mS cm^-1 in H2O , as Fig. 2 shows.\n\nTheory\n\n"
        "It follows $\\sigma = 1/R$ ."
    )
    assert made[2].title == "Ions in thin membranes - Results"
    assert {one.licence for one in made} == {"CC-BY-4.0"}
    assert [one.language for one in made] == ["en", "ko", "en", "en"]
    assert made[0].metadata["doi"] == "10.1234/ion.5"
    assert {one.metadata["split_group"] for one in made} == {"one.xml"}


def test_a_whole_article_is_one_document_and_its_korean_abstract_another(articles: Path) -> None:
    made = check_data_source(Jats, {"path": articles, "per": "article"})
    assert [one.language for one in made] == ["en", "ko"]
    assert "Results\n\nConductivity" in made[0].text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<article>", "not XML"),
        ("<html/>", "no JATS article"),
        ("<article/>", "the article has neither"),
    ],
)
def test_a_file_that_is_no_article_is_told(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "bad.xml").write_text(text, encoding="utf-8")
    source = Jats(Jats.config_model(path=tmp_path))
    with pytest.raises(Exception, match=rf"bad\.xml:1: {reason}"):
        list(source.documents(RecordingContext.__new__(RecordingContext)))


def paper(text: str, **more: Any) -> Document:
    return Document(id=more.pop("id", "1"), text=text, language="en", **more)


CONTENT = "Ions move through membranes, and faster where it is warm. "


def test_references_citations_and_latex_leave_a_paper(context: RecordingContext) -> None:
    text = (
        f"1 Introduction\n\n{CONTENT}[1, 3-5] The factor is $\\alpha \\times 10^{{-3}}$.\n\n"
        "References\n[1] Someone. A title. 1999.\n\nAppendix A\n\nMore of it."
    )
    (made,) = Papers(Papers.config_model()).keep([paper(text, licence="CC BY 4.0")], context)
    assert made.text == (
        f"1 Introduction\n\n{CONTENT.strip()} The factor is α × 10^-3.\n\nAppendix A\n\nMore of it."
    )
    assert made.licence == "CC-BY-4.0"
    assert context.counted == {
        "documents with sections cut": 1,
        "citation marks taken out": 1,
        "documents with LaTeX made text": 1,
    }


def test_sections_that_are_no_content_are_dropped_whole(
    context: RecordingContext, rejects: list[Any]
) -> None:
    documents = [
        paper(CONTENT, metadata={"section": "6. REFERENCES"}),
        paper(CONTENT, metadata={"section": "참고문헌"}),
        paper("Short."),
        paper(CONTENT.strip(), metadata={"section": "Results"}),
    ]
    made = list(Papers(Papers.config_model()).keep(documents, context))
    assert made == documents[3:]
    assert [one.reason for one in rejects] == [
        "a section that is no content: references",
        "a section that is no content: 참고문헌",
        "too little text is left",
    ]


@given(st.text(alphabet="abc \n.$%[]()가나", max_size=200))
def test_a_text_without_headings_or_latex_stays_as_it_is(text: str) -> None:
    assert without_sections(text, frozenset(map(heading_name, SECTIONS))) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("80 % of $5 and $6 stay", "80 % of $5 and $6 stay"),
        ("C:\\x and a_b & c", "C:\\x and a_b & c"),
        (r"$\alpha$-helices", "α-helices"),
        (r"grown \textit{in vivo} by Schr\"odinger", "grown in vivo by Schrödinger"),
        (r"as said~\cite{a,b}.", "as said."),
        (r"$5.0 \mathrm{~kJ} \mathrm{~mol}^{-1}$", "5.0 kJ mol^-1"),
        (r"80\% at \(T = 300\,K\)", "80% at T = 300 K"),
    ],
)
def test_latex_becomes_text_and_nothing_else_does(text: str, plain: str) -> None:
    assert without_latex(text) == plain


@pytest.mark.parametrize(
    ("licence", "known"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/by-nc-nd/3.0/", "CC-BY-NC-ND-3.0"),
        ("CC BY-SA 4.0", "CC-BY-SA-4.0"),
        ("Creative Commons BY 4.0 International", "CC-BY-4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("CC0", "CC0-1.0"),
        ("공공누리 제1유형", "KOGL Type 1"),
        ("cc-by", "cc-by"),
        ("publisher-specific-oa", "publisher-specific-oa"),
        ("MIT", "MIT"),
        ("", ""),
    ],
)
def test_licences_are_written_as_spdx_has_them_where_that_is_certain(
    licence: str, known: str
) -> None:
    assert spdx(licence) == known


LONG = "Ions in thin membranes of polymers"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (
            {"metadata": {"doi": "https://doi.org/10.1234/A"}},
            {"metadata": {"doi": "10.1234/a"}},
            True,
        ),
        (
            {"metadata": {"id": "2104.08773"}},
            {"origin": "https://arxiv.org/abs/2104.08773v2"},
            True,
        ),
        (
            {"metadata": {"doi": "10.48550/arXiv.2104.08773"}},
            {"metadata": {"id": "2104.08773"}},
            True,
        ),
        ({"title": LONG}, {"title": f"{LONG.upper()}."}, True),
        ({"title": "Editorial"}, {"title": "Editorial"}, False),
        ({"title": LONG}, {"title": LONG + " again"}, False),
        ({"metadata": {"split_group": "f"}, "title": LONG}, {"metadata": {"split_group": "f"},
          "title": LONG}, False),
    ],
)  # fmt: skip
def test_the_records_of_one_work_are_found(
    context: RecordingContext, one: dict[str, Any], other: dict[str, Any], same: bool
) -> None:
    documents = [paper("a", id="1", **one), paper("b", id="2", **other)]
    kept = list(SameWork(SameWork.config_model()).keep(documents, context))
    assert kept == (documents[:1] if same else documents)


def test_the_filters_keep_the_contract() -> None:
    assert check_filter(Papers, {}, sample_documents())
    assert check_filter(SameWork, {}, sample_documents())

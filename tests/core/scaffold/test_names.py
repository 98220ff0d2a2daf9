"""Names of new domains: what is refused, and what is suggested instead."""

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori.scaffold.names import LONGEST, Names, domain_names


def test_a_name_gives_those_of_plugin_module_and_distribution() -> None:
    names = domain_names("battery-materials", taken=["builtin"])
    assert names == Names("battery-materials")
    assert (names.module, names.distribution, names.title) == (
        "byeori_battery_materials",
        "byeori-battery-materials",
        "Battery materials",
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Minerals", "a-z, 0-9 and single hyphens.*; try 'minerals'"),
        ("my domain", "; try 'my-domain'"),
        ("my_domain", "; try 'my-domain'"),
        ("byeori-ores", "`byeori-` is put before the name anyway; try 'ores'"),
        ("byeori", "`byeori-` is put before the name anyway$"),
        ("byeori_ores", "; try 'ores'"),
        ("RareEarths", "; try 'rare-earths'"),
        ("a--b", "; try 'a-b'"),
        ("x" * 41, f"at most {LONGEST} characters$"),
        ("3d", "begins with a letter$"),
        ("금융", "begins with a letter$"),
        ("", "begins with a letter$"),
        ("class", "a word of Python's own; try 'class-domain'"),
        ("nasa", "a plugin of that name is installed already; try 'nasa-domain'"),
        ("Nasa", "; try 'nasa-domain'"),
        ("plugins", "Python has a module byeori_plugins already; try 'plugins-domain'"),
    ],
)
def test_what_can_be_no_domains_name_is_refused_with_one_that_can(name: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        domain_names(name, taken=["builtin", "nasa"])


@given(st.text(max_size=60))
def test_every_name_is_taken_or_refused_and_a_suggestion_can_be_taken(name: str) -> None:
    try:
        names = domain_names(name, taken=["builtin"])
    except ValueError as error:
        text = str(error)
        if "; try '" in text:
            suggestion = text.rpartition("; try '")[2].removesuffix("'")
            domain_names(suggestion, taken=["builtin"])
    else:
        assert names.module.isidentifier()
        assert not keyword.iskeyword(names.module)

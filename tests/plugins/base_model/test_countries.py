"""The table of countries agrees with an independent source, known other spellings aside."""

import pytest
from babel import Locale
from babel.numbers import get_territory_currencies

from byeori_plugins.base_model.facts import countries

EN, KO = Locale("en"), Locale("ko")
COUNTRIES = countries()

OTHER_ENGLISH = {
    "AG": "Antigua & Barbuda",
    "BA": "Bosnia & Herzegovina",
    "CD": "Congo - Kinshasa",
    "CG": "Congo - Brazzaville",
    "CI": "Côte d’Ivoire",
    "KN": "St. Kitts & Nevis",
    "LC": "St. Lucia",
    "MM": "Myanmar (Burma)",
    "ST": "São Tomé & Príncipe",
    "TR": "Türkiye",
    "TT": "Trinidad & Tobago",
    "VC": "St. Vincent & Grenadines",
}
OTHER_KOREAN = {
    "AU": "오스트레일리아",
    "CD": "콩고-킨샤사",
    "CF": "중앙 아프리카 공화국",
    "CG": "콩고-브라자빌",
    "VC": "세인트빈센트그레나딘",
    "ZA": "남아프리카",
}
OTHER_CURRENCY = {"BA", "BR", "BT", "IL", "LA", "MD", "MK", "MM", "MV", "TO", "UA"}
"""Written here as the National Institute of Korean Language or common use has it."""
ACCENTED = {"IS": "Króna", "NI": "Córdoba", "CR": "Colón", "VE": "Bolívar", "TO": "Paʻanga"}


def fact(country, slot, language="en"):
    return country.values[language].get(slot, "")


def code(country):
    return fact(country, "code")


@pytest.mark.parametrize("country", COUNTRIES, ids=code)
def test_names_agree_with_babel(country):
    assert OTHER_ENGLISH.get(code(country), fact(country, "en")) == EN.territories[code(country)]
    assert OTHER_KOREAN.get(code(country), fact(country, "ko")) == KO.territories[code(country)]


@pytest.mark.parametrize("country", COUNTRIES, ids=code)
def test_the_currency_is_legal_tender_by_babel(country):
    if not fact(country, "currency"):
        pytest.skip("no single currency, or one that changes as this is written")
    tender = get_territory_currencies(code(country))
    name = ACCENTED.get(code(country), fact(country, "currency")).lower()
    assert any(name in EN.currencies[unit].lower() for unit in tender)
    if code(country) not in OTHER_CURRENCY:
        assert any(fact(country, "currency", "ko") in KO.currencies[unit] for unit in tender)


@pytest.mark.parametrize("slot", ["code", "en", "ko"])
def test_no_two_countries_share_a_name_or_code(slot):
    assert len({fact(country, slot) for country in COUNTRIES}) == len(COUNTRIES)


def test_no_country_lacks_both_a_capital_and_a_continent():
    assert all(fact(one, "capital") or fact(one, "continent") for one in COUNTRIES)
    assert all(bool(fact(one, "capital")) == bool(fact(one, "capital", "ko")) for one in COUNTRIES)


def test_calling_codes_are_one_to_three_digits_and_belong_to_one_country():
    codes = [fact(one, "calling") for one in COUNTRIES if fact(one, "calling")]
    assert all(number.isdigit() and len(number) <= 3 for number in codes)
    assert len(set(codes)) == len(codes)

"""The keeper of translations sees what is missing, wrong or unused, and writes the same bytes twice."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from tools.translations import LANGUAGES, check, compile_all, extract_all, po_of

TEMPLATE = """{% load i18n %}
<p title="{% translate "It's here (now)" %}">Don't (
    {% blocktranslate count n=n %}{{ n }} lorry{% plural %}{{ n }} lorries{% endblocktranslate %}
  {% translate "May" context "month" %}
"""
MODULE = 'from x import gettext as _\nSAID = _("Hello {name}")\nNOT_SAID = print("nobody reads this")\n'


@pytest.fixture
def house(tmp_path: Path) -> tuple[Path, Path]:
    """A small house with a page and a module, and catalogues that know all their texts."""
    sources, locale = tmp_path / "src", tmp_path / "locale"
    (sources / "templates").mkdir(parents=True)
    (sources / "templates" / "page.html").write_text(TEMPLATE, "utf-8")
    (sources / "module.py").write_text(MODULE, "utf-8")
    extract_all(sources, locale)
    for language in ("ky", "ru"):
        translate(po_of(language, locale), language)
    return sources, locale


def translate(path: Path, language: str) -> None:
    """Fill a fresh catalogue with texts that are marked by their language."""
    text = path.read_text("utf-8")
    for said in ("It's here (now)", "May", "Hello {name}"):
        text = text.replace(f'msgid "{said}"\nmsgstr ""', f'msgid "{said}"\nmsgstr "{language}: {said}"')
    for form in range(3):
        text = text.replace(f'msgstr[{form}] ""', f'msgstr[{form}] "{language}{form} %(n)s"')
    path.write_text(text, "utf-8")


def test_a_translated_house_is_complete(house: tuple[Path, Path]) -> None:
    assert check(*house) == []


def test_extracting_again_changes_no_byte(house: tuple[Path, Path]) -> None:
    before = [po_of(language, house[1]).read_bytes() for language in LANGUAGES]
    extract_all(*house)
    assert [po_of(language, house[1]).read_bytes() for language in LANGUAGES] == before


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ('"ru: May"', '""', "is not translated"),
        ("ru: Hello {name}", "ru: Hello {nom}", "other placeholders"),
        ('"ru2 %(n)s"', '"ru2"', "other placeholders"),
        ('msgstr[2] "ru2 %(n)s"', "", "is not translated"),
        ("nplurals=3; ", "nplurals=4; ", "plural forms, not 3"),
        ("nplurals=3; ", "nplurals=2; ", "more translations than"),
        ("#: module.py", "#: module.py\n#, fuzzy", "fuzzy"),
    ],
)
def test_a_spoiled_translation_is_named(house: tuple[Path, Path], right: str, wrong: str, complaint: str) -> None:
    path = po_of("ru", house[1])
    text = path.read_text("utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong), "utf-8")
    [found] = check(*house)
    assert found.startswith("ru: ")
    assert complaint in found


def test_a_new_text_is_missing_and_a_gone_one_is_unused(house: tuple[Path, Path]) -> None:
    sources, _ = house
    (sources / "module.py").write_text(MODULE.replace("Hello", "Welcome"), "utf-8")
    complaints = check(*house)
    assert sum("is missing" in line for line in complaints) == len(LANGUAGES)
    assert sum("used nowhere" in line for line in complaints) == len(LANGUAGES)


def test_compiled_words_are_the_written_ones(house: tuple[Path, Path]) -> None:
    compile_all(house[1])
    russian = gettext.translation("django", house[1], ["ru"])
    assert russian.gettext("It's here (now)") == "ru: It's here (now)"
    assert russian.pgettext("month", "May") == "ru: May"
    assert [russian.ngettext("%(n)s lorry", "%(n)s lorries", n) for n in (1, 2, 5)] == [
        f"ru{n} %(n)s" for n in range(3)
    ]

"""Keeps the three languages complete: `compile` makes the .mo files, `check` names what is missing, `extract` adds it.

Run from the repository root: ``python tools/translations.py check``. Babel reads and writes the catalogues, so no GNU
gettext is needed on the machine.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import PoFileError, read_po, write_po
from django.utils.translation.template import templatize

ROOT: Final = Path(__file__).resolve().parents[1]
SOURCES: Final = ROOT / "src" / "beket"
LOCALE: Final = SOURCES / "web" / "locale"
LANGUAGES: Final = ("ky", "ru", "en")
SOURCE_LANGUAGE: Final = "en"
"""The language the code is written in: a text may stand for itself there."""

KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER: Final = re.compile(r"%\([^)]+\)[a-zA-Z]|%[sd]|\{[a-z_][a-z0-9_.]*(?:![rs])?(?::[^{}]*)?\}")
LINE_MAX: Final = 120
IDLE_HEADERS: Final = tuple(
    f'"{name}:'.encode()
    for name in (
        *("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team"),
        *("Report-Msgid-Bugs-To", "Generated-By"),
    )
)
"""What gettext would have us change at every run, and nobody reads."""


def python_of(template: str) -> bytes:
    """Turn a template into text the Python extractor reads; indentation goes, for it would mean something there."""
    return "\n".join(line.strip() for line in str(templatize(template)).splitlines()).encode() + b"\n"


def source_files(sources: Path) -> Iterator[Path]:
    """Give every file of ours whose words a person may see."""
    yield from sorted(sources.rglob("*.py"))
    for kind in ("*.html", "*.txt"):
        yield from sorted(path for path in sources.rglob(kind) if "templates" in path.parts)


def wanted(sources: Path) -> Catalog:
    """Collect every marked text of the sources, with where it stands."""
    catalog = Catalog(domain="django", project="beket", charset="utf-8")
    for path in source_files(sources):
        source = path.read_bytes() if path.suffix == ".py" else python_of(path.read_text("utf-8"))
        texts = extract("python", io.BytesIO(source), KEYWORDS, ["Translators:"], {"encoding": "utf-8"})
        for _line, message, comments, context in texts:
            where = [(path.relative_to(sources).as_posix(), 1)]
            catalog.add(message, None, where, auto_comments=comments, context=context)
    return catalog


def po_of(language: str, locale: Path) -> Path:
    """Say where a language's catalogue lies."""
    return locale / language / "LC_MESSAGES" / "django.po"


def held(language: str, locale: Path) -> Catalog:
    """Read a language's catalogue; an absent one is empty."""
    path = po_of(language, locale)
    if not path.exists():
        return Catalog(locale=language, domain="django", project="beket", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="django", abort_invalid=True)


def texts_of(message: Message) -> tuple[str, ...]:
    """Give a message's translations, one for each plural form."""
    return tuple(message.string) if isinstance(message.string, list | tuple) else (str(message.string or ""),)


def placeholders(text: str) -> Counter[str]:
    """Count what a text leaves open."""
    return Counter(PLACEHOLDER.findall(text))


def name_of(message: Message) -> str:
    """Name a message for a complaint."""
    singular = message.id[0] if isinstance(message.id, list | tuple) else message.id
    return f"{singular!r}" + (f" (context {message.context!r})" if message.context else "")


def complaints_about(message: Message, plurals: int) -> Iterator[str]:
    """Say what is wrong with one translation."""
    texts = texts_of(message)
    sources = list(message.id) if isinstance(message.id, list | tuple) else [str(message.id)]
    if message.fuzzy:
        yield "is marked fuzzy"
    if len(texts) != (plurals if message.pluralizable else 1):
        yield f"has {len(texts)} plural forms, not {plurals}"
    elif not all(text.strip() for text in texts):
        yield "is not translated"
    else:
        allowed = [placeholders(source) for source in sources]
        yield from (f"has other placeholders in {text!r}" for text in texts if placeholders(text) not in allowed)


def complaints(language: str, want: Catalog, have: Catalog) -> Iterator[str]:
    """Say everything that keeps a language from being complete, and what no source uses any more."""
    for message in want:
        if not message.id:
            continue
        translated = have.get(message.id, message.context)
        if translated is None:
            yield f"{language}: {name_of(message)} is missing ({message.locations[0][0]})"
            continue
        if message.pluralizable != translated.pluralizable:
            yield f"{language}: {name_of(message)} has plural forms on one side only"
            continue
        for complaint in complaints_about(translated, get_plural(language).num_plurals):
            yield f"{language}: {name_of(message)} {complaint}"
    for message in have:
        if message.id and want.get(message.id, message.context) is None:
            yield f"{language}: {name_of(message)} is used nowhere; extract sets it aside"


def check(sources: Path, locale: Path) -> list[str]:
    """List what is wrong in all languages; an empty list means complete."""
    want = wanted(sources)
    found: list[str] = []
    for language in LANGUAGES:
        try:
            found += complaints(language, want, held(language, locale))
        except PoFileError as error:
            found.append(f"{language}: {po_of(language, locale)}: {error}")
    return found


def stand_for_itself(catalog: Catalog) -> None:
    """Fill the source language: a text that nobody worded otherwise is its own translation."""
    for message in catalog:
        if not message.id or any(texts_of(message)):
            continue
        message.string = tuple(message.id) if isinstance(message.id, list | tuple) else message.id


def written(catalog: Catalog) -> bytes:
    """Write a catalogue so that the same texts give the same bytes: no dates, no names, no line numbers."""
    catalog.header_comment = f"# The words of the house in {catalog.locale_identifier}; see CONTRIBUTING.md."
    file = io.BytesIO()
    write_po(file, catalog, width=LINE_MAX, sort_output=True, include_lineno=False)
    return b"".join(line for line in file.getvalue().splitlines(keepends=True) if not line.startswith(IDLE_HEADERS))


def extract_all(sources: Path, locale: Path) -> None:
    """Bring the catalogues up to the sources: new texts empty, unused ones kept as obsolete, nothing guessed."""
    want = wanted(sources)
    for language in LANGUAGES:
        catalog = held(language, locale)
        catalog.update(want, no_fuzzy_matching=True)
        catalog.fuzzy = False
        if language == SOURCE_LANGUAGE:
            stand_for_itself(catalog)
        path = po_of(language, locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(catalog))


def compile_all(locale: Path) -> None:
    """Write the .mo files that the running house reads; they are build products and not committed."""
    for language in LANGUAGES:
        path = po_of(language, locale)
        if path.exists():
            with path.with_suffix(".mo").open("wb") as file:
                write_mo(file, held(language, locale))


def main(arguments: list[str] | None = None) -> int:
    """Run one of the three commands."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("command", choices=("compile", "check", "extract"))
    command = parser.parse_args(arguments).command
    if command == "compile":
        compile_all(LOCALE)
    elif command == "extract":
        extract_all(SOURCES, LOCALE)
    else:
        wrong = check(SOURCES, LOCALE)
        sys.stdout.write("".join(f"{line}\n" for line in wrong))
        sys.stdout.write(f"translations: {len(wrong)} complaints\n" if wrong else "translations: complete\n")
        return 1 if wrong else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())

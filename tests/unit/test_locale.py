"""The languages that the app ships: whole, true to the English, and compiled."""

from __future__ import annotations

import ast
import gettext
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from genlook_oscar.models import Configuration
from genlook_oscar.shopper import consent
from tests.conftest import need

pytestmark = pytest.mark.anydb
ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "genlook_oscar"
LANGUAGES = sorted(path.name for path in (PACKAGE / "locale").iterdir() if path.is_dir())

# What gettext must hand over untouched: %(name)d and %s, {name}, and tags of HTML.
UNTOUCHED = re.compile(r"%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[a-zA-Z%]|\{\w*\}|</?[a-zA-Z][^>]*>")


@dataclass
class Message:
    """An entry of a catalogue; `plural` is None for a message that counts nothing."""

    context: str | None = None
    source: str = ""
    plural: str | None = None
    translations: list[str] = field(default_factory=list)
    fuzzy: bool = False

    @property
    def key(self) -> tuple[str | None, str, str | None]:
        return self.context, self.source, self.plural


def read(path: Path) -> list[Message]:
    """The messages of a .po file, the header (whose source is "") first."""
    return [_message(block) for block in re.split(r"\n\s*\n", path.read_text("utf-8")) if block]


def _message(block: str) -> Message:
    message = Message()
    values: dict[str, str] = {}
    keyword = ""
    for line in block.splitlines():
        if line.startswith("#,") and "fuzzy" in line:
            message.fuzzy = True
        if line.startswith("#") or not line.strip():
            continue
        found = re.fullmatch(r'(?:(\w+(?:\[\d\])?) )?(".*")', line)
        assert found, f"not a line of a catalogue: {line}"
        keyword = found[1] or keyword
        values[keyword] = values.get(keyword, "") + ast.literal_eval(found[2])
    message.context = values.get("msgctxt")
    message.source = values["msgid"]
    message.plural = values.get("msgid_plural")
    message.translations = [text for name, text in values.items() if name.startswith("msgstr")]
    return message


def catalogue(language: str, package: Path = PACKAGE) -> list[Message]:
    return read(package / "locale" / language / "LC_MESSAGES" / "django.po")


def untouched(text: str) -> list[str]:
    return sorted(UNTOUCHED.findall(text))


@pytest.fixture
def in_german() -> Iterator[None]:
    with translation.override("de"):
        yield


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package whose catalogues have been collected anew from the source."""
    need("gettext", shutil.which("xgettext"), "install GNU gettext to collect the messages")
    copy = tmp_path_factory.mktemp("collected") / "genlook_oscar"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "static"))
    options = [word for language in LANGUAGES for word in ("-l", language)]
    options += ["--no-obsolete", "--settings", "tests.settings", "--pythonpath", str(ROOT)]
    done = subprocess.run(
        [sys.executable, "-m", "django", "makemessages", *options],
        cwd=copy,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return copy


def test_the_languages_that_are_promised_are_there() -> None:
    assert LANGUAGES == ["ar", "de", "es", "fr", "it", "nl", "pl", "pt"]


def test_the_reader_knows_a_message_of_each_kind(tmp_path: Path) -> None:
    path = tmp_path / "django.po"
    path.write_text(
        'msgid ""\nmsgstr "Language: xx\\n"\n\n'
        '#: a.py:1\n#, fuzzy, python-format\nmsgid "%d \\"day\\""\nmsgid_plural ""\n'
        '"%d "\n"days"\nmsgstr[0] "a"\nmsgstr[1] "b"\n\n'
        'msgctxt "of time"\nmsgid "second"\nmsgstr ""\n'
    )
    header, days, second = read(path)
    assert header == Message(translations=["Language: xx\n"])
    assert days == Message(None, '%d "day"', "%d days", ["a", "b"], fuzzy=True)
    assert second == Message("of time", "second", None, [""])


@pytest.mark.parametrize("language", LANGUAGES)
class TestEachLanguage:
    def test_every_message_is_translated_for_certain(self, language: str) -> None:
        header, *messages = catalogue(language)
        forms = int(re.search(r"nplurals=(\d)", header.translations[0])[1])  # type: ignore[index]
        assert messages
        for message in messages:
            assert all(text.strip() for text in message.translations), message.source
            assert not message.fuzzy, message.source
            assert len(message.translations) == (1 if message.plural is None else forms)

    def test_what_is_filled_in_is_filled_in_here_too(self, language: str) -> None:
        for message in catalogue(language)[1:]:
            allowed = [untouched(message.source)]
            if message.plural is not None:
                allowed.append(untouched(message.plural))
            for text in message.translations:
                assert untouched(text) in allowed, f"{message.source}\n{text}"

    def test_the_header_names_the_language_and_no_person(self, language: str) -> None:
        header = catalogue(language)[0].translations[0]
        assert f"\nLanguage: {language}\n" in header
        assert "\nContent-Type: text/plain; charset=UTF-8\n" in header
        assert "@" not in header

    # gettext's extractor leaves such an escape as it stands, and Python does not: the message
    # would be in the catalogue under a name that no look-up ever has.
    def test_no_message_is_written_so_that_it_is_never_found(self, language: str) -> None:
        for message in catalogue(language)[1:]:
            assert "\\" not in message.source

    def test_the_compiled_catalogue_is_that_of_the_text(self, language: str) -> None:
        compiled = PACKAGE / "locale" / language / "LC_MESSAGES" / "django.mo"
        with compiled.open("rb") as file:
            found: dict[Any, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        expected: dict[Any, str] = {}
        for message in catalogue(language):
            key = message.source
            if message.context is not None:
                key = f"{message.context}\x04{key}"
            if message.plural is None:
                expected[key] = message.translations[0]
            else:
                expected |= {(key, n): text for n, text in enumerate(message.translations)}
        # msgfmt leaves the moment out, so that compiling twice makes the same file.
        expected[""] = re.sub(r"POT-Creation-Date: .*\n", "", expected[""])
        assert found == expected, "run msgfmt"

    def test_the_catalogue_has_the_messages_of_the_source(
        self, language: str, collected: Path
    ) -> None:
        source = {message.key for message in catalogue(language, collected)}
        ours = {message.key for message in catalogue(language)}
        assert not source - ours, "not in the catalogue: run makemessages and translate"
        assert not ours - source, "no longer in the source: run makemessages --no-obsolete"


@pytest.mark.django_db
def test_a_page_speaks_the_browsers_language(client: Any) -> None:
    def page(language: str) -> str:
        headers = {"accept": "text/html", "accept-language": language}
        return client.get("/try-on/", headers=headers).content.decode()

    german = page("de")
    assert "Meine Anproben" in german
    assert "Sie haben noch nichts anprobiert." in german
    assert "My try-ons" not in german
    assert "My try-ons" in page("en")


@pytest.mark.parametrize(("days", "unit"), [(1, "Tag"), (3, "Tage")])
@pytest.mark.usefixtures("in_german")
def test_the_consent_promises_the_same_in_german(days: int, unit: str) -> None:
    shown = consent.wording(Configuration(keep_for_days=days))
    assert shown.text.count(f"spätestens {days} {unit}, nachdem ") == 3
    for part in ("sendet dieser Shop Ihr Foto an Genlook", "für nichts anderes", "selbst löschen"):
        assert part in shown.text
    with translation.override("en"):
        english = consent.wording(Configuration(keep_for_days=days))
    assert shown.version == english.version
    assert shown.text != english.text

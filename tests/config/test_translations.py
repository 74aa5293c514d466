from io import BytesIO

import pytest

from config import translations
from config.translations import KEYWORDS, main, templates

PAGE = b"""
{% load i18n %}{% translate "One word" %}{% translate "Sent" context "status" %}
{% blocktranslate count n=n %}one place{% plural %}{{ n }} places{% endblocktranslate %}
"""


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A small product of one template and one module."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_bytes(PAGE)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "words.py").write_text('gettext_lazy("Word")\npgettext_lazy("noun", "File")\n')
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    monkeypatch.setattr(translations, "SOURCES", ("config", "templates"))
    monkeypatch.setattr(translations, "PO", tmp_path / "locale" / "fr" / "LC_MESSAGES" / "django.po")
    return tmp_path


def translate(french):
    """Fill every text of the catalogue."""
    texts = translations.current()
    for message in texts:
        if message.id:
            message.string = french if isinstance(message.id, str) else (french, french)
    with translations.PO.open("wb") as file:
        translations.write_po(file, texts)


def test_templates_are_read_with_context_and_plural():
    found = [
        (function, text) for _line, function, text, _comments in templates(BytesIO(PAGE), KEYWORDS, (), {})
    ]
    assert ("pgettext", ("status", "Sent")) in found
    assert ("gettext", "One word") in found
    assert any(
        function == "ngettext" and text[:2] == ("one place", "%(n)s places") for function, text in found
    )


def test_update_finds_every_text_once_and_changes_nothing_the_second_time(source):
    assert main("update") == 0
    first = translations.PO.read_bytes()
    assert {message.id for message in translations.current() if message.id} == {
        "One word",
        "Sent",
        "Word",
        "File",
        ("one place", "%(n)s places"),
    }
    assert main("update") == 0
    assert translations.PO.read_bytes() == first


def test_check_passes_when_french_is_complete(source, capsys):
    main("update")
    translate("mot %(n)s")
    assert main("check") == 0


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda texts: setattr(texts.get("Word"), "string", ""), "Not in French: 'Word'"),
        (lambda texts: texts.get("Word").flags.add("fuzzy"), "Not in French: 'Word'"),
        (lambda texts: setattr(texts.get("one place"), "string", ("un", "")), "Not in French: 'one place'"),
        (lambda texts: setattr(texts.get("one place"), "string", ("un", "%(m)s")), "one place"),
        (lambda texts: setattr(texts.get("Word"), "string", "Mot : ici"), "space"),
        (lambda texts: texts.delete("Word"), "not up to date"),
    ],
)
def test_check_fails_on_what_is_not_good_french(source, capsys, damage, complaint):
    main("update")
    translate("mot %(n)s")
    texts = translations.current()
    damage(texts)
    with translations.PO.open("wb") as file:
        translations.write_po(file, texts)
    assert main("check") == 1
    assert complaint in capsys.readouterr().out


def test_compile_writes_what_django_reads(source):
    import gettext

    assert main("compile") == 0  # nothing to compile yet
    main("update")
    translate("mot %(n)s")
    assert main("compile") == 0
    with translations.PO.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).pgettext("status", "Sent") == "mot %(n)s"


def test_an_unknown_command_explains(capsys):
    assert main("") == 2
    assert "update" in capsys.readouterr().out

"""What becomes of a message: cleaned, or left out for a reason."""

import pytest
from frazo_tools.gettext.filter import Pair, Reason, make_pair
from frazo_tools.gettext.placeholders import placeholders, without_placeholders
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("source", "target", "pair"),
    [
        ("_File", "_Datei", ("File", "Datei")),
        ("E&xit", "&Beenden", ("Exit", "Beenden")),
        ("Save ~As...", "Speichern ~unter...", ("Save As...", "Speichern unter...")),
        ("Save && Close", "Speichern && schließen", ("Save & Close", "Speichern & schließen")),
        ("Fonts &amp; Colors", "Farben &amp; Schriften", ("Fonts & Colors", "Farben & Schriften")),
        ("&Copy\tCtrl+C", "&Kopieren\tStrg+C", ("Copy", "Kopieren")),
        # No mnemonics: a name with a mark in it, two words without blanks, a path.
        ("Set max_users", "Setze max_users", ("Set max_users", "Setze max_users")),
        ("R&D costs", "F&E-Kosten", ("R&D costs", "F&E-Kosten")),
        ("Read ~/.config", "Lies ~/.config", ("Read ~/.config", "Lies ~/.config")),
        ("A_B to C_D", "A_B nach C_D", ("A_B to C_D", "A_B nach C_D")),
        # Marks at the end stay where both sides have them.
        ("Name:", "Name des Autors:", ("Name:", "Name des Autors:")),
        ("Open …", "Öffnen...", ("Open...", "Öffnen...")),
        ("Open...", "Öffnen", ("Open", "Öffnen")),
        ("It is done", "Es ist fertig.", ("It is done", "Es ist fertig")),
        ("Size:", "Größe ...", ("Size", "Größe")),
        ("  Two\nlines\n", "Zwei\n  Zeilen\n", ("Two lines", "Zwei Zeilen")),
        ("No\u00a0blank\u00ad", "Kein\u202fLeerraum", ("No blank", "Kein Leerraum")),
        ("Read „it“", "»Das« lesen", ('Read "it"', '"Das" lesen')),
        ("bad `file'", "`Datei' ist falsch", ("bad 'file'", "'Datei' ist falsch")),
        ("unknown %<%s%>", "%<%s%> unbekannt", ("unknown '%s'", "'%s' unbekannt")),
        ("years 1 \u2013 2", "Jahre 1 \u2212 2", ("years 1 - 2", "Jahre 1 - 2")),
        # What tells senses apart inside of the source.
        ("?unit:Land", "Gelände", ("Land", "Gelände")),
        ("menu|Open", "Öffnen", ("Open", "Öffnen")),
        ("a|b", "c|d", ("a|b", "c|d")),
        # Decomposed umlauts are composed.
        ("Size", "Gro\u0308\u00dfe", ("Size", "Gr\u00f6\u00dfe")),
        ("Browser", "Browser", ("Browser", "Browser")),
        ("%d files", "%d Dateien", ("%d files", "%d Dateien")),
        ("<b>Bold</b>", "<B>Fett</B>", ("<b>Bold</b>", "<B>Fett</B>")),
    ],
)
def test_cleans_both_sides(source, target, pair):
    assert make_pair(source, target) == Pair(*pair)


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        ("File", "", Reason.EMPTY),
        (" \n", "Datei", Reason.EMPTY),
        ("translator-credits", "Erika Mustermann", Reason.CREDITS),
        ("Write to us", "Schreibt an hilfe@example.org", Reason.CREDITS),
        ("Bell \x07", "Glocke", Reason.CONTROL_CHARACTERS),
        ("Bullet", "Punkt \ue49e", Reason.CONTROL_CHARACTERS),
        ("Size", "Gr\ufffd\ufffde", Reason.CONTROL_CHARACTERS),
        ("%s: %d", "%s - %d", Reason.NO_LETTERS),
        ("100", "hundert", Reason.NO_LETTERS),
        ("Open the File", "open  the file", Reason.UNTRANSLATED),
        ("foo", "foo", Reason.UNTRANSLATED),
        ("%s of %s", "%2$s von %1$s", Reason.PLACEHOLDERS),
        ("%d files", "Dateien", Reason.PLACEHOLDERS),
        ("<b>Bold</b>", "<i>Fett</i>", Reason.PLACEHOLDERS),
        ("word " * 61, "Wort " * 61, Reason.TOO_LONG),
        ("Basis", "Legt fest, wie das Jahr zu berechnen ist", Reason.LENGTHS_DIFFER),
        ("file is gone", "the file has gone", Reason.WRONG_LANGUAGE),
        ("Закрыть файл", "Datei schließen", Reason.WRONG_LANGUAGE),
    ],
)
def test_says_why_a_message_is_left_out(source, target, reason):
    assert make_pair(source, target) is reason


def test_sixty_words_are_not_too_long():
    assert isinstance(make_pair("word " * 60, "Wort " * 60), Pair)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("%s %5.2f %1$s %.*s %ld %%", ["%s", "%5.2f", "%1$s", "%.*s", "%ld", "%%"]),
        ("%qE and %(name)s", ["%qE", "%(name)s"]),
        ("%1 of %L2", ["%1", "%L2"]),
        ("{0} {name} ${home} $(ARG1)", ["{0}", "{name}", "${home}", "$(ARG1)"]),
        ("%PRODUCTNAME is 100 % free, 50% off", ["%PRODUCTNAME"]),
        ('<a href="x">here</a><br/>', ["<a>", "</a>", "<br>"]),
        ("a < b and c > d", []),
    ],
)
def test_finds_placeholders_and_tags(text, found):
    assert sorted(placeholders(text).elements()) == sorted(found)


def test_what_is_left_without_placeholders():
    assert without_placeholders("<b>Read</b> %d of {n}").split() == ["Read", "of"]


@given(st.text(), st.text())
def test_a_pair_has_no_tabs_line_ends_or_blanks_at_its_ends(source, target):
    result = make_pair(source, target)
    if isinstance(result, Pair):
        for text in result:
            assert text == " ".join(text.split(" "))
            assert text == text.strip() != ""
            assert len(text.splitlines()) == 1
            assert "\t" not in text


ALPHABET = st.text("ab._&~|:%s<>{} \t\n'`", max_size=12)


@given(ALPHABET, ALPHABET)
def test_a_pair_is_made_whatever_stands_in_a_message(source, target):
    assert isinstance(make_pair(source, target), Pair | Reason)

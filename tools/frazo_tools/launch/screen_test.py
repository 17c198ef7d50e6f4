import io

from frazo_tools.launch.screen import Screen


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_without_a_terminal_there_are_lines_alone():
    out = io.StringIO()
    screen = Screen(out)
    screen.table(["a", "b"])
    screen.line("one")
    assert out.getvalue() == "one\n"
    assert not screen.has_table


def test_a_table_may_be_unwanted():
    assert not Screen(Terminal(), is_table_wanted=False).has_table


def test_a_table_is_drawn_in_place_below_the_lines():
    out = Terminal()
    screen = Screen(out)
    screen.table(["a", "b"])
    screen.line("one")
    screen.table(["c"])
    screen.end_table()
    screen.line("two")
    assert out.getvalue() == (
        "a\x1b[K\nb\x1b[K\n"
        # Two lines up, erased; the line; the table again.
        "\x1b[2A\r\x1b[Jone\na\x1b[K\nb\x1b[K\n"
        "\x1b[2A\r\x1b[Jc\x1b[K\n"
        "two\n"
    )


def test_a_table_does_not_leave_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "10")
    monkeypatch.setenv("LINES", "3")
    out = Terminal()
    Screen(out).table(["x" * 20, "b", "c", "d"])
    assert out.getvalue() == f"{'x' * 9}\x1b[K\nb\x1b[K\n"

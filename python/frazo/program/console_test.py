import io

from frazo.program.console import Console


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_in_a_file_there_are_plain_lines_and_no_live_line():
    out, err = io.StringIO(), io.StringIO()
    console = Console(out, err)
    console.live("10%")
    console.line("step 1")
    console.log("step 2")
    console.warning("careful")
    console.end_live()
    assert out.getvalue() == "step 1\nstep 2\n"
    assert err.getvalue() == "warning: careful\n"


def test_on_a_terminal_the_live_line_is_overwritten_and_makes_way_for_lines(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    out, err = Terminal(), io.StringIO()
    console = Console(out, err)
    console.live("10%")
    console.live("20%")
    console.line("step 1")
    console.end_live()
    erase = "\r\x1b[K"
    assert out.getvalue() == (f"{erase}10%{erase}20%{erase}step 1\n{erase}20%{erase}")


def test_on_a_terminal_the_log_goes_only_to_the_copy(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    out, copied = Terminal(), []
    console = Console(out, io.StringIO(), copy=copied.append)
    console.live("10%")
    console.log("step 1")
    console.line("done")
    assert out.getvalue() == "\r\x1b[K10%\r\x1b[Kdone\n\r\x1b[K10%"
    assert copied == ["step 1", "done"]


def test_the_live_line_fits_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "10")
    out = Terminal()
    Console(out, io.StringIO()).live("x" * 50)
    assert out.getvalue() == "\r\x1b[K" + "x" * 9

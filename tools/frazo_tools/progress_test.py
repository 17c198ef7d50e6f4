import io

from frazo.program.console import Console
from frazo_tools.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_on_a_terminal_there_is_one_live_line_with_bar_rate_and_time_left(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    out, clock = Terminal(), Clock()
    with Progress("reading", 80_000_000, console=Console(out), clock=clock) as progress:
        clock.seconds += 4
        progress(20_000_000)
        clock.seconds += 0.05
        progress(30_000_000)  # Too soon to show.
    # A quarter of 24 places; 60 MB at 5 MB a second are 12 s.
    bar = "[" + "=" * 6 + " " * 18 + "]"
    shown = f"\r\x1b[Kreading {bar}  25%  5.0 MB/s  ETA 0:12"
    assert out.getvalue() == shown + "\r\x1b[K"


def test_before_anything_is_done_the_time_left_is_open(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    out = Terminal()
    with Progress("training", 10, unit="merges", console=Console(out), clock=Clock()) as progress:
        progress(0)
    assert "  0%  0 merges/s  ETA ?" in out.getvalue()


def test_in_a_log_there_is_a_line_when_it_begins():
    out = io.StringIO()
    with Progress("reading", 10, console=Console(out)) as progress:
        progress(5)
    assert out.getvalue() == "reading ...\n"

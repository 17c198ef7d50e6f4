import pytest
from frazo_tools.prose.prose_filter import Reason, fault_of


@pytest.mark.parametrize(
    ("paragraph", "fault"),
    [
        (
            "It is recommended to look at the log before you change anything in the file "
            "/etc/fstab.",
            None,
        ),
        ("Chapter 7. Solving Problems and Finding Relevant Information", Reason.SHORT),
        (
            "static int foo(struct bar *b, int x) { return b->a[x] + (x << 3) & 0xff; } /* so it is "
            "with foo, bar */",
            Reason.SYMBOLS,
        ),
        (
            "Es wird empfohlen, das Protokoll anzusehen, bevor man etwas in der Datei ändert.",
            Reason.NOT_ENGLISH,
        ),
        (
            "Alice Bob Carol Dave Erin Frank Grace Heidi Ivan Judy Mallory Niaj Olivia Peggy",
            Reason.NOT_ENGLISH,
        ),
    ],
)
def test_prose_is_told_from_what_stands_around_it(paragraph, fault):
    assert fault_of(paragraph) == fault

import pytest
from frazo_tools.text_start import Utf16Error, checked_first_line


def test_a_byte_order_mark_is_no_part_of_the_first_line():
    assert checked_first_line(b"\xef\xbb\xbfone\n", "texts") == b"one\n"
    # Further in it is a character.
    for line in (b"one\xef\xbb\xbf\n", b"", b"a\0", b"\0\0\0\0", b"\xffone"):
        assert checked_first_line(line, "texts") == line


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named(encoding):
    with pytest.raises(Utf16Error, match="texts is UTF-16; convert it to UTF-8, as by iconv"):
        checked_first_line("one\n".encode(encoding), "texts")

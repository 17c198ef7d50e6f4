"""Tests of the checks of comments and docstrings."""

from tests.format import words


def test_a_comment_or_docstring_without_a_subject_is_found():
    text = '"""Of files."""\n\nX = 1  # Of X.\n\n# All\n# Of them.\n'
    # Line 6 continues the comment of line 5.
    assert [line for line, _ in words.python_faults(text)] == [1, 3]


def test_a_wide_docstring_is_found_unless_it_is_a_command():
    wide = "x" * 90
    text = f'"""Short.\n\n    ./bazelw run {wide}\n    ten more {wide} b\n"""\n'
    # 4 blanks, 9 characters, 90 and 2: 105 columns.
    assert [line for line, _ in words.python_faults(text)] == [4]


def test_comments_of_messages_are_checked():
    text = "// Of ids.\nint32 a = 1;  // Of a.\n// The number\n// Of ids.\n"
    assert [line for line, _ in words.cpp_faults(text)] == [1, 2]

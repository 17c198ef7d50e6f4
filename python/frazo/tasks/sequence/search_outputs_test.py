import pytest
from frazo.tasks.sequence.search_outputs import SearchOutputs


class Bytes:
    """A tokenizer whose tokens are bytes; a blank at the beginning of a text stands for nothing."""

    def decode(self, ids):
        return bytes(ids).decode(errors="replace").removeprefix(" ")


@pytest.mark.parametrize(
    ("prompt", "text", "expected"),
    [
        (b"", b" open", "open"),
        (b" open", b" open the", " the"),
        (b" open", b" open", ""),
        # The prompt ends within the two bytes of a character.
        (b"caf\xc3", b"caf\xc3\xa9 au lait", "\N{LATIN SMALL LETTER E WITH ACUTE} au lait"),
        (b"caf\xc3", b"caf\xc3", ""),
    ],
    ids=["no prompt", "a word", "nothing", "half a character", "nothing after half a character"],
)
def test_the_text_behind_a_prompt(prompt, text, expected):
    assert SearchOutputs(Bytes()).text_after(list(prompt), list(text)) == expected

"""A folder comes back from its text."""

from folder_text import folder_text, write_folder


def test_files_come_back_byte_for_byte(tmp_path):
    contents = {"a": b"", "b/c": bytes(range(256)) * 3, "b/d.txt": b"text\n"}
    for name, content in contents.items():
        path = tmp_path / "one" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    text = folder_text(tmp_path / "one")
    assert text.isascii()
    write_folder(text, tmp_path / "other")
    assert {name: (tmp_path / "other" / name).read_bytes() for name in contents} == contents

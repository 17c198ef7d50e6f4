import pytest
from frazo.export.export_folder import ROW_WISE, read_row_wise, write_row_wise


def test_what_was_written_is_read(tmp_path):
    row_wise = {"score": {"tokens": "num_tokens"}, "lengths": {}}
    write_row_wise(tmp_path, row_wise)
    assert read_row_wise(tmp_path) == row_wise
    assert (tmp_path / "assets.extra/row_wise_signatures.json").exists()


def test_an_export_that_says_nothing(tmp_path):
    assert read_row_wise(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "no JSON: .* Export the model again"),
        ("[]", 'expected {"SIGNATURE": {"PADDED OUTPUT": "OUTPUT OF LENGTHS"}}'),
        ('{"score": ["tokens"]}', "expected "),
        ('{"score": {"tokens": 1}}', "expected "),
    ],
)
def test_a_damaged_file_is_named(tmp_path, text, message):
    (tmp_path / ROW_WISE).parent.mkdir()
    (tmp_path / ROW_WISE).write_text(text)
    with pytest.raises(ValueError, match=message) as failure:
        read_row_wise(tmp_path)
    assert str(failure.value).startswith(str(tmp_path / ROW_WISE))

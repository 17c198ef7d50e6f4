import pytest

from frazo.op_library import find_op_library, is_installed


def test_a_missing_library_says_where_it_was_sought(tmp_path):
    package = tmp_path / "python" / "frazo"
    with pytest.raises(
        FileNotFoundError, match=r"in none of .*python/frazo/libfrazo_ops.so, .*core/ops/"
    ):
        find_op_library(package)
    library = tmp_path / "core" / "ops" / "libfrazo_ops.so"
    library.parent.mkdir(parents=True)
    library.touch()
    assert find_op_library(package) == library


def test_only_a_package_with_the_runtime_in_it_is_installed(tmp_path):
    assert not is_installed(tmp_path)
    assert not is_installed()
    (tmp_path / "libfrazo_runtime.so").touch()
    assert is_installed(tmp_path)

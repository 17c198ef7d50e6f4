"""Finds the files that a configuration names."""

import pathlib

import frazo

# Frazo's own tree. Data that comes with Frazo lies beside the task that uses it.
_OWN_TREE = pathlib.Path(frazo.__file__).parent


def find_checkpoint(prefix: str, field: str) -> str:
    """Returns the path prefix of an existing TensorFlow checkpoint, looked up as in find_file.

    The file <prefix>.index must exist.
    """
    return find_file(f"{prefix}.index", field).removesuffix(".index")


def find_file(path: str, field: str) -> str:
    """Returns the path of an existing file.

    An absolute path is used unchanged. A relative one is looked up below the current directory,
    then below Frazo's own tree.

    Args:
      path: The path in the configuration.
      field: The field of the configuration, for the error: "tensors.prefix".

    Raises:
      FileNotFoundError: There is no such file.
    """
    tried = [root / path for root in (pathlib.Path.cwd(), _OWN_TREE)]
    if pathlib.Path(path).is_absolute():
        tried = tried[:1]
    for candidate in tried:
        if candidate.is_file():
            return str(candidate)
    candidates = " and ".join(f"'{candidate}'" for candidate in tried)
    raise FileNotFoundError(
        f"{field}: there is no file '{path}'; looked for {candidates}. "
        "Correct the path, or create the file first."
    )

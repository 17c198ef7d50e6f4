"""Where the files of an input are."""

import pathlib

import frazo

# Frazo's own tree: data that ships with it lies beside the task that uses it.
_OWN_TREE = pathlib.Path(frazo.__file__).parent


def find_file(path: str, field: str) -> str:
    """The place of an existing file. `field` is named in the error, such as "records.files".

    An absolute path is taken as it is; a relative one is looked for below the current directory,
    then below Frazo's own tree. Raises FileNotFoundError.
    """
    return str(_first(path, "", field))


def find_checkpoint(prefix: str, field: str) -> str:
    """As find_file, for the prefix of a TensorFlow checkpoint: <prefix>.index must exist."""
    return str(_first(prefix, ".index", field)).removesuffix(".index")


def _first(path: str, suffix: str, field: str) -> pathlib.Path:
    tried = [root / (path + suffix) for root in (pathlib.Path.cwd(), _OWN_TREE)]
    if pathlib.Path(path).is_absolute():
        tried = tried[:1]
    for candidate in tried:
        if candidate.is_file():
            return candidate
    places = " and ".join(f"'{candidate}'" for candidate in tried)
    raise FileNotFoundError(
        f"{field}: there is no file '{path}{suffix}'; looked at {places}. "
        "Correct the path, or make the file first."
    )

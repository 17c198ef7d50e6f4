"""Where the files are that a configuration names."""

import pathlib

import frazo

# Frazo's own tree: data that ships with it lies beside the task that uses it.
_OWN_TREE = pathlib.Path(frazo.__file__).parent


def find_checkpoint(prefix: str, field: str) -> str:
    """The place of an existing TensorFlow checkpoint: <prefix>.index must be there. Looked for as
    find_file does.
    """
    return find_file(f"{prefix}.index", field).removesuffix(".index")


def find_file(path: str, field: str) -> str:
    """The place of an existing file. `field` is named in the error, such as "tensors.prefix".

    An absolute path is taken as it is; a relative one is looked for below the current directory,
    then below Frazo's own tree. Raises FileNotFoundError.
    """
    tried = [root / path for root in (pathlib.Path.cwd(), _OWN_TREE)]
    if pathlib.Path(path).is_absolute():
        tried = tried[:1]
    for candidate in tried:
        if candidate.is_file():
            return str(candidate)
    places = " and ".join(f"'{candidate}'" for candidate in tried)
    raise FileNotFoundError(
        f"{field}: there is no file '{path}'; looked at {places}. "
        "Correct the path, or make the file first."
    )

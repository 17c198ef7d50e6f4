"""Where the checkpoint of an input is."""

import pathlib

import frazo

# Frazo's own tree: data that ships with it lies beside the task that uses it.
_OWN_TREE = pathlib.Path(frazo.__file__).parent


def find_checkpoint(prefix: str, field: str) -> str:
    """The place of an existing TensorFlow checkpoint: <prefix>.index must be there. `field` is named
    in the error, such as "tensors.prefix".

    An absolute prefix is taken as it is; a relative one is looked for below the current directory,
    then below Frazo's own tree. Raises FileNotFoundError.
    """
    tried = [root / f"{prefix}.index" for root in (pathlib.Path.cwd(), _OWN_TREE)]
    if pathlib.Path(prefix).is_absolute():
        tried = tried[:1]
    for candidate in tried:
        if candidate.is_file():
            return str(candidate).removesuffix(".index")
    places = " and ".join(f"'{candidate}'" for candidate in tried)
    raise FileNotFoundError(
        f"{field}: there is no file '{prefix}.index'; looked at {places}. "
        "Correct the path, or make the file first."
    )

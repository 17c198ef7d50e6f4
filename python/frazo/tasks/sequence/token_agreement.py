"""Whether the special tokens and lengths of inputs, task and search agree."""

from typing import NamedTuple

from frazo import _core
from frazo.input.input_texts import InputTexts
from frazo.input.tokenizer_files import with_places
from frazo.proto import search_pb2, tokenizer_pb2


class Specials(NamedTuple):
    """The special tokens that a task and its search expect.

    Attributes:
      task: The task's name in configurations.
      sos_id: The token before the first one of an output: the field sos_id of the task.
      eos_id: The token that ends an output: the field search.eos_id of the task.
    """

    task: str
    sos_id: int
    eos_id: int


def check_search(task: str, search: search_pb2.Search, max_length: int | None, table: str) -> None:
    """Checks that a model gives what its search takes, and as far as that goes.

    Args:
      task: The task's name in configurations.
      search: The field search of the task.
      max_length: The number of positions that the model has; None: it has no table of them.
      table: The field of the task that has the table.

    Raises:
      ValueError: The search takes no logits, or is longer than the table.
    """
    if search.score_kind != search_pb2.Search.LOGITS:
        raise ValueError(
            f"{task}: search.score_kind is LOG_PROBABILITIES, but the model gives logits. Remove it."
        )
    if max_length is not None and search.max_length > max_length:
        raise ValueError(
            f"{task}: search.max_length is {search.max_length} tokens, but {table} has a table of "
            f"{max_length}. Raise the table's max_length, or lower search.max_length."
        )


def check_first_token(texts: InputTexts, feature: str, expected: Specials) -> None:
    """Checks the token that the steps of an input prepend to the ids of a feature.

    Args:
      texts: Describes how the input makes ids from texts.
      feature: The feature whose ids begin with sos_id.
      expected: The tokens of the task.

    Raises:
      ValueError: The steps prepend another token than sos_id.
    """
    if not texts.is_tokenized(feature):
        return
    encoding = texts.first_steps(feature)
    found = _loaded(encoding.tokenizer).sos_id
    if encoding.prepend_sos and found != expected.sos_id:
        raise ValueError(
            f"'{feature}' begins with token {found}, the sos_id of its tokenizer or of prepend_sos, but "
            f"task.{expected.task}.sos_id is {expected.sos_id}: decoding would begin with a token that "
            f"training never shows. Set task.{expected.task}.sos_id to {found}, or sos_id of the "
            f"tokenizer to {expected.sos_id}."
        )


def check_last_token(texts: InputTexts, feature: str, expected: Specials) -> None:
    """Checks the token that the steps of an input append to the ids of a feature.

    Args:
      texts: Describes how the input makes ids from texts.
      feature: The feature whose ids end with eos_id.
      expected: The tokens of the task.

    Raises:
      ValueError: The steps append another token than eos_id.
    """
    if not texts.is_tokenized(feature):
        return
    encoding = texts.first_steps(feature)
    found = _loaded(encoding.tokenizer).eos_id
    if encoding.append_eos and found != expected.eos_id:
        raise ValueError(
            f"'{feature}' ends with token {found}, the eos_id of its tokenizer or of append_eos, but "
            f"task.{expected.task}.search.eos_id is {expected.eos_id}: the search would not see where a "
            f"sentence ends. Set task.{expected.task}.search.eos_id to {found}, or eos_id of the "
            f"tokenizer to {expected.eos_id}."
        )


def check_unknown_token(texts: InputTexts, feature: str, expected: Specials) -> None:
    """Checks that no unknown word becomes a token that begins or ends an output.

    Raises:
      ValueError: The unk_id of the feature's tokenizer is sos_id or eos_id.
    """
    if not texts.is_tokenized(feature):
        return
    unk_id = _loaded(texts.tokenizer(feature)).unk_id
    for field, token in (("sos_id", expected.sos_id), ("search.eos_id", expected.eos_id)):
        if unk_id == token:
            raise ValueError(
                f"the tokenizer of '{feature}' has unk_id {unk_id}, and task.{expected.task}.{field} is "
                f"{token}, too: an unknown word would be that token. Set unk_id of the tokenizer, or "
                f"task.{expected.task}.{field}, to another token."
            )


def check_task_tokenizer(tokenizer: tokenizer_pb2.Tokenizer, expected: Specials) -> None:
    """Checks the special tokens of a task's own tokenizer.

    Raises:
      ValueError: They are not those of the task and its search.
      FileNotFoundError: A file of the tokenizer is missing.
    """
    loaded = _loaded(with_places(tokenizer, f"task.{expected.task}.tokenizer"))
    for name, field, found, wanted in (
        ("sos_id", "sos_id", loaded.sos_id, expected.sos_id),
        ("eos_id", "search.eos_id", loaded.eos_id, expected.eos_id),
    ):
        # A model of sentencepiece may lack the token.
        if found not in (wanted, -1):
            raise ValueError(
                f"task.{expected.task}.tokenizer has {name} {found}, but task.{expected.task}.{field} is "
                f"{wanted}. Set task.{expected.task}.{field} to {found}, or {name} of the tokenizer to "
                f"{wanted}."
            )


def check_longest(texts: InputTexts, feature: str, max_length: int | None, table: str) -> None:
    """Checks that the longest ids of a feature have positions.

    Args:
      texts: Describes how the input makes ids from texts.
      feature: The feature.
      max_length: The longest sequence that the layer takes; None if there is no limit.
      table: The field path of the layer's number of positions.

    Raises:
      ValueError: The input gives longer ids.
    """
    longest = texts.longest(feature)
    if max_length is not None and longest > max_length:
        raise ValueError(
            f"the input gives '{feature}' of up to {longest} tokens, but {table} is {max_length}. Raise "
            f"{table}, or lower the last of batcher.buckets.bounds."
        )


def _loaded(tokenizer: tokenizer_pb2.Tokenizer) -> _core.Tokenizer:
    return _core.Tokenizer(tokenizer.SerializeToString())

"""Where a tokenizer to export comes from: a text, a file, or an experiment."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from frazo.config import load_experiment
from frazo.config.config_text import ConfigText
from frazo.config.paths import join
from frazo.config.reader import read
from frazo.config.text_file import existing_file, read_text
from frazo.input.tokenizer_files import with_places
from frazo.proto import tokenizer_pb2
from frazo_tools.tokenizer.conversion_error import ConversionError
from google.protobuf import text_format
from google.protobuf.message import Message


def read_tokenizer(source: str) -> tokenizer_pb2.Tokenizer:
    """Returns the tokenizer that a text describes, or a file that it names.

    Args:
      source: A Tokenizer message, a textproto file of one, or a SentencePiece model.

    Raises:
      ConfigError: The message is wrong, or the file cannot be read.
      ConversionError: It is nothing of all that.
    """
    if source.endswith(".model"):
        return tokenizer_pb2.Tokenizer(sentencepiece={"model": str(Path(source).expanduser())})
    if "{" in source:
        config = ConfigText("TOKENIZER", source)
    elif source.endswith(".textproto"):
        path = Path(source).expanduser()
        config = ConfigText(source, read_text(existing_file(path, source, source)))
    else:
        raise ConversionError(
            f"'{source}' is no Tokenizer message, .textproto or .model file. A vocabulary file needs its "
            f"""kind, as in 'word {{ vocabulary: "{source}" }}'"""
        )
    message = read(config, tokenizer_pb2.Tokenizer).message
    assert isinstance(message, tokenizer_pb2.Tokenizer)
    if message.WhichOneof("kind") is None:
        raise ConversionError(
            "the tokenizer has no kind; set one of grapheme, word, bpe, sentencepiece, word_piece"
        )
    return message


def experiment_tokenizer(options: argparse.Namespace) -> tokenizer_pb2.Tokenizer:
    """Returns a tokenizer of an experiment, with the places of its files.

    Args:
      options: model, config and overrides name the experiment, field the tokenizer; None: the only
        one.

    Raises:
      ConfigError: The experiment is wrong.
      ConversionError: There is no such tokenizer, or there are several.
      FileNotFoundError: A file of the tokenizer is missing.
    """
    experiment = load_experiment(
        model=options.model, config=options.config, overrides=options.overrides
    )
    found = dict(_tokenizers(experiment, ""))
    if not found:
        raise ConversionError("the experiment has no tokenizer")
    different = {one.SerializeToString(deterministic=True) for one in found.values()}
    if options.field is None and len(different) > 1:
        raise ConversionError(
            f"the experiment has several tokenizers: give --field={_either(found)}"
        )
    path = options.field or next(iter(found))
    if path not in found:
        raise ConversionError(f"--field={path} is no tokenizer; give {_either(found)}")
    return with_places(found[path], path)


def one_line(message: tokenizer_pb2.Tokenizer) -> str:
    """Returns the message as text in one line."""
    return text_format.MessageToString(message, as_utf8=True, as_one_line=True)


def _either(found: dict[str, tokenizer_pb2.Tokenizer]) -> str:
    return " or ".join(found)


def _tokenizers(message: Message, path: str) -> Iterator[tuple[str, tokenizer_pb2.Tokenizer]]:
    """Yields the tokenizers of a message with their paths."""
    if isinstance(message, tokenizer_pb2.Tokenizer):
        yield path, message
        return
    for descriptor, value in message.ListFields():
        here = join(path, descriptor.name)
        if descriptor.message_type is None:
            continue
        if not descriptor.is_repeated:
            yield from _tokenizers(value, here)
        elif descriptor.message_type.GetOptions().map_entry:
            for key in value:
                if isinstance(value[key], Message):
                    yield from _tokenizers(value[key], join(here, str(key)))
        else:
            for index, element in enumerate(value):
                yield from _tokenizers(element, join(here, index))

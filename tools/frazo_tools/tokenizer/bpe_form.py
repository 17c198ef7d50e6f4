"""Byte-pair encoding of words and its tokenizer.json: a BPE model whose pieces at the end of a word
end in `</w>`.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

from frazo.proto import tokenizer_pb2
from frazo_tools.tokenizer.components import (
    FUSE,
    SPLIT_AT_BLANKS,
    Json,
    any_of,
    replace_pattern,
)
from frazo_tools.tokenizer.conversion_error import ConversionError
from frazo_tools.tokenizer.form import Form, Reading
from frazo_tools.tokenizer.loaded_tokenizer import LoadedTokenizer
from frazo_tools.tokenizer.merge_order import Pair, first_out_of_order, used_pairs
from frazo_tools.tokenizer.vocabulary import merge_list, pieces_by_id, vocabulary_file

END_OF_WORD = "</w>"
_CONTINUED = "@@"
# The file's first line, which tools of subword-nmt's format expect.
_VERSION = "#version: 0.2"


def bpe_form(loaded: LoadedTokenizer) -> Form:
    """Returns the form of a tokenizer of the kind `bpe`.

    Raises:
      ConversionError: A symbol of a merge is not in the vocabulary, or tokenizers would join pairs
        in another order.
    """
    special = {number: loaded.pieces[number] for number in loaded.textless}
    vocab = _symbols(loaded, special)
    merges = _merges(Path(loaded.message.bpe.merges))
    _check_merges(merges, vocab, {loaded.unk_id, *special})
    model = {
        "type": "BPE",
        "dropout": None,
        "unk_token": loaded.unk,
        "continuing_subword_prefix": None,
        "end_of_word_suffix": END_OF_WORD,
        "fuse_unk": False,
        "byte_fallback": False,
        "ignore_merges": False,
        "vocab": vocab,
        "merges": [list(pair) for pair in merges],
    }
    return Form(
        model,
        pre_tokenizer=SPLIT_AT_BLANKS,
        decoders=[
            # An unknown piece is a word.
            replace_pattern(rf"\A{any_of([loaded.unk])}\z", loaded.unk + END_OF_WORD),
            replace_pattern(rf"{END_OF_WORD}\z", " "),
            FUSE,
            replace_pattern(r" \z", ""),
        ],
        special=special,
    )


def read_bpe(model: Json, names: Collection[str]) -> Reading:
    """Makes a tokenizer of the kind `bpe` of a BPE model.

    Args:
      model: The model, whose end_of_word_suffix is `</w>`.
      names: The tokens that are no parts of words.

    Raises:
      ConversionError: The vocabulary or the merges have another form.
    """

    def in_vocabulary(symbol: str) -> str:
        if symbol.endswith(END_OF_WORD):
            return symbol.removesuffix(END_OF_WORD)
        return symbol if symbol in names else symbol + _CONTINUED

    lines = [" ".join(pair) for pair in merge_list(model)]
    content = "".join(f"{line}\n" for line in [_VERSION, *lines]).encode()
    pieces = [in_vocabulary(symbol) for symbol in pieces_by_id(model)]
    message = tokenizer_pb2.Tokenizer(bpe=tokenizer_pb2.BpeTokenizer())
    return Reading(message, {"merges": content, "vocabulary": vocabulary_file(pieces)})


def _symbols(loaded: LoadedTokenizer, special: Mapping[int, str]) -> dict[str, int]:
    """Returns the ids by symbol: a last piece has `</w>`, another one no `@@`."""
    ids: dict[str, int] = {}
    for number, piece in enumerate(loaded.pieces):
        if number == loaded.unk_id or number in special:
            symbol = piece
        elif piece.endswith(_CONTINUED):
            symbol = piece.removesuffix(_CONTINUED)
        else:
            symbol = piece + END_OF_WORD
        if symbol in ids:
            raise ConversionError(
                f"the pieces {loaded.pieces[ids[symbol]]!r} and {piece!r} would both be {symbol!r} in "
                "tokenizer.json; remove one of them from the vocabulary"
            )
        if number in special and len(piece) == 1:
            raise ConversionError(
                f"id {number}, which starts or ends a sentence, is the character {piece!r}: "
                "tokenizers would find it in texts. Set sos_id and eos_id to names such as <s>"
            )
        ids[symbol] = number
    return ids


def _merges(path: Path) -> list[Pair]:
    """Reads a file of merges that was found right."""
    lines = path.read_bytes().decode("utf-8-sig").removesuffix("\n").split("\n")
    if all(line.endswith("\r") for line in lines[:-1]):
        lines = [line.removesuffix("\r") for line in lines]
    if lines[0].startswith("#version"):
        del lines[0]
    pairs = []
    for line in lines:
        left, _, right = line.partition(" ")
        pairs.append((left, right))
    return pairs


def _check_merges(merges: list[Pair], vocab: Mapping[str, int], names: Collection[int]) -> None:
    """Raises ConversionError if tokenizers would not divide words as Frazo does.

    Args:
      merges: The pairs, best first.
      vocab: The ids by symbol.
      names: The ids of tokens that are no parts of words.
    """
    for left, right in merges:
        for symbol in (left, right, left + right):
            if symbol not in vocab or vocab[symbol] in names:
                raise ConversionError(
                    f"merge '{left} {right}': {symbol!r} is not in the vocabulary, as tokenizers "
                    "needs it. Train merges and vocabulary together, as build_vocab does, or leave "
                    "out the merges that the vocabulary does not need"
                )
        if right[-len(END_OF_WORD) :] != END_OF_WORD and (left + right).endswith(END_OF_WORD):
            raise ConversionError(
                f"merge '{left} {right}' makes a symbol that ends in {END_OF_WORD}; remove it"
            )
    rank_by_pair = {pair: rank for rank, pair in enumerate(merges)}
    pieces = [_characters(left + right) for left, right in merges]

    def ranks(left: str, right: str) -> int | None:
        return rank_by_pair.get((left, right))

    pairs = used_pairs(pieces, ranks)
    different = set(pairs) ^ set(used_pairs(pieces, ranks, by_round=True))
    pair = min(different, key=rank_by_pair.__getitem__, default=first_out_of_order(pairs))
    if pair is not None:
        raise ConversionError(
            f"merge '{' '.join(pair)}': Frazo joins all pairs of a rank before those that come up, and "
            "tokenizers does not, so that some words would have other pieces. Learn the merges anew, "
            "by build_vocab --kind=bpe"
        )


def _characters(symbol: str) -> list[str]:
    """Returns the characters of a symbol; the end of a word belongs to the last one."""
    if not symbol.endswith(END_OF_WORD) or symbol == END_OF_WORD:
        return list(symbol)
    text = symbol.removesuffix(END_OF_WORD)
    return [*text[:-1], text[-1] + END_OF_WORD]

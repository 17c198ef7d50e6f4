"""Reads and writes tokenizer.json, the file of Hugging Face's tokenizers package.

    ./bazelw run //tools:tokenizer -- export 'bpe { merges: "ende.merges" vocabulary: "ende.vocab" }' tokenizer.json
    ./bazelw run //tools:tokenizer -- export ende.model tokenizer.json
    ./bazelw run //tools:tokenizer -- export --config=my.textproto --field=task.translation.tokenizer tokenizer.json
    ./bazelw run //tools:tokenizer -- import tokenizer.json vocab/ende

`export` writes a tokenizer of Frazo as a tokenizer.json, with which the tokenizers package gives
the same ids and the same texts.

`import` writes the vocabulary files of a tokenizer.json, whose names begin with OUT, and
OUT.textproto, the Tokenizer message that reads them. It prints the line for a configuration.

Both print for which texts ids or decoded texts are not the same.

What cannot be exact is refused; the error names the field and the remedy. Nothing that exists is
replaced. docs/data.md says which kinds become which models.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from frazo import _core
from frazo.config import ConfigError
from frazo.program.command_line import path_argument, run_program
from frazo.program.durable_file import write_bytes
from frazo_tools.documented_parser import documented_parser
from frazo_tools.tokenizer.conversion_error import ConversionError
from frazo_tools.tokenizer.document import read_document
from frazo_tools.tokenizer.export import export_tokenizer
from frazo_tools.tokenizer.importing import SentenceEnds, import_json, with_files
from frazo_tools.tokenizer.tokenizer_source import experiment_tokenizer, one_line, read_tokenizer
from google.protobuf import text_format

_ENDINGS = {"vocabulary": "vocab", "merges": "merges", "model": "model"}


def main(arguments: Sequence[str]) -> int:
    # Bazel starts programs in another folder: paths are relative to the user's folder.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    options = _parse(arguments)
    try:
        return options.run(options)
    except (ConversionError, ConfigError, _core.FrazoError, OSError) as error:
        print(f"tokenizer {options.command}: {error}", file=sys.stderr)
        return 1


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("tokenizer", __doc__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    export = commands.add_parser("export", help="write a tokenizer.json")
    export.add_argument(
        "tokenizer",
        nargs="?",
        metavar="TOKENIZER",
        help="a Tokenizer message as text, a .textproto file of one, or a SentencePiece .model; "
        "otherwise --model or --config",
    )
    export.add_argument("out", type=path_argument, metavar="OUT", help="the file to write")
    export.add_argument("--model", metavar="NAME", help="a known experiment with a tokenizer")
    export.add_argument("--config", metavar="FILE", help="an experiment in a textproto file")
    export.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="change a field of the experiment",
    )
    export.add_argument(
        "--field",
        metavar="PATH",
        help="which tokenizer of the experiment, such as task.translation.tokenizer; default: the "
        "only one",
    )
    export.set_defaults(run=_export)
    add_import = commands.add_parser(
        "import", help="write the vocabulary files of a tokenizer.json"
    )
    add_import.add_argument("file", type=path_argument, metavar="FILE", help="a tokenizer.json")
    add_import.add_argument(
        "out", type=path_argument, metavar="OUT", help="what the names of the files begin with"
    )
    for name, what in (("sos", "starts"), ("eos", "ends")):
        add_import.add_argument(
            f"--{name}",
            metavar="TOKEN",
            help=f"the token that {what} a sentence; default: <{'/' * (name == 'eos')}s>, if there is one",
        )
    add_import.set_defaults(run=_import)
    options = parser.parse_args(arguments)
    if options.command == "export":
        has_experiment = options.model is not None or options.config is not None
        if has_experiment == (options.tokenizer is not None):
            parser.error("export takes TOKENIZER and OUT, or --model or --config and OUT")
    return options


def _export(options: argparse.Namespace) -> int:
    if options.tokenizer is not None:
        message = read_tokenizer(options.tokenizer)
    else:
        message = experiment_tokenizer(options)
    exported = export_tokenizer(message)
    content = json.dumps(exported.document, ensure_ascii=False, indent=2).encode() + b"\n"
    _write({options.out: content})
    _tell(exported.notes)
    return 0


def _import(options: argparse.Namespace) -> int:
    try:
        ends = SentenceEnds(options.sos, options.eos)
        imported = import_json(read_document(options.file.read_bytes()), ends)
    except ConversionError as error:
        raise ConversionError(f"'{options.file}': {error}") from error
    out = options.out
    paths = {name: out.with_name(f"{out.name}.{_ENDINGS[name]}") for name in imported.reading.files}
    message = with_files(imported.reading, paths)
    files = {paths[name]: content for name, content in imported.reading.files.items()}
    # Last, so that it names files that are there.
    files[out.with_name(f"{out.name}.textproto")] = text_format.MessageToString(
        message, as_utf8=True
    ).encode()
    _write(files)
    _tell(imported.notes)
    print(f"in a configuration: tokenizer {{ {one_line(message)} }}")
    return 0


def _tell(notes: list[str]) -> None:
    for note in notes:
        print(f"not the same: {note}")


def _write(files: dict[Path, bytes]) -> None:
    """Writes new files, each whole or not at all, and prints their sizes.

    Raises:
      ConversionError: One of them exists; nothing is written.
      OSError: One cannot be written.
    """
    for path in files:
        if path.is_symlink() or path.exists():
            raise ConversionError(f"'{path}' exists already; remove it or choose another name")
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, content)
        print(f"{path}: {len(content):,} bytes")


if __name__ == "__main__":
    run_program(main)

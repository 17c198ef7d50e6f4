"""`checkpoint ctranslate2`: a translation model for CTranslate2."""

import argparse
import importlib.util
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from frazo import _core
from frazo.checkpoint.new_logdir import require_new
from frazo.config import load_experiment
from frazo.experiment.parts import first_input, named_errors
from frazo.input.input_texts import InputTexts
from frazo.program import durable_file
from frazo.program.errors import JobError
from frazo.program.number_format import format_bytes
from frazo.proto import tokenizer_pb2, translation_pb2
from frazo.registry import unwrap
from frazo.tasks.sequence.text_tokenizers import TextTokenizers
from frazo_tools.checkpoint.ctranslate2_limits import limits
from frazo_tools.checkpoint.ctranslate2_spec import Vocabularies, make_spec
from frazo_tools.checkpoint.experiment_model import experiment_model, shown
from frazo_tools.checkpoint.model_check import check_model
from frazo_tools.checkpoint.safetensors_file import Form
from frazo_tools.checkpoint.source import open_source
from frazo_tools.checkpoint.weights import weights_of

_MODEL = "transformer"


def run(options: argparse.Namespace) -> int:
    require_new(options.out)
    _check_package()
    experiment = load_experiment(
        model=options.model, config=options.config, overrides=options.overrides
    )
    if (kind := experiment.task.WhichOneof("kind")) != "translation":
        raise JobError(f"task.{kind}: CTranslate2 gets models of translation")
    message = experiment.task.translation
    check_limits(message)
    source = open_source(options.checkpoint)
    weights = weights_of(source, options.weights)
    forms = {
        name: Form(np.dtype(entry.dtype.as_numpy_dtype), entry.shape)
        for name, entry in weights.items()
    }
    check_model(forms, experiment_model(experiment))
    with named_errors("task.translation"):
        _, kind = unwrap(experiment.inputs[first_input(experiment)[0]])
        vocabularies = vocabularies_of(message, InputTexts(kind))
    values = {name: source.read(entry.name).numpy() for name, entry in weights.items()}
    size = write_ctranslate2(options.out, message, values, vocabularies)
    print(f"{options.out}: {format_bytes(size)}, as of step {source.step}")
    return 0


def check_limits(message: translation_pb2.Translation) -> None:
    """Raises JobError, which lists what CTranslate2 cannot compute of the model."""
    if problems := limits(message):
        raise JobError(
            "CTranslate2 cannot compute this model, so that its translations would differ:\n"
            f"{shown(problems)}"
        )


def vocabularies_of(message: translation_pb2.Translation, texts: InputTexts) -> Vocabularies:
    """Returns the tokens of a model.

    Args:
      message: The model.
      texts: How its input makes ids from texts.

    Raises:
      ValueError: There is no tokenizer, or sentences of both languages end with different tokens.
    """
    model = message.transformer
    has_target = model.HasField("target_embedding")
    target_size = (model.target_embedding if has_target else model.source_embedding).vocab_size
    own = message.tokenizer if message.HasField("tokenizer") else None
    tokenizers = TextTokenizers(texts, own, task="translation", vocab_size=target_size)
    encoding = tokenizers.source_encoding()
    source, source_tokens = _tokens(encoding.tokenizer, model.source_embedding.vocab_size)
    target, target_tokens = _tokens(tokenizers.target, target_size)
    sos, eos = target_tokens[message.sos_id], target_tokens[message.search.eos_id]
    for name, used, token, id in (
        ("eos_id", encoding.append_eos, eos, source.eos_id),
        ("sos_id", encoding.prepend_sos, sos, source.sos_id),
    ):
        if used and source_tokens[id] != token:
            raise ValueError(
                f"a source's {name} is '{source_tokens[id]}', a target's '{token}', but CTranslate2 "
                "has one for both languages. Use tokenizers that agree."
            )
    return Vocabularies(
        source=source_tokens,
        target=target_tokens,
        unk=target_tokens[target.unk_id],
        sos=sos,
        eos=eos,
        prepend_sos=encoding.prepend_sos,
        append_eos=encoding.append_eos,
    )


def write_ctranslate2(
    out: Path,
    message: translation_pb2.Translation,
    weights: Mapping[str, np.ndarray],
    vocabularies: Vocabularies,
) -> int:
    """Writes the folder of a model for CTranslate2, which appears when it is complete.

    Args:
      out: Must not exist.
      message: A model for which check_limits() finds nothing.
      weights: Its weights, float32, by their names in a checkpoint.
      vocabularies: Its tokens.

    Returns:
      The bytes written.
    """
    below = {name.removeprefix(f"{_MODEL}/"): value for name, value in weights.items()}
    spec = make_spec(message.transformer, below, vocabularies)
    require_new(out)
    aside = out.with_name(out.name + durable_file.TEMPORARY_SUFFIX)
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        spec.save(str(aside))
        files = sorted(aside.iterdir())
        for file in files:
            durable_file.sync_file(file)
        size = sum(file.stat().st_size for file in files)
        os.rename(aside, out)
        durable_file.sync_directory(out.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return size


def _tokens(message: tokenizer_pb2.Tokenizer, size: int) -> tuple[_core.Tokenizer, list[str]]:
    """Returns a tokenizer and the texts of `size` ids, some of which it may not know."""
    tokenizer = _core.Tokenizer(message.SerializeToString())
    known = min(size, tokenizer.vocab_size)
    tokens = [tokenizer.id_to_piece(id) for id in range(known)]
    tokens += [f"<unused {id}>" for id in range(known, size)]
    return tokenizer, tokens


def _check_package() -> None:
    """Raises JobError if the package of CTranslate2 is missing."""
    if importlib.util.find_spec("ctranslate2") is None:
        raise JobError("the Python package ctranslate2 is missing: pip install ctranslate2")

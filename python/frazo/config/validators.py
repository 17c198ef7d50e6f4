"""Checks that concern several fields; FieldRules check a single field."""

import re
from collections.abc import Callable
from typing import Any, NoReturn, Protocol

from google.protobuf.message import Message

from frazo.config.paths import Key
from frazo.proto import (
    attention_pb2,
    language_model_pb2,
    language_modeling_pb2,
    layer_pb2,
    mixture_of_experts_pb2,
    rnmt_plus_pb2,
    schedule_pb2,
    speech_recognition_pb2,
    transformer_layer_pb2,
    transformer_pb2,
    translation_pb2,
)

_LAYER_NAME = re.compile(r"[A-Za-z0-9_]+")


class Fail(Protocol):
    """Raises the ConfigError.

    Args:
      problem: What is wrong, and the remedy.
      part: Field names, indices and map keys that lead from the message to the wrong part.
    """

    def __call__(self, problem: str, *part: Key) -> NoReturn: ...


# The message is of the type that the validator was made for.
Validator = Callable[[Any, Fail], None]
_validators: dict[str, Validator] = {}


def validates(message_class: type[Message]) -> Callable[[Validator], Validator]:
    """Registers the decorated function to check messages of this type whose fields obey their
    rules.
    """

    def bind(validator: Validator) -> Validator:
        _validators[message_class.DESCRIPTOR.full_name] = validator
        return validator

    return bind


def validator_of(message: Message) -> Validator | None:
    return _validators.get(message.DESCRIPTOR.full_name)


def require_valid(message: Message, path: str) -> None:
    """The same checks for a layer that may have been made without a file: ValueError naming its
    path.
    """

    def fail(problem: str, *part: Key) -> NoReturn:
        raise ValueError(f"{path}: {'.'.join(map(str, part))}: {problem}")

    validator = validator_of(message)
    if validator is not None:
        validator(message, fail)


@validates(layer_pb2.Sequential)
def _layer_names_are_unique(sequential: layer_pb2.Sequential, fail: Fail) -> None:
    first_index: dict[str, int] = {}
    for index, layer in enumerate(sequential.layers):
        part: list[Key] = ["layers", index]
        if layer.HasField("name"):
            part.append("name")
            if not _LAYER_NAME.fullmatch(layer.name):
                fail(
                    f'"{layer.name}" is not a valid layer name; use letters, digits and underscores',
                    *part,
                )
        name = layer.name or f"{layer.WhichOneof('kind')}_{index}"
        other = first_index.setdefault(name, index)
        if other != index:
            fail(
                f'the name "{name}" is already used by layers[{other}]; give each layer its own name',
                *part,
            )


@validates(attention_pb2.MultiHeadAttention)
def _attention_is_consistent(attention: attention_pb2.MultiHeadAttention, fail: Fail) -> None:
    heads, shared = attention.num_heads, attention.num_key_value_heads
    if shared and heads % shared:
        fail(f"{shared} does not divide num_heads ({heads}); use a divisor", "num_key_value_heads")
    if attention.causal and attention.tokens_after:
        fail(
            "causal attention does not see later tokens; remove causal or tokens_after",
            "tokens_after",
        )
    if attention.block_length and attention.probability_dropout:
        fail(
            "block_length and probability_dropout cannot be combined; remove one of them",
            "block_length",
        )


@validates(mixture_of_experts_pb2.MixtureOfExperts)
def _tokens_find_experts(mixture: mixture_of_experts_pb2.MixtureOfExperts, fail: Fail) -> None:
    if mixture.experts_per_token > mixture.num_experts:
        fail(
            f"{mixture.experts_per_token} experts for each token are more than num_experts, "
            f"{mixture.num_experts}; lower it, or add experts",
            "experts_per_token",
        )


def _layers(
    stack: transformer_layer_pb2.TransformerStack,
) -> list[tuple[transformer_layer_pb2.TransformerLayer, list[Key]]]:
    """Returns the layers that take turns in a stack, each with its part."""
    others = enumerate(stack.alternating_with)
    first: list[Key] = ["layer"]
    return [(stack.layer, first), *((layer, ["alternating_with", i]) for i, layer in others)]


@validates(transformer_pb2.Transformer)
def _transformer_can_decode(transformer: transformer_pb2.Transformer, fail: Fail) -> None:
    for layer, part in _layers(transformer.decoder):
        if not layer.self_attention.causal:
            problem = "a decoder must not see the tokens that it predicts; set causal: true"
            fail(problem, "decoder", *part, "self_attention")
        if not layer.HasField("cross_attention"):
            problem = "a decoder attends to the encoder's output; add cross_attention { ... }"
            fail(problem, "decoder", *part)
    for layer, part in _layers(transformer.encoder):
        if layer.HasField("cross_attention"):
            problem = "an encoder attends to its own input only; remove cross_attention"
            fail(problem, "encoder", *part, "cross_attention")
    _classes_are_target_ids(transformer, fail)


@validates(rnmt_plus_pb2.RnmtPlus)
def _rnmt_plus_can_decode(model: rnmt_plus_pb2.RnmtPlus, fail: Fail) -> None:
    if model.decoder.layer.reverse:
        problem = "a decoder goes from the first token to the last; remove reverse"
        fail(problem, "decoder", "layer", "reverse")
    _classes_are_target_ids(model, fail)


@validates(translation_pb2.Translation)
def _translates(translation: translation_pb2.Translation, fail: Fail) -> None:
    _labels_can_be_smoothed(translation, fail)
    _positions_reach_the_end(translation, fail)


def _positions_reach_the_end(translation: translation_pb2.Translation, fail: Fail) -> None:
    positions = translation.transformer.decoder.positions
    longest = translation.search.max_length
    if positions.HasField("learned") and longest > positions.learned.max_length:
        table = "transformer.decoder.positions.learned.max_length"
        problem = (
            f"{longest} tokens are more than {table}, {positions.learned.max_length}; make it at most "
            "that, or make the table larger"
        )
        fail(problem, "search", "max_length")


def _labels_can_be_smoothed(translation: translation_pb2.Translation, fail: Fail) -> None:
    kind = translation.WhichOneof("model")
    model = getattr(translation, kind)
    if kind != "custom" and translation.label_smoothing and model.HasField("sampled_softmax"):
        problem = (
            "a sampled softmax knows the probabilities of a few classes, over which labels cannot be "
            "smoothed; remove this, or use softmax"
        )
        fail(problem, "label_smoothing")


def _classes_are_target_ids(
    model: transformer_pb2.Transformer | rnmt_plus_pb2.RnmtPlus, fail: Fail
) -> None:
    table = "target_embedding" if model.HasField("target_embedding") else "source_embedding"
    if not model.HasField(table):
        fail(
            "the source is frames: the target's ids need a table of their own; set target_embedding"
        )
    vocab_size = getattr(model, table).vocab_size
    output = model.WhichOneof("output")
    if output is not None and getattr(model, output).num_classes != vocab_size:
        problem = (
            f"{getattr(model, output).num_classes} classes for {vocab_size} target ids "
            f"({table}.vocab_size); the two numbers must be equal"
        )
        fail(problem, output, "num_classes")


@validates(language_model_pb2.LanguageModel)
def _classes_are_ids(model: language_model_pb2.LanguageModel, fail: Fail) -> None:
    output = model.WhichOneof("output")
    if output is not None and getattr(model, output).num_classes != model.embedding.vocab_size:
        problem = (
            f"{getattr(model, output).num_classes} classes for {model.embedding.vocab_size} ids "
            "(embedding.vocab_size); the two numbers must be equal"
        )
        fail(problem, output, "num_classes")


@validates(language_modeling_pb2.LanguageModeling)
def _models_language(task: language_modeling_pb2.LanguageModeling, fail: Fail) -> None:
    for field in ("label_smoothing", "z_loss"):
        if getattr(task, field) and task.model.HasField("sampled_softmax"):
            problem = (
                "a sampled softmax knows the logits of a few classes, but this takes all of them; "
                "remove this, or use softmax"
            )
            fail(problem, field)
    positions = task.model.body.transformer_stack.positions
    longest = task.search.max_length
    if positions.HasField("learned") and longest > positions.learned.max_length:
        table = "model.body.transformer_stack.positions.learned.max_length"
        problem = (
            f"{longest} tokens are more than {table}, {positions.learned.max_length}; make it at most "
            "that, or make the table larger"
        )
        fail(problem, "search", "max_length")


@validates(speech_recognition_pb2.CtcPrefixSearch)
def _texts_come_from_prefixes(search: speech_recognition_pb2.CtcPrefixSearch, fail: Fail) -> None:
    if search.n_best > search.width:
        fail(
            f"{search.n_best} texts are more than width, {search.width}; lower it, or raise width",
            "n_best",
        )


@validates(speech_recognition_pb2.SpeechRecognition)
def _one_head_finds_texts(task: speech_recognition_pb2.SpeechRecognition, fail: Fail) -> None:
    decoder = task.WhichOneof("decoder")
    if decoder is not None and task.ctc.HasField("search"):
        fail(f"{decoder} finds the texts; remove this, or {decoder}", "ctc", "search")
    if task.attention_decoder.ctc_search_weight and not task.HasField("ctc"):
        fail("there is no CTC; remove this, or set ctc", "attention_decoder", "ctc_search_weight")


@validates(schedule_pb2.Schedule.Piecewise)
def _pieces_fit(piecewise: schedule_pb2.Schedule.Piecewise, fail: Fail) -> None:
    boundaries, values = piecewise.boundaries, piecewise.values
    for index in range(1, len(boundaries)):
        if boundaries[index] <= boundaries[index - 1]:
            problem = (
                f"{boundaries[index]} comes after {boundaries[index - 1]}; boundaries must increase"
            )
            fail(problem, "boundaries", index)
    if len(values) != len(boundaries) + 1:
        problem = (
            f"{len(values)} values for {len(boundaries)} boundaries; "
            f"expected one value more than boundaries, {len(boundaries) + 1}"
        )
        fail(problem, "values")


@validates(schedule_pb2.Schedule.LinearRampupExponentialDecay)
def _phases_follow_each_other(
    schedule: schedule_pb2.Schedule.LinearRampupExponentialDecay, fail: Fail
) -> None:
    # Each of the replicas reads a batch in a step, and the warm-up grows with their number.
    warmup_batches = schedule.replicas**2 * schedule.warmup_steps
    if schedule.decay_start < warmup_batches:
        problem = (
            f"the decay starts at batch {schedule.decay_start}, within the warm-up of "
            f"{warmup_batches} batches; expected decay_start >= replicas^2 warmup_steps"
        )
        fail(problem, "decay_start")
    if schedule.decay_end <= schedule.decay_start:
        problem = (
            f"the decay ends at batch {schedule.decay_end} but starts at {schedule.decay_start}; "
            f"expected decay_end > decay_start"
        )
        fail(problem, "decay_end")


@validates(schedule_pb2.Schedule.CosineDecay)
def _decay_follows_warmup(schedule: schedule_pb2.Schedule.CosineDecay, fail: Fail) -> None:
    if schedule.decay_end <= schedule.warmup_steps:
        problem = (
            f"the decay ends at step {schedule.decay_end}, within the warm-up of "
            f"{schedule.warmup_steps} steps; expected decay_end > warmup_steps"
        )
        fail(problem, "decay_end")

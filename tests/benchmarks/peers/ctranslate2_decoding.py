"""Decoding with CTranslate2, of TransformerBase with random weights.

usage: ctranslate2_decoding.py float32|int8

CTranslate2 makes its int8 weights itself. Tokens go in as text, which costs it nothing to speak of.
"""

import sys
import tempfile

import ctranslate2
import numpy as np
from ctranslate2.specs import transformer_spec
from figures import print_figures
from translation_workload import (
    BEAM,
    DIM,
    HEADS,
    HIDDEN_UNITS,
    LAYERS,
    LENGTH,
    SENTENCES,
    VOCABULARY,
    decoding_rate,
    random_ids,
)

THREADS = 2
GENERATOR = np.random.default_rng(0)


def fill_linear(spec, outputs: int, inputs: int) -> None:
    spec.weight = GENERATOR.standard_normal((outputs, inputs), np.float32) / np.sqrt(inputs)
    spec.weight = spec.weight.astype(np.float32)
    spec.bias = np.zeros(outputs, np.float32)


def fill_norm(spec) -> None:
    spec.gamma, spec.beta = np.ones(DIM, np.float32), np.zeros(DIM, np.float32)


def fill_layer(layer, *, attends: bool) -> None:
    fill_norm(layer.self_attention.layer_norm)
    fill_linear(layer.self_attention.linear[0], 3 * DIM, DIM)
    fill_linear(layer.self_attention.linear[1], DIM, DIM)
    if attends:
        fill_norm(layer.attention.layer_norm)
        fill_linear(layer.attention.linear[0], DIM, DIM)
        fill_linear(layer.attention.linear[1], 2 * DIM, DIM)
        fill_linear(layer.attention.linear[2], DIM, DIM)
    fill_norm(layer.ffn.layer_norm)
    fill_linear(layer.ffn.linear_0, HIDDEN_UNITS, DIM)
    fill_linear(layer.ffn.linear_1, DIM, HIDDEN_UNITS)


def make_model() -> transformer_spec.TransformerSpec:
    spec = transformer_spec.TransformerSpec.from_config(LAYERS, HEADS, pre_norm=True)
    angles = np.arange(128)[:, None] / 1e4 ** (np.arange(DIM // 2) / (DIM // 2))
    positions = np.concatenate([np.sin(angles), np.cos(angles)], 1).astype(np.float32)
    for stack, table in (
        (spec.encoder, spec.encoder.embeddings[0]),
        (spec.decoder, spec.decoder.embeddings),
    ):
        table.weight = GENERATOR.standard_normal((VOCABULARY, DIM), np.float32)
        stack.position_encodings.encodings = positions
        fill_norm(stack.layer_norm)
        for layer in stack.layer:
            fill_layer(layer, attends=stack is spec.decoder)
    fill_linear(spec.decoder.projection, VOCABULARY, DIM)
    tokens = ["<unk>", "<s>", "</s>", *(f"w{index}" for index in range(3, VOCABULARY))]
    spec.register_source_vocabulary(tokens)
    spec.register_target_vocabulary(tokens)
    spec.validate()
    return spec


def main() -> None:
    (kind,) = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        spec = make_model()
        spec.optimize(quantization=None if kind == "float32" else kind)
        spec.save(folder)
        translator = ctranslate2.Translator(
            folder, device="cpu", compute_type=kind, inter_threads=1, intra_threads=THREADS
        )
    sentences = [[f"w{id}" for id in row] for row in random_ids(SENTENCES, LENGTH, 0)]

    def decode() -> int:
        results = translator.translate_batch(
            sentences,
            beam_size=BEAM,
            max_batch_size=SENTENCES,
            min_decoding_length=LENGTH,
            max_decoding_length=LENGTH,
        )
        return sum(len(result.hypotheses[0]) for result in results)

    print_figures(decoding=decoding_rate(decode))


if __name__ == "__main__":
    main()

"""Tests of the errors for a layer that lacks a method, a memory or an unpacked memory."""

import pytest
import tensorflow as tf
from frazo.layers.sequence_layer import (
    AttendingLayer,
    Memory,
    SequenceLayer,
    TokenDecoder,
    require_memory,
    require_unpacked_memory,
)
from frazo.layers.sequence_layout import SequenceLayout


@pytest.mark.parametrize(
    ("contract", "forgotten"),
    [
        (SequenceLayer, "__call__"),
        (TokenDecoder, "init_state"),
        (TokenDecoder, "memory_cache"),
        (TokenDecoder, "step"),
        (AttendingLayer, "attend"),
        (AttendingLayer, "probabilities"),
        (AttendingLayer, "step"),
    ],
)
def test_a_class_without_a_method_cannot_be_made(contract, forgotten):
    others = contract.__abstractmethods__ - {forgotten}
    incomplete = type("Incomplete", (contract,), {name: lambda self: None for name in others})
    with pytest.raises(TypeError, match=f"abstract method '?{forgotten}"):
        incomplete()


def test_no_memory_is_an_error():
    with pytest.raises(ValueError, match=r"^decoder: it attends to .* Give it a memory\.$"):
        require_memory(None, "decoder")


def test_a_packed_memory_is_an_error():
    ids = tf.constant([[1, 1, 2]])
    packed = Memory(tf.zeros([1, 3, 2]), SequenceLayout.of_segments(ids, tf.zeros_like(ids)))
    with pytest.raises(ValueError, match=r"^decoder: .* packed sequences.* Encode without packing"):
        require_unpacked_memory(packed, "decoder")

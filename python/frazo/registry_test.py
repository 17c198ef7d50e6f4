"""Tests of the binding between messages and classes."""

import subprocess
import sys

import pytest
from google.protobuf import any_pb2

import frazo
from frazo import registry
from frazo.proto import (
    dropout_pb2,
    initializer_pb2,
    layer_pb2,
    optimizer_pb2,
    pooling_pb2,
    translation_pb2,
)


@pytest.fixture(autouse=True)
def _no_bindings(monkeypatch):
    monkeypatch.setattr(registry, "_bound_classes", {})


class _Built:
    def __init__(self, message, **kwargs):
        self.message = message
        self.kwargs = kwargs


def _bind(message_class):
    return frazo.register(message_class)(type(f"Bound{message_class.__name__}", (_Built,), {}))


def test_builds_the_bound_class_with_message_and_arguments():
    bound = _bind(dropout_pb2.Dropout)
    message = dropout_pb2.Dropout(rate=0.5)
    built = frazo.build(message, path="dropout0", seed=7)
    assert type(built) is bound
    assert built.message == message
    assert built.kwargs == {"path": "dropout0", "seed": 7}


def test_builds_the_member_of_a_wrapper_that_is_set():
    bound = _bind(dropout_pb2.Dropout)
    built = frazo.build(layer_pb2.Layer(name="a", dropout=dropout_pb2.Dropout(rate=0.25)))
    assert type(built) is bound
    assert built.message.rate == 0.25


def test_builds_what_is_packed_in_an_any():
    bound = _bind(pooling_pb2.MaxPool2d)
    layer = layer_pb2.Layer()
    layer.custom.Pack(pooling_pb2.MaxPool2d(window=3))
    built = frazo.build(layer)
    assert type(built) is bound
    assert built.message.window == 3


def test_a_class_bound_to_the_wrapper_itself_gets_the_wrapper():
    _bind(dropout_pb2.Dropout)
    bound = _bind(layer_pb2.Layer)
    assert type(frazo.build(layer_pb2.Layer(dropout=dropout_pb2.Dropout()))) is bound


def test_second_binding_names_both_classes():
    _bind(dropout_pb2.Dropout)
    with pytest.raises(ValueError) as caught:
        frazo.register(dropout_pb2.Dropout)(str)
    assert str(caught.value) == (
        "builtins.str cannot be registered for frazo.Dropout: "
        f"{__name__}.BoundDropout is bound to it already"
    )


def test_unbound_type_says_what_to_import():
    with pytest.raises(LookupError) as caught:
        frazo.build(optimizer_pb2.Sgd())
    assert str(caught.value) == (
        "no class is registered for frazo.Sgd: import the module that defines one, "
        "decorated with @frazo.register(Sgd)"
    )


def test_empty_wrapper_lists_its_members():
    with pytest.raises(ValueError) as caught:
        frazo.build(initializer_pb2.Initializer())
    assert str(caught.value) == (
        "frazo.Initializer is empty: set one of "
        "constant, gaussian, uniform, xavier_uniform, truncated_gaussian, lecun_gaussian, "
        "lecun_uniform, custom"
    )


def test_plain_member_is_for_unwrap_not_for_build():
    layer = layer_pb2.Layer(activation="TANH")
    assert frazo.unwrap(layer) == ("activation", 2)  # TANH = 2
    with pytest.raises(TypeError) as caught:
        frazo.build(layer)
    assert str(caught.value) == (
        "frazo.Layer.activation is a plain value, 2; nothing can be built from it"
    )


def test_unwrap_unpacks_an_any():
    layer = layer_pb2.Layer()
    layer.custom.Pack(dropout_pb2.Dropout(rate=0.5))
    assert frazo.unwrap(layer) == ("custom", dropout_pb2.Dropout(rate=0.5))


def test_unwrap_takes_a_oneof_of_any_name():
    translation = translation_pb2.Translation()
    translation.custom.Pack(pooling_pb2.MaxPool2d(window=3))
    assert registry.unwrap(translation, "model") == ("custom", pooling_pb2.MaxPool2d(window=3))
    with pytest.raises(
        ValueError, match=r"frazo\.Translation is empty: set one of transformer, rnmt"
    ):
        registry.unwrap(translation_pb2.Translation(), "model")


def test_unknown_type_in_an_any_names_its_url_and_the_remedy():
    with pytest.raises(LookupError) as caught:
        frazo.build(any_pb2.Any(type_url="type.googleapis.com/my.Layer"))
    assert str(caught.value) == (
        'the type "type.googleapis.com/my.Layer" is unknown: import the Python module generated '
        "from the .proto file that defines it"
    )


def test_wrong_bytes_in_an_any_are_an_error():
    packed = any_pb2.Any(type_url="type.googleapis.com/frazo.Dropout", value=b"\xff")
    with pytest.raises(ValueError) as caught:
        registry.unpack(packed)
    assert str(caught.value) == 'the bytes in the Any are not a "frazo.Dropout"'


def test_bound_type_names_are_sorted():
    _bind(optimizer_pb2.Sgd)
    _bind(optimizer_pb2.Adam)
    assert registry.bound_type_names() == ["frazo.Adam", "frazo.Sgd"]


def test_import_does_not_import_tensorflow():
    code = (
        "import sys, frazo; assert 'tensorflow' not in sys.modules and 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

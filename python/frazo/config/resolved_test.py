"""Tests of the text that shows every default."""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import given, settings

from frazo.config import load_experiment, vocabulary
from frazo.config.config_text import ConfigText
from frazo.config.random_messages import messages
from frazo.config.reader import read
from frazo.config.resolved import resolved_text, with_defaults
from frazo.proto import experiment_pb2, layer_pb2, norm_pb2


def _read(text: str) -> experiment_pb2.Experiment:
    return read(ConfigText("params.txt", text), experiment_pb2.Experiment).message


def _scalar_meaning(message: Message) -> dict:
    """What a program sees of a message: the scalars, and which of those without default are set."""
    return {
        field.name: (
            getattr(message, field.name),
            field.has_default_value or field.is_repeated or message.HasField(field.name),
        )
        for field in message.DESCRIPTOR.fields
        if field.cpp_type != FieldDescriptor.CPPTYPE_MESSAGE
    }


@settings(max_examples=100)
@given(messages())
def test_reading_the_text_gives_the_same_meaning(message):
    text = resolved_text(message)
    again = _read(text)
    assert again == with_defaults(message)
    assert resolved_text(again) == text
    _assert_same_meaning(message, again)


def _assert_same_meaning(message: Message, again: Message) -> None:
    """Compares everything but what Any holds, field by field."""
    if vocabulary.is_any(message.DESCRIPTOR):
        return
    assert _scalar_meaning(message) == _scalar_meaning(again)
    for field in message.DESCRIPTOR.fields:
        if field.cpp_type != FieldDescriptor.CPPTYPE_MESSAGE:
            continue
        one, other = getattr(message, field.name), getattr(again, field.name)
        if vocabulary.is_map(field):
            assert sorted(one) == sorted(other)
            if not vocabulary.is_message(field.message_type.fields_by_name["value"]):
                assert dict(one) == dict(other)
                continue
            for key in one:
                _assert_same_meaning(one[key], other[key])
        elif field.is_repeated:
            assert len(one) == len(other)
            for element, other_element in zip(one, other, strict=True):
                _assert_same_meaning(element, other_element)
        else:
            assert message.HasField(field.name) == again.HasField(field.name)
            if message.HasField(field.name):
                _assert_same_meaning(one, other)


def test_defaults_are_written_where_a_message_is_present():
    text = resolved_text(_read("learner { learning_rate: 0.1 optimizer { adam { beta1: 0.5 } } }"))
    assert text == (
        "learner {\n"
        "  learning_rate: 0.1\n"
        "  optimizer {\n"
        "    adam {\n"
        "      beta1: 0.5\n"
        "      beta2: 0.999\n"
        "      epsilon: 1e-06\n"
        "    }\n"
        "  }\n"
        "  l2_weight: 0.0\n"
        "  max_nonfinite_steps: 20\n"
        "  accumulation_steps: 1\n"
        "}\n"
        "seed: 301\n"
    )


def test_what_has_no_default_stays_unset():
    # An unset MaxPool2d.stride means the window; an explicit 0 would be out of range.
    filled = with_defaults(layer_pb2.Layer(name="a", max_pool2d={"window": 2}))
    assert str(filled) == 'name: "a"\nmax_pool2d {\n  window: 2\n  padding: SAME\n}\n'


def test_the_original_is_left_as_it_is():
    experiment = _read("eval {}")
    resolved_text(experiment)
    assert experiment == _read("eval {}")


def test_map_entries_come_in_the_order_of_their_keys():
    one = resolved_text(_read("inputs { key: 'B' value {} } inputs { key: 'A' value {} }"))
    other = resolved_text(_read("inputs { key: 'A' value {} } inputs { key: 'B' value {} }"))
    assert one == other
    assert one.index('key: "A"') < one.index('key: "B"')


def test_text_of_a_custom_message_is_readable_and_has_its_defaults():
    layer = layer_pb2.Layer()
    layer.custom.Pack(norm_pb2.BatchNorm(epsilon=0.5))
    experiment = experiment_pb2.Experiment()
    experiment.task.image_classifier.network.layers.append(layer)
    text = " ".join(resolved_text(experiment).split())
    assert "[type.googleapis.com/frazo.BatchNorm] { decay: 0.999 epsilon: 0.5 }" in text


def test_the_default_of_a_oneof_member_does_not_choose_it():
    file = descriptor_pb2.FileDescriptorProto(name="choice.proto")
    choice = file.message_type.add(name="Choice")
    choice.oneof_decl.add(name="kind")
    choice.field.add(
        name="a",
        number=1,
        type="TYPE_INT32",
        label="LABEL_OPTIONAL",
        default_value="7",
        oneof_index=0,
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    message = message_factory.GetMessageClass(pool.FindMessageTypeByName("Choice"))()
    assert message.a == 7
    assert with_defaults(message).WhichOneof("kind") is None


def test_the_text_can_be_loaded_as_an_experiment(tmp_path):
    text = """
        task { image_classifier { network { layers { flatten {} } } softmax { num_classes: 10 } } }
        inputs { key: "Train" value { image {
          records { files: "größe" } batch_size: 8 height: 2 width: 3
        } } }
        learner { learning_rate: 0.1 optimizer { adam {} } }
        train { max_steps: 5 }
    """
    (tmp_path / "first.textproto").write_text(text, encoding="utf-8")
    first = load_experiment(model=None, config=str(tmp_path / "first.textproto"), overrides=[])
    (tmp_path / "again.textproto").write_text(resolved_text(first), encoding="utf-8")
    again = load_experiment(model=None, config=str(tmp_path / "again.textproto"), overrides=[])
    assert again == with_defaults(first)

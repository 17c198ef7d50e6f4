import pytest
from frazo.plan.layer_depth import counts_of_all_layers
from frazo.proto import experiment_pb2
from google.protobuf import text_format

_STACKS = """
  task { translation { transformer {
    encoder { num_layers: %d layer { self_attention { num_heads: 2 } feed_forward { hidden_units: 3 } } }
    decoder { num_layers: %d layer { self_attention { num_heads: 5 } feed_forward { hidden_units: 7 } } }
  } } }
"""


def make(encoder, decoder):
    return text_format.Parse(_STACKS % (encoder, decoder), experiment_pb2.Experiment())


def depths(experiment):
    model = experiment.task.translation.transformer
    return model.encoder.num_layers, model.decoder.num_layers


def count(experiment):
    encoder, decoder = depths(experiment)
    return {"parameters": 10**18 + 3 * encoder + 7 * decoder, "seconds": 0.5 + 0.25 * encoder}


@pytest.mark.parametrize("shape", [(1, 1), (4, 3), (5, 5), (128, 2), (64, 1000)])
def test_what_grows_with_each_layer_is_exact(shape):
    experiment = make(*shape)
    assert counts_of_all_layers(experiment, count) == count(experiment)
    assert depths(experiment) == shape


def test_few_layers_are_counted_once_as_they_are():
    seen = []

    def noted(experiment):
        seen.append(depths(experiment))
        return count(experiment)

    counts_of_all_layers(make(3, 4), noted)
    assert seen == [(3, 4)]


def test_only_small_stacks_are_counted():
    seen = []

    def noted(experiment):
        seen.append(depths(experiment))
        return count(experiment)

    counts_of_all_layers(make(100, 9), noted)
    assert seen == [(2, 2), (4, 2), (2, 4)]


def test_what_only_deep_stacks_have_counts_from_its_first_layer():
    def counted(experiment):
        encoder, _ = depths(experiment)
        return {"extra": encoder - 2} if encoder > 2 else {}

    assert counts_of_all_layers(make(24, 1), counted) == {"extra": 22}


def test_layers_that_take_turns_are_counted_in_whole_turns():
    experiment = make(1, 20)
    decoder = experiment.task.translation.transformer.decoder
    decoder.alternating_with.add().CopyFrom(decoder.layer)
    decoder.alternating_with.add().CopyFrom(decoder.layer)

    def counted(smaller):
        # Every third layer is large; 20 layers have 7 of them, at 0, 3, .., 18.
        _, depth = depths(smaller)
        return {"parameters": sum(100 if layer % 3 == 0 else 1 for layer in range(depth))}

    assert counts_of_all_layers(experiment, counted) == {"parameters": 7 * 100 + 13}

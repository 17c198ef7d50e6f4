from frazo.config import load_experiment
from frazo.plan.device import DEVICES
from frazo.plan.plan import Plan, make_plan
from frazo.plan.recomputation import with_recomputation
from frazo.proto import experiment_pb2

_DEVICE = DEVICES["h100"]
_NAME = "lm.synthetic_packed_input.DenseLmTiny2x2"
_OPTION = "task.language_modeling.model.body.transformer_stack.recompute_layers"


def plan(*overrides):
    experiment = load_experiment(model=_NAME, config=None, overrides=("mesh.axes=[]", *overrides))
    return with_recomputation(experiment, make_plan(experiment, _DEVICE))


def test_both_ways_are_those_of_the_configurations_that_choose_them():
    kept, again = plan(), plan(f"{_OPTION}=true")
    assert kept.recomputation == again.recomputation
    assert kept.recomputation[False] == kept.activations
    assert kept.recomputation[True] == again.activations
    # The inputs of four layers and that of the softmax: 16 rows, 128 tokens, 128 units.
    inputs = 5 * 16 * 128 * 128 * 4
    assert inputs < again.activations.num_bytes < 0.4 * kept.activations.num_bytes
    # The products of the layers, not those of the softmax, run once more forward.
    assert kept.flops < again.flops < 4 / 3 * kept.flops


def test_without_a_stack_there_is_nothing_to_choose():
    experiment = experiment_pb2.Experiment()
    experiment.task.image_classifier.SetInParent()
    empty = Plan({}, 0, 0, 0, {}, 0, 0.0, {}, _DEVICE)
    assert with_recomputation(experiment, empty) is empty

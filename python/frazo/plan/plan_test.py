import pytest
import tensorflow as tf
from frazo.config import load_experiment
from frazo.experiment.model import Model
from frazo.experiment.parts import build_input
from frazo.input.share import WHOLE
from frazo.plan.device import DEVICES
from frazo.plan.plan import make_plan
from frazo.plan.step_costs import FLOPS, PARAMETERS, SLOTS, WEIGHTS, step_costs
from frazo.plan.step_graph import trace_step
from frazo.program.errors import JobError
from frazo.train.pipelined_step import step_of
from frazo.train.reduction import Reduction

_TINY = "lm.synthetic_packed_input.DenseLmTiny2x2"
_STACK = "task.language_modeling.model.body.transformer_stack"
_TWO_LAYERS = f"{_STACK}.num_layers=2"
_MESH = 'mesh.axes=[{name: "data" size: 2}, {name: "model" size: 2}]'
_DEVICE = DEVICES["h100"]


def load(name, *overrides):
    return load_experiment(model=name, config=None, overrides=overrides)


def load_tiny(*overrides):
    """Returns the tiny twin for a single process."""
    return load(_TINY, "mesh.axes=[]", *overrides)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("DenseLm8B2x2", 8_852_168_704),
        ("DenseLm128B8x8", 137_702_416_384),
        ("DenseLm1T16x16", 1_100_041_175_040),
        ("DenseLm175B32x32", 174_366_928_896),
    ],
)
def test_giants_have_the_published_sizes(name, parameters):
    plan = make_plan(load(f"lm.synthetic_packed_input.{name}"), _DEVICE)
    assert plan.parameters == parameters
    # 4 bytes each, and most of them are cut along "model".
    assert 4 * parameters / plan.processes["model"] <= plan.weights < 4 * parameters


@pytest.mark.parametrize("recompute", ["false", "true"])
def test_a_deep_stack_costs_what_its_whole_graph_does(recompute):
    experiment = load_tiny(f"{_STACK}.num_layers=10", f"{_STACK}.recompute_layers={recompute}")
    spec = build_input(experiment, "Train", WHOLE).element_spec
    whole = step_costs(trace_step(experiment, spec), _DEVICE)
    plan = make_plan(experiment, _DEVICE)
    assert plan.parameters == whole[PARAMETERS]
    assert plan.weights == whole[WEIGHTS]
    assert plan.slots == whole[SLOTS]
    assert plan.flops == whole[FLOPS]
    for index, usage in enumerate(plan.peaks.values()):
        expected = sum(size for key, size in whole.items() if key[0] == index)
        assert sum(usage.values()) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("recompute", ["false", "true"])
def test_the_tiny_twin_takes_what_is_planned(recompute):
    experiment = load_tiny(
        _TWO_LAYERS,
        f"{_STACK}.recompute_layers={recompute}",
        f"{_STACK}.layer.residual_dropout=0.1",
    )
    plan = make_plan(experiment, _DEVICE)
    weights, slots, peak = run_a_step(experiment)
    assert plan.weights == weights
    assert plan.slots == slots
    tensors = sum(plan.peaks[plan.worst_part].values())
    assert tensors == pytest.approx(peak, rel=0.05)


@pytest.mark.parametrize("name", ["DenseLmTiny2x2", "MoELmTiny2x2"])
def test_a_process_of_a_mesh_holds_its_share(name):
    full_name = f"lm.synthetic_packed_input.{name}"
    alone = make_plan(load(full_name, "mesh.axes=[]", _TWO_LAYERS), _DEVICE)
    of_four = make_plan(load(full_name, _MESH, _TWO_LAYERS), _DEVICE)
    assert of_four.parameters == alone.parameters
    assert alone.weights / 4 < of_four.weights < 0.6 * alone.weights
    kinds = {sent.collective for sent in of_four.sent}
    assert kinds == ({"all-reduce"} | ({"all-to-all"} if "MoE" in name else set()))
    assert alone.sent == {}


def test_an_optimizer_that_is_cut_takes_a_piece_and_sends_as_much():
    changes = (_MESH, _TWO_LAYERS, "learner.optimizer={adam {}}")
    whole = make_plan(load(_TINY, *changes), _DEVICE)
    cut = make_plan(load(_TINY, *changes, "mesh.cut_optimizer=true"), _DEVICE)
    assert cut.weights == whole.weights
    # Two slots of each weight, or half of two and of a copy of the weight.
    assert whole.slots == pytest.approx(2 * whole.weights, rel=0.01)
    assert cut.slots == pytest.approx(1.5 * whole.weights, rel=0.01)
    along_data = [
        sum(size for sent, size in plan.sent.items() if sent.axis == "data")
        for plan in (whole, cut)
    ]
    assert along_data[1] == pytest.approx(along_data[0], rel=0.01)


def run_a_step(experiment):
    """Trains a step; returns the bytes of weights and slots, and the most of its tensors."""
    source = build_input(experiment, "Train", WHOLE)
    batch = {name: value.numpy() for name, value in next(iter(source.dataset())).items()}
    with tf.Graph().as_default():
        model = Model(experiment, source.element_spec)
        step = step_of(model, Reduction())
        call = tf.function(lambda given: step(iter([given]), 0), autograph=False)
        given = {
            name: tf.compat.v1.placeholder(spec.dtype, spec.shape)
            for name, spec in source.element_spec.items()
        }
        fetched = tf.nest.flatten(call(given))
        feed = {given[name]: value for name, value in batch.items()}
        slots = model.learner.state_variables
        # The ops run in one order, as they are planned.
        config = tf.compat.v1.ConfigProto(inter_op_parallelism_threads=1)
        with tf.compat.v1.Session(config=config) as session:
            variables = (*model.task.variables, *slots, model.global_step)
            session.run([variable.initializer for variable in variables])
            session.run(fetched, feed)
            traced = tf.compat.v1.RunMetadata()
            options = tf.compat.v1.RunOptions(trace_level=tf.compat.v1.RunOptions.FULL_TRACE)
            session.run(fetched, feed, options=options, run_metadata=traced)
    sizes = [
        sum(v.shape.num_elements() * v.dtype.size for v in variables)
        for variables in (model.task.variables, slots)
    ]
    return *sizes, most_bytes(traced.step_stats)


def most_bytes(step_stats):
    changes = sorted(
        (record.alloc_micros, -record.alloc_bytes)
        for device in step_stats.dev_stats
        for node in device.node_stats
        for memory in node.memory
        for record in memory.allocation_records
    )
    live = most = 0
    for _, freed in changes:
        live -= freed
        most = max(most, live)
    return most


def test_unbounded_batches_are_an_error():
    experiment = load_tiny()
    experiment.inputs["Train"].pipeline.batcher.fixed.batch_size = 4
    with pytest.raises(JobError, match=r"inputs\.Train: "):
        make_plan(experiment, _DEVICE)

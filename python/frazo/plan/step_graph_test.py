import pytest
from frazo.config import load_experiment
from frazo.experiment.parts import build_input
from frazo.input.share import WHOLE
from frazo.plan.step_graph import trace_step

# Two packed rows of 8 tokens, and 8 drawn words.
_MODEL = "lm.one_billion_wds.WordLevelOneBwdsSimpleSampledSoftmaxTiny"
_INPUT = "synthetic_tokens { vocab_size: 793472 rows: 2 length: 8 }"


@pytest.fixture(scope="module")
def nodes():
    experiment = load_experiment(
        model=_MODEL, config=None, overrides=["inputs.Train={" + _INPUT + "}"]
    )
    spec = build_input(experiment, "Train", WHOLE).element_spec
    return trace_step(experiment, spec).graph.nodes


def test_rows_of_gradients_are_the_most_that_there_can_be(nodes):
    """The words of the softmax are the labels and the drawn ones; those of the table the tokens."""
    shapes = {node.outputs[0].shape for node in nodes if node.op.type == "Unique"}
    assert shapes == {(16 + 8,), (16,)}


def test_recurrent_layers_see_where_texts_begin(nodes):
    starts = [node.inputs[8].shape for node in nodes if node.op.type == "Frazo>LstmSequence"]
    assert starts == [(2, 8)] * 2

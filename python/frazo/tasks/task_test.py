import pytest
from frazo.layers.place import Place
from frazo.tasks.task import Task


@pytest.mark.parametrize("forgotten", ["loss", "num_examples", "evaluate"])
def test_a_task_without_a_method_cannot_be_made(forgotten):
    methods = {name: lambda self: None for name in Task.__abstractmethods__ - {forgotten}}
    incomplete = type("Incomplete", (Task,), methods)
    with pytest.raises(TypeError, match=f"abstract method '?{forgotten}"):
        incomplete(None, Place(seed=0), input_spec={})

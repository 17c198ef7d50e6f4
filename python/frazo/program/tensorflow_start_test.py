import os
import subprocess
import sys

_START = "from frazo.program.tensorflow_start import start_tensorflow; start_tensorflow(); "


def run(program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), **variables}
    return subprocess.run(
        [sys.executable, "-c", _START + program], env=environment, capture_output=True, text=True
    )


def test_it_starts_without_a_word_and_without_keras():
    started = run(
        "import sys; assert 'tensorflow' in sys.modules and 'keras' not in sys.modules\n"
        "import tensorflow as tf; assert int(tf.reduce_sum(tf.ones([2, 3]))) == 6"
    )
    assert (started.returncode, started.stdout, started.stderr) == (0, "", "")


def test_keras_is_there_when_it_is_used():
    started = run(
        "import tensorflow as tf; print(tf.keras.layers.Dense(3)(tf.ones([1, 2])).shape)\n"
        "from tensorflow.keras import layers; print(layers.Dense is tf.keras.layers.Dense)\n"
        "print(tf.optimizers.Adam is tf.keras.optimizers.Adam)"
    )
    assert started.stdout.split("\n") == ["(1, 3)", "True", "True", ""], started.stderr


def test_the_own_choice_of_a_user_stays():
    started = run("import os; print(os.environ['TF_USE_LEGACY_KERAS'])", TF_USE_LEGACY_KERAS="0")
    assert started.stdout == "0\n", started.stderr


def test_garbage_is_collected_after_the_start_but_what_was_imported_is_never_looked_at():
    started = run(
        "import gc, tensorflow as tf; print(gc.isenabled(), gc.get_threshold()[0])\n"
        "print(any(one is tf.__dict__ for one in gc.get_objects()), gc.get_freeze_count() > 100000)"
    )
    assert started.stdout == "True 700\nFalse True\n", started.stderr


def test_a_program_that_collects_no_garbage_stays_so():
    program = "import gc; gc.disable(); " + _START + "print(gc.isenabled())"
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    started = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True
    )
    assert started.stdout == "False\n", started.stderr

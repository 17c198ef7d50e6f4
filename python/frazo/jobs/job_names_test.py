import pytest
from frazo.experiment.job_list import Jobs
from frazo.jobs.job_names import local_jobs, parse_jobs
from frazo.program.errors import UsageError

INPUTS = ["Train", "Test", "Dev"]


def test_locally_everything_is_done_and_every_input_but_train_is_evaluated():
    assert local_jobs(INPUTS, []) == Jobs(True, True, ("Dev", "Test"), ())


def test_locally_the_inputs_of_the_configuration_are_decoded():
    jobs = local_jobs(INPUTS, ["Test", "Train", "Test"])
    assert jobs == Jobs(True, True, ("Dev", "Test"), ("Test", "Train"))


def test_a_local_input_that_is_unknown_is_an_error():
    with pytest.raises(UsageError) as failure:
        local_jobs(INPUTS, ["Tset"])
    assert str(failure.value) == (
        'decode.local_inputs: the experiment has no input called "Tset"; did you mean "Test"?'
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("controller", Jobs(True, False, ())),
        ("trainer", Jobs(False, True, ())),
        ("evaler_test", Jobs(False, False, ("Test",))),
        ("evaler_Test", Jobs(False, False, ("Test",))),
        ("EVALER_TRAIN", Jobs(False, False, ("Train",))),
        ("decoder_test", Jobs(False, False, (), ("Test",))),
        ("Decoder_dev,evaler_test", Jobs(False, False, ("Test",), ("Dev",))),
        ("trainer, evaler_dev,evaler_test,evaler_dev", Jobs(False, True, ("Dev", "Test"))),
    ],
)
def test_jobs(text, expected):
    assert parse_jobs(text, INPUTS) == expected


def test_jobs_of_a_cluster():
    jobs = parse_jobs("Worker,controller,ps", INPUTS)
    assert jobs == Jobs(True, False, (), worker=True, parameter_server=True)


@pytest.mark.parametrize(
    ("text", "inputs", "evaluated", "step"),
    [
        ("evaler_once_test@100", INPUTS, ("Test",), 100),
        ("EVALER_ONCE_Test@0,evaler_once_dev@0", INPUTS, ("Test", "Dev"), 0),
        ("evaler_once_dev_2@7", ["dev_2"], ("dev_2",), 7),
        ("evaler_once_a@b@7", ["a@b"], ("a@b",), 7),
        # The evaler of an input whose name begins so.
        ("evaler_once_more", ["Once_More"], ("Once_More",), None),
    ],
)
def test_the_evaluation_of_one_checkpoint(text, inputs, evaluated, step):
    assert parse_jobs(text, inputs) == Jobs(False, False, evaluated, only_step=step)


def test_errors_tell_where_the_name_was_written():
    with pytest.raises(UsageError, match=r"^cluster.followers\[0\]: the experiment has no input"):
        parse_jobs("evaler_tset", INPUTS, "cluster.followers[0]")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("trainr", '--job=trainr: there is no job called "trainr"; did you mean "trainer"?'),
        (
            "evaler_tset",
            '--job=evaler_tset: the experiment has no input called "tset"; '
            'did you mean "evaler_test"?',
        ),
        (
            "decoder_tset",
            '--job=decoder_tset: the experiment has no input called "tset"; '
            'did you mean "decoder_test"?',
        ),
        (
            "x",
            '--job=x: there is no job called "x"; the jobs are: controller, decoder_dev, decoder_test, '
            "decoder_train, evaler_dev, evaler_test, evaler_train, ps, trainer, worker",
        ),
        (
            "evaler_once_tset@7",
            '--job=evaler_once_tset@7: the experiment has no input called "tset"; ',
        ),
        ("evaler_once_test", '"evaler_once_test": expected evaler_once_NAME@STEP, such as '),
        ("evaler_once_test@", '"evaler_once_test@": expected evaler_once_NAME@STEP'),
        ("evaler_once_test@-5", '"evaler_once_test@-5": expected evaler_once_NAME@STEP'),
        ("evaler_once_test@5,trainer", "of one step and ends; give it a process of its own"),
        ("evaler_once_test@5,evaler_dev", "of one step and ends; give it a process of its own"),
        (
            "evaler_once_test@5,evaler_once_dev@6",
            "of one step and ends; give it a process of its own",
        ),
        ("trainer,,controller", 'there is no job called "";'),
    ],
)
def test_an_unknown_job_is_an_error_with_the_nearest_name(text, message):
    with pytest.raises(UsageError) as failure:
        parse_jobs(text, INPUTS)
    assert message in str(failure.value)

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
            "worker",
            '--job=worker: there is no job called "worker"; the jobs are: controller, '
            "decoder_dev, decoder_test, decoder_train, evaler_dev, evaler_test, evaler_train, trainer",
        ),
        ("trainer,,controller", 'there is no job called "";'),
    ],
)
def test_an_unknown_job_is_an_error_with_the_nearest_name(text, message):
    with pytest.raises(UsageError) as failure:
        parse_jobs(text, INPUTS)
    assert message in str(failure.value)

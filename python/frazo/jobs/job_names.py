"""Reads the flag --job, and lists the jobs of a process that has no such flag."""

from collections.abc import Sequence

from frazo.config.suggestions import suggestion
from frazo.experiment.job_list import TRAIN_INPUT, Jobs
from frazo.program.errors import UsageError

_EVALER_PREFIX = "evaler_"
_DECODER_PREFIX = "decoder_"


def local_jobs(input_names: Sequence[str], decoded: Sequence[str]) -> Jobs:
    """Lists the jobs of a single process: it keeps records, trains, evaluates and decodes.

    Args:
      input_names: The inputs of the experiment. All but Train are evaluated.
      decoded: The inputs that are decoded, from decode.local_inputs.

    Raises:
      UsageError: `decoded` names an input that the experiment doesn't have.
    """
    for name in decoded:
        if name not in input_names:
            raise UsageError(
                f'decode.local_inputs: the experiment has no input called "{name}"; '
                f"{suggestion(name, sorted(input_names), 'its inputs are')}"
            )
    evaluated = tuple(sorted(name for name in input_names if name != TRAIN_INPUT))
    return Jobs(True, True, evaluated, tuple(dict.fromkeys(decoded)))


def parse_jobs(text: str, input_names: Sequence[str]) -> Jobs:
    """Reads the value of --job; upper and lower case are equal.

    Args:
      text: Names of jobs, separated by commas.
      input_names: The inputs of the experiment.

    Raises:
      UsageError: There is no such job or no such input.
    """
    controller = trainer = False
    scored: dict[str, list[str]] = {_EVALER_PREFIX: [], _DECODER_PREFIX: []}
    for name in (part.strip() for part in text.split(",")):
        folded = name.casefold()
        if folded == "controller":
            controller = True
        elif folded == "trainer":
            trainer = True
        elif prefix := next((prefix for prefix in scored if folded.startswith(prefix)), None):
            scored[prefix].append(_input_named(name, prefix, input_names))
        else:
            jobs = ["controller", "trainer"]
            jobs += [prefix + n.lower() for prefix in scored for n in input_names]
            raise UsageError(
                f'--job={text}: there is no job called "{name}"; '
                f"{suggestion(name, sorted(jobs), 'the jobs are')}"
            )
    evaluated, decoded = (tuple(dict.fromkeys(names)) for names in scored.values())
    return Jobs(controller, trainer, evaluated, decoded)


def _input_named(job: str, prefix: str, input_names: Sequence[str]) -> str:
    wanted = job[len(prefix) :]
    for name in input_names:
        if name.casefold() == wanted.casefold():
            return name
    known = sorted(prefix + name.lower() for name in input_names)
    raise UsageError(
        f'--job={job}: the experiment has no input called "{wanted}"; '
        f"{suggestion(job, known, 'its inputs give the jobs')}"
    )

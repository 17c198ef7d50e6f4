"""Plans as scripts and files for other launchers."""

from collections.abc import Callable

from frazo_tools.launch import commands, compose, kubernetes, sbatch
from frazo_tools.launch.plan import Plan

_FORMS: dict[str, Callable[[Plan], str]] = {
    "commands": commands.script,
    "compose": compose.file,
    "kubernetes": kubernetes.manifests,
    "sbatch": sbatch.script,
}


def printed(plan: Plan) -> str:
    """Returns a plan in its printed form.

    Raises:
      UsageError: The plan does not suit the form.
    """
    return _FORMS[plan.printed_form or "commands"](plan)

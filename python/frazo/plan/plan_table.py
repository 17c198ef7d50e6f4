"""Shows a plan."""

from collections.abc import Sequence
from typing import Any

from frazo.plan.memory import Kind
from frazo.plan.plan import Plan

_UNITS = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def plan_lines(plan: Plan, model: str) -> list[str]:
    """Formats a plan for people.

    Args:
      plan: The plan.
      model: What to call the experiment.
    """
    kinds = plan.peaks[plan.worst_part]
    device = plan.device
    memory = [
        ("weights", plan.weights),
        ("optimizer and counters", plan.slots),
        *((kind.value, kinds[kind]) for kind in Kind),
    ]
    share = plan.num_bytes / device.memory_bytes
    rows = [
        ("parameters", f"{plan.parameters:,}"),
        ("", ""),
        ("memory of a process", f"in {plan.worst_part}, where it needs most"),
        *((f"  {name}", amount(size, "B")) for name, size in memory),
        ("  in all", f"{amount(plan.num_bytes, 'B')}, {share:.2f} of {device.description}"),
        ("", ""),
        ("arithmetic of a step", amount(plan.flops, "FLOP")),
        ("a step takes at least", f"{plan.seconds:.3g} s at the peak of {device.description}"),
    ]
    return [f"plan of {model}", "", *_aligned(rows)]


def plan_record(plan: Plan, model: str) -> dict[str, Any]:
    """Returns a plan as JSON has it: bytes, seconds and numbers of operations.

    Args:
      plan: The plan.
      model: What to call the experiment.
    """
    return {
        "model": model,
        "parameters": plan.parameters,
        "device": plan.device.description,
        "weights_bytes": plan.weights,
        "optimizer_bytes": plan.slots,
        "peak_bytes": plan.num_bytes,
        "worst_part": plan.worst_part,
        "parts": {
            part: {kind.value: size for kind, size in kinds.items()}
            for part, kinds in plan.peaks.items()
        },
        "flops": plan.flops,
        "seconds": plan.seconds,
    }


def amount(value: float, unit: str) -> str:
    """Formats "9.23 GB", in powers of 1000."""
    for size, prefix in _UNITS:
        if value >= size:
            return f"{value / size:.3g} {prefix}{unit}"
    return f"{value:.0f} {unit}"


def _aligned(rows: Sequence[tuple[str, str]]) -> list[str]:
    width = max(len(name) for name, _ in rows)
    return [f"{name:<{width}}  {value}".rstrip() for name, value in rows]

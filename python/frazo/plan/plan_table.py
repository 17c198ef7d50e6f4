"""Shows a plan."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from frazo.plan.memory import Kind
from frazo.plan.pipeline_plan import PlannedStages
from frazo.plan.plan import Activations, Plan

# What becomes of activations, by whether they are recomputed.
_RECOMPUTATION = {False: "kept", True: "recomputed"}
# What experts take, by whether they are dropless.
_DROPLESS = {False: "at capacity", True: "dropless, at worst skew"}
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
        ("processes", _processes(plan)),
        *([("with", plan.option)] if plan.option else []),
        *_stage_rows(plan.stages),
        ("", ""),
        ("memory of a process", f"in {plan.worst_part}, where it needs most"),
        *((f"  {name}", amount(size, "B")) for name, size in memory),
        ("  in all", f"{amount(plan.num_bytes, 'B')}, {share:.2f} of {device.description}"),
        *_alternatives("those within layers are", _RECOMPUTATION, plan.recomputation),
        *_alternatives("experts are", _DROPLESS, plan.dropless),
        ("", ""),
        ("arithmetic of a process", amount(plan.flops, "FLOP")),
        *((f"sent: {s.collective} along {s.axis}", amount(n, "B")) for s, n in plan.sent.items()),
        ("", ""),
        ("time of a step, at least", f"at the peaks of {device.description}"),
        ("  computing", f"{plan.computing_seconds:.3g} s"),
        ("  sending", f"{plan.sending_seconds:.3g} s"),
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
        "processes": dict(plan.processes),
        "option": plan.option,
        "device": plan.device.description,
        "weights_bytes": plan.weights,
        "optimizer_bytes": plan.slots,
        "peak_bytes": plan.num_bytes,
        "worst_part": plan.worst_part,
        "parts": {
            part: {kind.value: size for kind, size in kinds.items()}
            for part, kinds in plan.peaks.items()
        },
        "activations": _alternatives_record(_RECOMPUTATION, plan.recomputation),
        "experts": _alternatives_record(_DROPLESS, plan.dropless),
        "flops": plan.flops,
        "seconds": plan.computing_seconds,
        "pipeline": _stages_record(plan.stages),
        "sent_bytes": {f"{s.axis}/{s.collective}": size for s, size in plan.sent.items()},
        "sending_seconds": plan.sending_seconds,
    }


def amount(value: float, unit: str) -> str:
    """Formats "9.23 GB", in powers of 1000."""
    for size, prefix in _UNITS:
        if value >= size:
            return f"{value / size:.3g} {prefix}{unit}"
    return f"{value:.0f} {unit}"


def _stage_rows(stages: PlannedStages | None) -> list[tuple[str, str]]:
    if stages is None:
        return []
    times = ", ".join(f"{stage}: {seconds:.3g} s" for stage, seconds in stages.seconds.items())
    rows = [
        ("", ""),
        ("stages", f"{len(stages.layers)}, of {_listed(stages.layers)} layers"),
        ("  computing", times),
        ("  waiting", f"{stages.bubble:.0%} of a step with {stages.parts} parts of a batch"),
    ]
    if stages.balanced and list(stages.balanced) != list(stages.layers):
        rows.append(("  would be balanced", f"mesh.pipeline.layers=[{_listed(stages.balanced)}]"))
    return [*rows, ("  shown below", f"stage {stages.shown}, which needs most memory")]


def _stages_record(stages: PlannedStages | None) -> dict[str, Any] | None:
    if stages is None:
        return None
    return {
        "layers": list(stages.layers),
        "parts": stages.parts,
        "bubble": stages.bubble,
        "stage_seconds": {str(stage): seconds for stage, seconds in stages.seconds.items()},
        "balanced_layers": list(stages.balanced),
        "shown_stage": stages.shown,
    }


def _listed(layers: Sequence[int]) -> str:
    return ", ".join(map(str, layers))


def _processes(plan: Plan) -> str:
    axes = " x ".join(f"{name} {size}" for name, size in plan.processes.items())
    count = math.prod(plan.processes.values())
    return f"{count} ({axes})" if axes else "1"


def _alternatives(
    what: str, names: Mapping[bool, str], found: Mapping[bool, Activations]
) -> list[tuple[str, str]]:
    if not found:
        return []
    rows = [("", ""), ("activations at their most", f"if {what}")]
    for way, (num_bytes, flops) in found.items():
        text = f"{amount(num_bytes, 'B')}, in a step of {amount(flops, 'FLOP')}"
        rows.append((f"  {names[way]}", text))
    return rows


def _alternatives_record(
    names: Mapping[bool, str], found: Mapping[bool, Activations]
) -> dict[str, Any]:
    return {names[way]: activations._asdict() for way, activations in found.items()}


def _aligned(rows: Sequence[tuple[str, str]]) -> list[str]:
    width = max(len(name) for name, _ in rows)
    return [f"{name:<{width}}  {value}".rstrip() for name, value in rows]

import dataclasses
import json

from frazo.plan.device import DEVICES
from frazo.plan.memory import Kind
from frazo.plan.plan import Activations, Plan
from frazo.plan.plan_table import amount, plan_lines, plan_record
from frazo.plan.traffic import Sent


def kinds(**sizes):
    return {kind: sizes.get(kind.value, 0) for kind in Kind}


PLAN = Plan(
    processes={"data": 2, "model": 4},
    parameters=1_234_567,
    weights=5_000_000,
    slots=250,
    peaks={
        "forward": kinds(activations=3_000_000_000, batch=10),
        "update": kinds(gradients=5_000_000),
    },
    flops=7_500_000_000_000,
    seconds=0.25,
    sent={Sent("model", "all-reduce"): 600_000_000},
    device=DEVICES["a100"],
)


def test_the_table_tells_the_part_that_needs_most():
    lines = plan_lines(PLAN, "lm.Mine")
    assert lines == [
        "plan of lm.Mine",
        "",
        "parameters                    1,234,567",
        "processes                     8 (data 2 x model 4)",
        "",
        "memory of a process           in forward, where it needs most",
        "  weights                     5 MB",
        "  optimizer and counters      250 B",
        "  batch                       10 B",
        "  activations                 3 GB",
        "  logits                      0 B",
        "  gradients                   0 B",
        "  temporary                   0 B",
        "  in all                      3.01 GB, 0.04 of NVIDIA A100 SXM 80 GB",
        "",
        "arithmetic of a process       7.5 TFLOP",
        "sent: all-reduce along model  600 MB",
        "",
        "time of a step, at least      at the peaks of NVIDIA A100 SXM 80 GB",
        "  computing                   0.25 s",
        "  sending                     0.002 s",
    ]


def test_activations_of_both_ways_have_rows_of_their_own():
    both = {False: Activations(3_000_000_000, 7 * 10**12), True: Activations(50_000, 9 * 10**12)}
    plan = dataclasses.replace(PLAN, recomputation=both)
    lines = plan_lines(plan, "lm.Mine")
    assert lines[13:19] == [
        "  in all                      3.01 GB, 0.04 of NVIDIA A100 SXM 80 GB",
        "",
        "activations at their most     if those within layers are",
        "  kept                        3 GB, in a step of 7 TFLOP",
        "  recomputed                  50 kB, in a step of 9 TFLOP",
        "",
    ]
    assert plan_record(plan, "lm.Mine")["activations"] == {
        "kept": {"num_bytes": 3_000_000_000, "flops": 7 * 10**12},
        "recomputed": {"num_bytes": 50_000, "flops": 9 * 10**12},
    }
    assert plan_record(PLAN, "lm.Mine")["activations"] == {}


def test_experts_both_ways():
    both = {False: Activations(2_000_000_000, 7 * 10**12), True: Activations(3 * 10**9, 10**13)}
    plan = dataclasses.replace(PLAN, dropless=both)
    assert plan_lines(plan, "lm.Mine")[15:18] == [
        "activations at their most     if experts are",
        "  at capacity                 2 GB, in a step of 7 TFLOP",
        "  dropless, at worst skew     3 GB, in a step of 10 TFLOP",
    ]
    assert plan_record(plan, "lm.Mine")["experts"] == {
        "at capacity": {"num_bytes": 2_000_000_000, "flops": 7 * 10**12},
        "dropless, at worst skew": {"num_bytes": 3_000_000_000, "flops": 10**13},
    }


def test_the_record_is_json_with_all_parts():
    record = json.loads(json.dumps(plan_record(PLAN, "lm.Mine")))
    assert record["parameters"] == 1_234_567
    assert record["peak_bytes"] == 5_000_000 + 250 + 3_000_000_010
    assert record["parts"]["update"]["gradients"] == 5_000_000
    assert record["worst_part"] == "forward"
    assert record["sent_bytes"] == {"model/all-reduce": 600_000_000}


def test_amounts():
    assert amount(999, "B") == "999 B"
    assert amount(1e15, "FLOP") == "1 PFLOP"
    assert amount(12_340, "B") == "12.3 kB"

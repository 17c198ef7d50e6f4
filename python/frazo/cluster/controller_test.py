"""The controller and its clients over gRPC, in one process."""

import concurrent.futures
import http.client
import os
import socket
import threading
import time
from pathlib import Path

import grpc
import pytest
from frazo.cluster.client import BarrierTimeout, GenerationOver, Outcome
from frazo.cluster.controller import Controller
from frazo.cluster.coordination import RunOutcome
from frazo.cluster.loopback_run import (
    EXPERIMENT,
    PATIENCE_SECONDS,
    loopback_run,
    quick_cluster,
    wait_until,
)
from frazo.cluster.run_record import RunRecord
from frazo.program.errors import JobError
from frazo.proto import coordination_pb2, coordination_pb2_grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc


def together(*calls):
    """Makes calls at the same time and returns what they return."""
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as threads:
        futures = [threads.submit(call) for call in calls]
        return [future.result(PATIENCE_SECONDS) for future in futures]


def test_workers_train_together_and_the_run_ends_by_itself(tmp_path):
    with loopback_run(tmp_path) as run:
        controller = run.start_controller()
        workers = [run.member("worker", index) for index in range(2)]
        evaler = run.member("evaler_test")
        one, other = together(*(worker.join_generation for worker in workers))
        assert one == other
        assert [worker.address for worker in one.workers] == list(run.cluster.workers)
        wait_until(lambda: all(worker.lease_is_valid() for worker in workers))
        together(*(lambda w=worker: w.wait_at_barrier("begun", 60) for worker in workers))
        workers[0].record_progress(checkpoint_step=10, finished_step=10)
        wait_until(lambda: evaler.orders.progress.finished_step == 10)
        for client in (*workers, evaler):
            client.leave(Outcome.FINISHED)
        outcome = controller.wait_until_over(PATIENCE_SECONDS)
        assert outcome == RunOutcome(False, "the training finished at step 10")
    assert RunRecord(tmp_path).read().over


def test_a_worker_that_vanishes_ends_the_generation(tmp_path):
    with loopback_run(tmp_path, min_workers=1) as run:
        run.start_controller()
        changes = []
        left = run.member("worker", 0, changes.append)
        gone = run.member("worker", 1)
        together(left.join_generation, gone.join_generation)
        wait_until(left.lease_is_valid)
        gone.close()
        with pytest.raises(GenerationOver, match=r"worker 1 .* gave no sign of life for 3 s"):
            left.wait_at_barrier("saved", PATIENCE_SECONDS)
        wait_until(lambda: not left.lease_is_valid())
        wait_until(lambda: any("gave no sign of life" in orders.reason for orders in changes))
        with pytest.raises(GenerationOver):
            left.record_progress(checkpoint_step=3)
        assert [worker.index for worker in left.join_generation().workers] == [0]
        left.record_progress(checkpoint_step=3)
        wait_until(lambda: left.orders.progress.checkpoint_step == 3)


def test_a_barrier_names_who_did_not_come(tmp_path):
    with loopback_run(tmp_path) as run:
        run.start_controller()
        workers = [run.member("worker", index) for index in range(2)]
        together(*(worker.join_generation for worker in workers))
        with pytest.raises(BarrierTimeout) as failure:
            workers[0].wait_at_barrier("saved", 0.5)
        assert str(failure.value) == (
            "barrier saved of generation 1: worker 1 (127.0.0.1:7002) did not come within 0.5 s"
        )


def test_a_stop_reaches_members_that_train_and_that_wait(tmp_path):
    with loopback_run(tmp_path) as run:
        controller = run.start_controller()
        stopped = threading.Event()
        waiting = run.member("worker", 0)
        evaler = run.member("evaler_test", 0, lambda orders: orders.stop and stopped.set())
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            joined = threads.submit(waiting.join_generation)
            wait_until(lambda: "waits for worker 1" in run.log.getvalue())
            controller.request_stop("enough")
            assert joined.result(PATIENCE_SECONDS) is None
        assert waiting.orders.stop.reason == "enough"
        assert stopped.wait(PATIENCE_SECONDS)
        for client in (waiting, evaler):
            client.leave(Outcome.STOPPED)
        assert controller.wait_until_over(PATIENCE_SECONDS) == RunOutcome(False, "enough")


def test_another_process_takes_the_place(tmp_path):
    with loopback_run(tmp_path) as run:
        run.start_controller()
        told = []
        old = run.member("worker", 0, told.append)
        run.member("worker", 0)
        wait_until(lambda: told and told[-1].stop)
        assert told[-1].stop.failed
        assert told[-1].stop.reason.startswith("another process took the place of worker 0: ")
        assert not old.lease_is_valid()
        with pytest.raises(JobError, match="another process took the place of worker 0"):
            old.record_progress(checkpoint_step=1)


def test_another_experiment_cluster_and_version_are_refused_by_what_differs(tmp_path, monkeypatch):
    with loopback_run(tmp_path) as run:
        run.start_controller()
        run.member("worker", 0)
        with pytest.raises(JobError) as failure:
            run.client("worker", 1).register("train { max_steps: 20 }", "")
        assert str(failure.value) == (
            f"the controller {run.cluster.controller} refuses worker 1: the experiment of worker 1 "
            "differs from that of worker 0: train.max_steps is 20, not 10. Start all members with "
            "the same experiment"
        )
        other = quick_cluster(controller=run.cluster.controller, lease_seconds=4)
        with pytest.raises(
            JobError, match="differs from the controller's: lease_seconds is 4, not 3"
        ):
            run.client("worker", 1, other).register(EXPERIMENT, "")
        monkeypatch.setattr(
            "frazo.cluster.member_session.version_line", lambda: "frazo 9, tensorflow 9"
        )
        with pytest.raises(JobError, match="worker 1 has frazo 9, tensorflow 9, but worker 0 has"):
            run.client("worker", 1).register(EXPERIMENT, "")


def test_members_go_on_when_the_controller_is_restarted(tmp_path):
    with loopback_run(tmp_path) as run:
        first = run.start_controller()
        workers = [run.member("worker", index) for index in range(2)]
        together(*(worker.join_generation for worker in workers))
        workers[0].record_progress(checkpoint_step=4)
        first.close()
        with concurrent.futures.ThreadPoolExecutor(2) as threads:
            waits = [threads.submit(w.wait_at_barrier, "a", PATIENCE_SECONDS) for w in workers]
            second = run.start_controller()
            for wait in waits:
                wait.result(PATIENCE_SECONDS)
        wait_until(lambda: len(second.status().members) == 2)
        status = second.status()
        assert (status.epoch, status.generation, status.state) == (2, 1, "training")
        workers[0].record_progress(checkpoint_step=5)
        assert second.status().progress.checkpoint_step == 5


def test_two_controllers_on_one_logdir_are_one_too_many(tmp_path):
    with loopback_run(tmp_path) as run:
        run.start_controller()
        second = Controller(quick_cluster(), tmp_path, run.console)
        with pytest.raises(JobError) as failure:
            second.start()
        assert f"another controller (process {os.getpid()}) is writing to" in str(failure.value)
        assert "give another --logdir" in str(failure.value)


def test_a_controller_ends_when_another_has_taken_over_where_there_are_no_locks(tmp_path):
    with loopback_run(tmp_path) as run:
        controller = run.start_controller()
        record = RunRecord(tmp_path)
        newer = record.read()
        newer.epoch = 7
        record.path.write_text(str(newer))
        with pytest.raises(
            JobError, match="taken the run over: it began as number 7, and this one"
        ):
            controller.wait_until_over(PATIENCE_SECONDS)
        assert record.read().epoch == 7


def test_a_taken_port_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with loopback_run(tmp_path, controller=f"127.0.0.1:{port}") as run:
            with pytest.raises(JobError) as failure:
                run.start_controller()
            assert str(failure.value) == (
                f"the controller cannot listen on 127.0.0.1:{port}: Address already in use. End the "
                "process that has the port, or give another address as `controller` in the cluster"
            )


def test_a_second_grpc_server_on_the_port_is_an_error(tmp_path):
    with loopback_run(tmp_path / "a") as run:
        run.start_controller()
        with (
            loopback_run(tmp_path / "b", controller=run.cluster.controller) as other,
            pytest.raises(JobError, match="Address already in use"),
        ):
            other.start_controller()


def test_a_controller_that_is_not_there_is_named_with_the_remedy(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    fields = {"controller": f"127.0.0.1:{port}", "start_timeout_seconds": 0.5}
    with loopback_run(tmp_path, **fields) as run:
        with pytest.raises(JobError) as failure:
            run.client("worker", 0).register(EXPERIMENT, "")
        text = str(failure.value)
        assert text.startswith(f"no answer from the controller 127.0.0.1:{port} for 0.5 s: ")
        assert "Start the controller (--job=controller) with this cluster" in text


def test_members_wait_for_a_controller_that_comes_later(tmp_path):
    with loopback_run(tmp_path) as run:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            run.cluster.controller = f"127.0.0.1:{probe.getsockname()[1]}"
        client = run.client("worker", 0)
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            registered = threads.submit(client.register, EXPERIMENT, "")
            time.sleep(0.3)
            controller = run.start_controller()
            registered.result(PATIENCE_SECONDS)
        assert len(controller.status().members) == 1


def test_a_member_that_lost_the_controller_stops_by_itself(tmp_path):
    with loopback_run(tmp_path, controller_timeout_seconds=1) as run:
        controller = run.start_controller()
        stops = []
        run.member("worker", 0, lambda orders: orders.stop and stops.append(orders.stop))
        controller.close()
        wait_until(lambda: stops)
        assert stops[0].failed
        assert stops[0].reason.startswith(
            f"no answer from the controller {run.cluster.controller} for 1 s: "
        )


def test_waiting_members_do_not_exhaust_the_service(tmp_path):
    # More than the threads that a pool would have.
    count = 100
    addresses = [f"127.0.0.1:{7000 + index}" for index in range(count)]
    with loopback_run(tmp_path) as run:
        del run.cluster.workers[:]
        run.cluster.workers.extend(addresses)
        controller = run.start_controller()
        with grpc.insecure_channel(run.cluster.controller) as channel:
            stub = coordination_pb2_grpc.CoordinationStub(channel)
            callers = [
                coordination_pb2.Caller(
                    name=coordination_pb2.MemberName(job="worker", index=index),
                    incarnation=f"incarnation-{index}",
                )
                for index in range(count)
            ]
            for caller in callers:
                stub.Register(
                    coordination_pb2.RegisterRequest(caller=caller, cluster=run.cluster),
                    timeout=PATIENCE_SECONDS,
                )
            joins = [
                stub.JoinGeneration.future(
                    coordination_pb2.JoinGenerationRequest(caller=caller), timeout=PATIENCE_SECONDS
                )
                for caller in callers[:-1]
            ]
            wait_until(lambda: controller.status().reason == "waits for worker 99 (127.0.0.1:7099)")
            answer = stub.Heartbeat(
                coordination_pb2.HeartbeatRequest(caller=callers[0]), timeout=PATIENCE_SECONDS
            )
            assert answer.generation == 1
            last = stub.JoinGeneration(
                coordination_pb2.JoinGenerationRequest(caller=callers[-1]), timeout=PATIENCE_SECONDS
            )
            assert len(last.formed.workers) == count
            for join in joins:
                # Some may have been told to ask again just before.
                assert join.result(PATIENCE_SECONDS).WhichOneof("result") in ("formed", "wait")


def test_health_checks_and_reflection_answer(tmp_path):
    with loopback_run(tmp_path) as run:
        run.start_controller()
        with grpc.insecure_channel(run.cluster.controller) as channel:
            healthy = health_pb2_grpc.HealthStub(channel)
            for service in ("", "frazo.Coordination"):
                answer = healthy.Check(
                    health_pb2.HealthCheckRequest(service=service), timeout=PATIENCE_SECONDS
                )
                assert answer.status == health_pb2.HealthCheckResponse.SERVING
            reflected = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(
                iter([reflection_pb2.ServerReflectionRequest(list_services="")]),
                timeout=PATIENCE_SECONDS,
            )
            names = [service.name for service in next(reflected).list_services_response.service]
            assert "frazo.Coordination" in names


def test_the_figures_of_the_run_are_served_to_prometheus(tmp_path):
    with loopback_run(tmp_path, web="127.0.0.1:0") as run:
        controller = run.start_controller()
        worker = run.client("worker", 0)
        worker.register(EXPERIMENT, "")
        status = coordination_pb2.MemberStatus(step=7, loss=1.5, metrics={"eval/accuracy": 0.25})
        worker.start_heartbeats(lambda: status, lambda _: None)
        wait_until(lambda: controller.status().members[0].status.step == 7)
        connection = http.client.HTTPConnection(controller.web_address, timeout=PATIENCE_SECONDS)
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        lines = answer.read().decode().splitlines()
        connection.close()
        assert answer.status == 200
        assert 'frazo_run_state{state="forming"} 1.0' in lines
        assert 'frazo_member_step{index="0",job="worker"} 7.0' in lines
        assert 'frazo_member_loss{index="0",job="worker"} 1.5' in lines
        assert 'frazo_member_metric{index="0",job="worker",name="eval/accuracy"} 0.25' in lines
        assert 'frazo_member_alive{index="0",job="worker"} 1.0' in lines


def test_a_full_disk_is_told_and_waited_out(tmp_path, monkeypatch):
    is_full = True
    write = RunRecord.write

    def fill(self: RunRecord, record) -> None:
        if is_full:
            raise OSError(28, "No space left on device", str(self.path))
        write(self, record)

    with loopback_run(tmp_path) as run:
        run.start_controller()
        run.member("worker", 0)
        monkeypatch.setattr(RunRecord, "write", fill)
        # That its place was taken must outlive the controller.
        client = run.client("worker", 0)
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            registered = threads.submit(client.register, EXPERIMENT, "")
            wait_until(lambda: "No space left on device; the run waits" in run.warnings.getvalue())
            is_full = False
            registered.result(PATIENCE_SECONDS)
        # Once, however often it was tried.
        assert run.warnings.getvalue().count("No space") == 1


def test_a_damaged_record_is_told(tmp_path):
    path = RunRecord(tmp_path).path
    path.parent.mkdir()
    path.write_text("epoch: much")
    with (
        loopback_run(tmp_path) as run,
        pytest.raises(JobError, match=r"coordination.textproto: is damaged: .* away"),
    ):
        run.start_controller()


def test_no_thread_is_left(tmp_path):
    before = set(threading.enumerate())
    with loopback_run(tmp_path, web="127.0.0.1:0") as run:
        run.start_controller()
        run.member("worker", 0)
    wait_until(
        lambda: (
            not {
                thread
                for thread in set(threading.enumerate()) - before
                if thread.name in ("controller", "heartbeats", "http server")
            }
        )
    )


def test_the_log_directory_may_not_exist_yet(tmp_path):
    with loopback_run(tmp_path / "new" / "run") as run:
        run.start_controller()
        assert Path(run.logdir, "control", "coordination.textproto").exists()

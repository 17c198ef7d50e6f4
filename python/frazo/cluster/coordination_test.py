"""The life of a run by hand. The cluster has a lease of 10 s, 30 s to come back and 300 s to
start.
"""

import pytest
from frazo.cluster.coordination import RunOutcome
from frazo.cluster.refusals import (
    CannotBelong,
    GenerationEnded,
    MakesNoSense,
    NotNow,
    NotRegistered,
)
from frazo.cluster.run_status import run_status
from frazo.cluster.scripted_run import ScriptedProcess, ScriptedRun, start_workers
from frazo.proto import coordination_pb2

Outcome = coordination_pb2.LeaveRequest.Outcome


def test_a_generation_forms_when_the_last_worker_comes():
    run = ScriptedRun()
    workers = [ScriptedProcess(run, "worker", index).register() for index in range(3)]
    assert workers[0].join().wait == "waits for worker 1 (10.0.0.2:70), worker 2 (10.0.0.3:70)"
    assert workers[2].join().wait == "waits for worker 1 (10.0.0.2:70)"
    formed = workers[1].join().formed
    assert formed.number == 1
    # In the order of their numbers, not of their coming.
    assert [(worker.index, worker.address) for worker in formed.workers] == [
        (0, "10.0.0.1:70"),
        (1, "10.0.0.2:70"),
        (2, "10.0.0.3:70"),
    ]
    assert workers[0].join().formed == formed
    assert run.coordination.state() == "training"


def test_an_address_of_a_registration_replaces_that_of_the_layout():
    run = ScriptedRun()
    workers = [
        ScriptedProcess(run, "worker", index).register(address=f"here:{index}")
        for index in range(3)
    ]
    answers = [worker.join() for worker in workers]
    assert [worker.address for worker in answers[-1].formed.workers] == [
        "here:0",
        "here:1",
        "here:2",
    ]


def test_too_few_workers_stop_the_run_and_are_named():
    run = ScriptedRun()
    worker = ScriptedProcess(run, "worker", 1).register()
    worker.join()
    run.wait(299, worker)
    assert not worker.beat().HasField("stop")
    run.wait(1, worker)
    stop = worker.beat().stop
    assert stop.failed
    assert stop.reason == (
        "worker 0 (10.0.0.1:70), worker 2 (10.0.0.3:70) did not come within 300 s, and 3 of 3 are "
        "needed"
    )
    assert worker.join().stop == stop
    assert run.coordination.state() == "failed"
    worker.leave(Outcome.FAILED)
    run.wait(1)
    assert run.coordination.outcome() == RunOutcome(True, stop.reason)


def test_the_minimum_of_workers_begins_after_the_start_timeout():
    run = ScriptedRun(min_workers=2)
    workers = [ScriptedProcess(run, "worker", index).register() for index in (0, 2)]
    assert [worker.join().HasField("wait") for worker in workers] == [True, True]
    run.wait(299, *workers)
    assert workers[0].join().HasField("wait")
    run.wait(1, *workers)
    assert [worker.index for worker in workers[0].join().formed.workers] == [0, 2]


def test_a_silent_worker_is_lost_after_the_lease_and_ends_the_generation():
    run = ScriptedRun()
    workers = start_workers(run)
    run.wait(9, *workers[:2])
    assert workers[0].beat().generation == 1
    run.wait(1, *workers[:2])
    answer = workers[0].beat()
    assert answer.generation == 2
    assert answer.reason == "worker 2 (10.0.0.3:70) gave no sign of life for 10 s"
    with pytest.raises(GenerationEnded, match=r"generation 1 has ended: worker 2 .* for 10 s"):
        workers[0].record(checkpoint_step=7)


def test_the_others_wait_for_a_lost_worker_and_then_go_on_without_it():
    run = ScriptedRun(min_workers=2)
    workers = start_workers(run)
    run.wait(10, *workers[:2])
    assert [worker.join().wait for worker in workers[:2]] == [
        "waits for worker 1 (10.0.0.2:70), worker 2 (10.0.0.3:70)",
        "waits for worker 2 (10.0.0.3:70)",
    ]
    run.wait(29, *workers[:2])
    assert workers[0].join().HasField("wait")
    run.wait(1, *workers[:2])
    formed = workers[0].join().formed
    assert (formed.number, [worker.index for worker in formed.workers]) == (2, [0, 1])


def test_the_first_of_those_who_are_left_writes_the_checkpoints():
    run = ScriptedRun(min_workers=2)
    _, one, two = start_workers(run)
    run.wait(10, one, two)
    for worker in (one, two):
        worker.join()
    run.wait(30, one, two)
    assert [worker.join().formed.number for worker in (one, two)] == [2, 2]
    one.record(checkpoint_step=5)
    with pytest.raises(
        CannotBelong, match=r"worker 2 does not write .* generation 2: worker 1 does"
    ):
        two.record(checkpoint_step=6)
    assert two.beat().progress.checkpoint_step == 5


def test_too_few_that_are_left_stop_the_run_in_time():
    run = ScriptedRun(min_workers=2)
    workers = start_workers(run)
    run.wait(10, workers[0])
    workers[0].join()
    run.wait(329, workers[0])
    assert not workers[0].beat().HasField("stop")
    run.wait(1, workers[0])
    assert workers[0].beat().stop.reason == (
        "worker 1 (10.0.0.2:70), worker 2 (10.0.0.3:70) did not come within 330 s, and 2 of 3 are "
        "needed"
    )


def test_processes_that_begin_anew_in_place_form_the_next_generation_at_once():
    run = ScriptedRun()
    workers = [worker.successor().register() for worker in start_workers(run)]
    answers = [worker.join() for worker in workers]
    assert answers[-1].formed.number == 2


def test_a_new_process_is_waited_with_until_the_lease_of_the_old_one_is_over():
    # The old process 0 may be alive, and believe for a lease that it is the writer.
    run = ScriptedRun()
    old, *others = start_workers(run)
    new = ScriptedProcess(run, "worker", 0).register()
    workers = [new] + [worker.successor().register() for worker in others]
    waits = [worker.join().wait for worker in workers]
    assert waits[-1] == "waits 10 s, until the processes before are certain to have ended"
    run.wait(9, *workers)
    assert new.join().HasField("wait")
    run.wait(1, *workers)
    assert new.join().formed.number == 2
    with pytest.raises(CannotBelong, match="another process took the place of worker 0: host"):
        old.beat()


def test_a_member_that_left_is_not_waited_with():
    run = ScriptedRun()
    old, *others = start_workers(run)
    old.leave(Outcome.FAILED, message="out of memory")
    assert others[0].beat().reason == "worker 0 (10.0.0.1:70) failed: out of memory"
    workers = [ScriptedProcess(run, "worker", 0).register()]
    workers += [worker.successor().register() for worker in others]
    assert [worker.join() for worker in workers][-1].formed.number == 2


def test_a_replaced_process_succeeds_in_nothing():
    run = ScriptedRun()
    old = start_workers(run)[0]
    ScriptedProcess(run, "worker", 0).register()
    for call in (
        old.beat,
        old.join,
        old.register,
        lambda: old.arrive("x"),
        lambda: old.record(checkpoint_step=1),
        lambda: old.leave(Outcome.FINISHED),
    ):
        with pytest.raises(CannotBelong, match=r"worker 0: host, process \d+. This one must end"):
            call()


def test_a_frozen_worker_that_wakes_finds_its_generation_over_and_joins_the_next():
    run = ScriptedRun()
    workers = start_workers(run)
    run.wait(12, *workers[:2])
    assert "gave no sign of life for 10 s" in workers[2].beat().reason
    assert run.lines[-1] == "worker 2 (10.0.0.3:70) gave a sign of life again"
    with pytest.raises(GenerationEnded):
        workers[2].arrive("x")
    answers = [worker.join() for worker in workers]
    assert answers[-1].formed.number == 2


def test_a_worker_that_comes_back_asks_the_others_to_regroup():
    run = ScriptedRun(min_workers=2)
    workers = start_workers(run)
    run.wait(10, *workers[:2])
    for worker in workers[:2]:
        worker.join()
    run.wait(30, *workers[:2])
    assert workers[0].join().formed.number == workers[1].join().formed.number == 2
    assert not workers[0].beat().regroup
    back = ScriptedProcess(run, "worker", 2).register()
    assert back.join().wait == "waits until generation 2, which trains, has saved its work"
    assert workers[0].beat().regroup
    # Its own generation ends when one of them asks for a newer one.
    assert workers[0].join().wait == "waits for worker 1 (10.0.0.2:70)"
    assert workers[1].join().formed.number == 3
    assert back.join().formed.number == 3
    assert not workers[0].beat().regroup


def test_a_waiting_worker_that_is_lost_asks_for_nothing_any_more():
    run = ScriptedRun(min_workers=2)
    workers = start_workers(run)
    run.wait(10, *workers[:2])
    for worker in workers[:2]:
        worker.join()
    run.wait(30, *workers[:2])
    assert workers[0].join().HasField("formed")
    assert workers[1].join().HasField("formed")
    ScriptedProcess(run, "worker", 2).register().join()
    run.wait(10, *workers[:2])
    answer = workers[0].beat()
    assert (answer.regroup, answer.generation) == (False, 2)


def test_a_run_finishes_when_the_training_has_and_all_have_left():
    run = ScriptedRun(followers=["evaler_test"])
    evaler = ScriptedProcess(run, "evaler_test", 0).register()
    workers = start_workers(run)
    workers[0].record(checkpoint_step=10, finished_step=10)
    workers[2].leave(Outcome.FINISHED)
    # The end of one that has finished ends nothing, and no barrier waits for it.
    assert workers[0].beat().generation == 1
    assert not workers[0].arrive("last")
    assert workers[1].arrive("last")
    for worker in workers[:2]:
        worker.leave(Outcome.FINISHED)
    run.wait(5, evaler)
    assert run.coordination.state() == "finished"
    assert run.coordination.outcome() is None
    assert evaler.beat().progress.finished_step == 10
    evaler.leave(Outcome.FINISHED)
    run.wait(1)
    assert run.coordination.outcome() == RunOutcome(False, "the training finished at step 10")


def test_a_listed_follower_that_never_came_is_waited_for_in_bounds():
    run = ScriptedRun(followers=["decoder_test"])
    workers = start_workers(run)
    workers[0].record(finished_step=10)
    for worker in workers:
        worker.leave(Outcome.FINISHED)
    run.wait(299)
    assert run.coordination.outcome() is None
    run.wait(1)
    assert run.coordination.outcome() is not None


def test_a_worker_that_comes_after_the_end_is_told_so():
    run = ScriptedRun()
    workers = start_workers(run)
    workers[0].record(finished_step=10)
    late = workers[1].successor().register()
    stop = late.join().stop
    assert (stop.reason, stop.failed) == ("the training finished at step 10", False)


def test_a_follower_that_fails_stops_nothing():
    run = ScriptedRun()
    worker = start_workers(run)[0]
    evaler = ScriptedProcess(run, "evaler_test", 0).register()
    evaler.leave(Outcome.FAILED, message="no labels", is_permanent=True)
    answer = worker.beat()
    assert (answer.generation, answer.HasField("stop")) == (1, False)
    with pytest.raises(CannotBelong, match=r"evaler_test 0 .* has left the run; start it again"):
        evaler.beat()


def test_a_permanent_failure_stops_all_by_its_own_words():
    run = ScriptedRun()
    workers = start_workers(run)
    workers[2].leave(Outcome.FAILED, message="batch size 7", is_permanent=True)
    assert workers[0].beat().stop == coordination_pb2.StopOrder(
        reason="worker 2 (10.0.0.3:70) failed: batch size 7", failed=True
    )
    # Later failures are consequences.
    workers[1].leave(Outcome.FAILED, message="worker 2 is gone", is_permanent=True)
    assert workers[0].beat().stop.reason == "worker 2 (10.0.0.3:70) failed: batch size 7"


def test_a_requested_stop_lets_the_writer_save_after_the_others_left():
    run = ScriptedRun()
    workers = start_workers(run)
    run.coordination.request_stop(coordination_pb2.RequestStopRequest(reason="requested"))
    assert workers[0].beat().stop == coordination_pb2.StopOrder(reason="requested", failed=False)
    for worker in workers[1:]:
        worker.leave(Outcome.STOPPED)
    workers[0].record(checkpoint_step=8)
    workers[0].leave(Outcome.STOPPED)
    run.wait(1)
    assert run.coordination.outcome() == RunOutcome(False, "requested")


def test_a_stop_needs_a_reason():
    with pytest.raises(MakesNoSense, match="reason: it is missing"):
        ScriptedRun().coordination.request_stop(coordination_pb2.RequestStopRequest(reason=" "))


def test_requests_for_a_checkpoint_are_counted():
    run = ScriptedRun()
    worker = ScriptedProcess(run, "worker", 0).register()
    run.coordination.request_checkpoint(coordination_pb2.RequestCheckpointRequest())
    assert worker.beat().checkpoint_requests == 1


def test_barriers_wait_for_all_and_name_the_missing():
    run = ScriptedRun()
    workers = start_workers(run)
    assert not workers[0].arrive("saved")
    assert not workers[2].arrive("saved")
    told = run.coordination.barrier_timed_out(workers[0].barrier_request("saved"))
    assert str(told) == (
        "barrier saved of generation 1: worker 1 (10.0.0.2:70) did not come within 60 s"
    )
    assert workers[1].arrive("saved")
    assert workers[0].arrive("saved")


def test_members_that_do_not_train_may_not_join_or_wait():
    run = ScriptedRun()
    start_workers(run)
    evaler = ScriptedProcess(run, "evaler_test", 0).register()
    with pytest.raises(CannotBelong, match="evaler_test 0 does not train: only worker 0"):
        evaler.join()
    evaler.generation = 1
    with pytest.raises(CannotBelong, match="evaler_test 0 is not in generation 1"):
        evaler.arrive("x")


def test_the_cluster_has_no_other_workers():
    run = ScriptedRun()
    with pytest.raises(CannotBelong, match=r"no worker 3: it has 3 of worker, .* --job and --task"):
        ScriptedProcess(run, "worker", 3).register()
    with pytest.raises(CannotBelong, match="no trainer 0: it has 0 of trainer"):
        ScriptedProcess(run, "trainer", 0).register()
    with pytest.raises(NotRegistered, match="worker 0 is not registered"):
        ScriptedProcess(run, "worker", 0).beat()


def test_with_parameter_servers_the_trainer_alone_is_a_generation():
    run = ScriptedRun(parameter_servers=["10.0.0.9:70"], trainer="10.0.0.8:70")
    ScriptedProcess(run, "worker", 0).register()
    server = ScriptedProcess(run, "ps", 0).register()
    trainer = ScriptedProcess(run, "trainer", 0).register()
    assert trainer.join().formed.workers[0].address == "10.0.0.8:70"
    with pytest.raises(CannotBelong, match="ps 0 does not train"):
        server.join()
    run.wait(10, trainer)
    assert trainer.beat().generation == 1
    trainer.record(checkpoint_step=3)


def test_a_restarted_controller_continues_the_generation():
    run = ScriptedRun()
    workers = start_workers(run)
    workers[0].record(checkpoint_step=4)
    assert not workers[0].arrive("a")
    assert not workers[1].arrive("a")
    assert workers[2].arrive("a")
    run.restart()
    assert run.coordination.epoch == 2
    with pytest.raises(NotRegistered):
        workers[0].beat()
    for worker in workers:
        answer = worker.register().beat()
        assert (answer.generation, answer.progress.checkpoint_step) == (1, 4)
    # Whoever lost the answer asks again.
    assert workers[0].arrive("a")
    run.wait(40, *workers)
    assert workers[0].beat().generation == 1
    workers[0].record(checkpoint_step=5)
    for worker in workers:
        worker.successor().register()
    assert run.coordination.generations.number == 2


def test_a_replaced_process_is_refused_by_the_next_controller_too():
    run = ScriptedRun()
    old = start_workers(run)[0]
    new = ScriptedProcess(run, "worker", 0).register()
    evaler = ScriptedProcess(run, "evaler_test", 0).register()
    other_evaler = ScriptedProcess(run, "evaler_test", 0).register()
    run.restart()
    # Whoever comes first: what it knew of the controller before tells that it is not the newest.
    for process in (old, evaler):
        with pytest.raises(CannotBelong, match="another process took the place of"):
            process.register()
    assert new.register().beat().generation == 2
    other_evaler.register().beat()


def test_a_worker_that_does_not_come_back_to_a_restarted_controller_ends_the_generation():
    run = ScriptedRun()
    workers = start_workers(run)
    run.restart()
    for worker in workers[:2]:
        worker.register()
    run.wait(29, *workers[:2])
    assert workers[0].beat().generation == 1
    run.wait(1, *workers[:2])
    answer = workers[0].beat()
    assert answer.generation == 2
    assert answer.reason == (
        "worker 2 (10.0.0.3:70) did not come back after the controller's restart"
    )


def test_a_formed_answer_that_a_restart_swallowed_is_given_again():
    run = ScriptedRun()
    workers = start_workers(run)
    workers[1].generation = workers[1].last_generation = 0
    run.restart()
    for worker in workers:
        worker.register().beat()
    assert workers[1].join().formed.number == 1


def test_all_started_anew_after_a_crash_wait_out_the_leases_of_those_before():
    run = ScriptedRun()
    start_workers(run)
    run.restart()
    workers = [ScriptedProcess(run, "worker", index).register() for index in range(3)]
    assert workers[0].join().HasField("wait")
    for worker in workers[1:]:
        worker.join()
    run.wait(10, *workers)
    assert workers[0].join().formed.number == 2


def test_a_restarted_controller_gives_out_no_number_twice():
    run = ScriptedRun()
    workers = start_workers(run)
    workers[0].leave(Outcome.FAILED)
    run.restart()
    assert run.coordination.generations.number == 2


def test_a_generation_of_which_no_record_is_left_is_outnumbered():
    run = ScriptedRun()
    worker = ScriptedProcess(run, "worker", 0).register()
    worker.generation = 5
    assert worker.beat().generation == 6


def test_another_experiment_waits_until_the_run_before_is_known_to_have_ended():
    run = ScriptedRun()
    start_workers(run)
    run.restart()
    other = ScriptedProcess(run, "worker", 0, experiment="train { max_steps: 20 }")
    with pytest.raises(NotNow, match="waits 30 s for members of the run before, which has another"):
        other.register()
    run.wait(30)
    other.register()
    with pytest.raises(CannotBelong, match=r"train\.max_steps is 10, not 20"):
        ScriptedProcess(run, "worker", 1).register()


def test_another_experiment_is_refused_once_a_member_of_the_run_before_came_back():
    run = ScriptedRun()
    workers = start_workers(run)
    run.restart()
    workers[1].register()
    with pytest.raises(CannotBelong, match="worker 0 is not that of the run, which goes on"):
        ScriptedProcess(run, "worker", 0, experiment="train { max_steps: 20 }").register()


def test_a_stop_order_outlives_the_controller_that_gave_it():
    run = ScriptedRun()
    workers = start_workers(run)
    run.coordination.request_stop(coordination_pb2.RequestStopRequest(reason="enough"))
    run.restart()
    assert workers[0].register().beat().stop.reason == "enough"


def test_a_run_that_is_over_leaves_a_record_for_the_next_one():
    run = ScriptedRun()
    workers = start_workers(run)
    workers[0].record(checkpoint_step=10, finished_step=10)
    for worker in workers:
        worker.leave(Outcome.FINISHED)
    run.wait(1)
    assert run.coordination.outcome() is not None
    run.restart()
    worker = ScriptedProcess(run, "worker", 0, experiment="train { max_steps: 20 }").register()
    answer = worker.beat()
    assert answer.progress == coordination_pb2.RunProgress(checkpoint_step=10)
    assert (answer.generation, answer.HasField("stop")) == (2, False)


def test_hundreds_of_members_send_fewer_heartbeats():
    run = ScriptedRun()
    for index in range(1000):
        answer = ScriptedProcess(run, "evaler_test", index).register().beat()
    # 1000 members, 400 heartbeats a second.
    assert answer.heartbeat_seconds == 2.5
    assert ScriptedProcess(ScriptedRun(), "worker", 0).register().beat().heartbeat_seconds == 2


def test_a_run_is_shown_with_its_members_and_events():
    run = ScriptedRun()
    workers = start_workers(run)
    run.wait(3, *workers[:2])
    workers[1].leave(Outcome.FAILED, message="division by zero", traceback="line 3")
    status = run_status(run.coordination, lambda: 77.0)
    assert (status.epoch, status.generation, status.state) == (1, 2, "forming")
    assert status.reason.startswith("waits for worker 0")
    assert status.unix_seconds == 77
    ages = [member.heartbeat_age_seconds for member in status.members]
    assert ages == [0, 0, 3]
    failed = status.members[1]
    assert (failed.life, failed.message) == (
        coordination_pb2.RunStatus.Member.FAILED,
        "division by zero",
    )
    assert [event.text for event in status.events][-1] == (
        "generation 1 ended: worker 1 (10.0.0.2:70) failed: division by zero"
    )


def test_a_run_that_all_began_anew_and_finished_soon_is_over():
    run = ScriptedRun(rejoin_seconds=100)
    start_workers(run)
    run.restart()
    workers = [ScriptedProcess(run, "worker", index).register() for index in range(3)]
    for worker in workers:
        worker.join()
    run.wait(11, *workers)
    for worker in workers:
        assert worker.join().HasField("formed")
    workers[0].record(finished_step=10)
    for worker in workers:
        worker.leave(Outcome.FINISHED)
    run.wait(200)
    assert run.coordination.outcome() == (False, "the training finished at step 10")


def test_a_restarted_controller_waits_for_those_whose_place_was_taken():
    run = ScriptedRun(min_workers=1, rejoin_seconds=0, start_timeout_seconds=5)
    start_workers(run)
    # The one before may still write, until its lease of 10 s is over.
    other = ScriptedProcess(run, "worker", 0).register()
    run.restart()
    other.register().join()
    run.wait(9, other)
    assert other.join().HasField("wait")
    run.wait(2, other)
    assert other.join().HasField("formed")


def test_a_worker_that_has_come_back_is_waited_for_longer_than_a_lost_one():
    run = ScriptedRun(min_workers=1, rejoin_seconds=2)
    workers = start_workers(run)
    for index, worker in enumerate(workers):
        workers[index] = worker.successor().register()
    first, second, _ = workers
    first.join()
    # They start TensorFlow.
    run.wait(60, *workers)
    assert first.join().wait.startswith("waits for worker 1 (10.0.0.2:70), worker 2")
    second.join()
    # The third is lost meanwhile.
    run.wait(11, first, second)
    assert len(first.join().formed.workers) == 2

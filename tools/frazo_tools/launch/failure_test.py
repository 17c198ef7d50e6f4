from frazo_tools.launch.failure import LastLines, describe_exit, failure_in

TRACEBACK = [
    "Traceback (most recent call last):",
    '  File "a.py", line 1, in <module>',
    "ValueError: x",
]


def test_the_last_traceback_with_what_follows_it():
    lines = ["begins", *TRACEBACK, "went on", *TRACEBACK, "after"]
    assert failure_in(lines) == "\n".join([*TRACEBACK, "after"])


def test_an_error_while_another_was_handled_begins_with_the_first():
    between = ["", "During handling of the above exception, another exception occurred:", ""]
    lines = ["begins", *TRACEBACK, *between, *TRACEBACK]
    assert failure_in(lines) == "\n".join(lines[1:])


def test_an_error_line():
    assert failure_in(["step: 1", "error: no such file", "remedy"]) == "error: no such file\nremedy"


def test_without_an_error_the_last_lines():
    assert failure_in([str(n) for n in range(20)]) == "\n".join(map(str, range(10, 20)))
    assert failure_in([]) == ""


def test_only_the_last_lines_are_kept():
    lines = LastLines()
    lines.add("error: long ago")
    for number in range(1000):
        lines.add(str(number))
    assert lines.failure().splitlines()[-1] == "999"
    assert "long ago" not in lines.failure()


def test_the_end_of_a_process_in_words():
    assert describe_exit(1) == "exit code 1"
    assert describe_exit(-9) == "killed by SIGKILL"
    assert describe_exit(-99) == "killed by signal 99"

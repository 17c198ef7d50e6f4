"""Some of the hostile requests."""

from tests.soak import hostile_requests


def test_requests_are_counted_by_their_outcomes(capsys):
    assert hostile_requests.main(["--requests=2000", "--seed=3"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("1,000 requests in ")
    counts = {
        outcome.strip(): int(count.replace(",", ""))
        for count, outcome in (line.split(" ", 1) for line in map(str.strip, printed.splitlines()))
        if outcome.startswith(("gRPC", "HTTP", "frames"))
    }
    assert sum(counts.values()) == 2000
    assert counts["gRPC INVALID_ARGUMENT"] > 500
    assert counts["HTTP 400"] > 100
    assert counts["frames: the connection was ended"] > 20

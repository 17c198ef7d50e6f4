import html.parser
import http.client
import io
import json

import pytest
from frazo.cluster.address import Address
from frazo.cluster.curves import CurveReader, Point, curve_svg
from frazo.cluster.http_server import HttpServer
from frazo.cluster.page import RunPage
from frazo.program.console import Console
from frazo.program.headless_browser import HeadlessBrowser
from frazo.proto import coordination_pb2
from frazo.scores.score_log import ScoreLog
from hypothesis import given
from hypothesis import strategies as st

TIMEOUT_SECONDS = 200
HOSTILE = "<script>document.title='taken'</script>\"'&<img src=x onerror=alert(1)>"
LIFE = coordination_pb2.RunStatus.Member


def run_status(text="training goes well"):
    status = coordination_pb2.RunStatus(
        epoch=2, generation=3, state="training", reason=text, unix_seconds=0
    )
    status.progress.checkpoint_step = 1000
    worker = status.members.add(host=text, process=7, heartbeat_age_seconds=0.25, starts=2)
    worker.name.job, worker.name.index = "worker", 1
    worker.status.state, worker.status.step, worker.status.max_steps = "training", 1200, 2000
    worker.status.steps_per_second, worker.status.loss, worker.status.message = 25.5, 0.125, text
    worker.status.metrics["accuracy"] = 0.75
    evaler = status.members.add(life=LIFE.FAILED, message=text, traceback=f"Traceback: {text}")
    evaler.name.job = "evaler_test"
    status.events.add(unix_seconds=1e9, text=text)
    return status


def write_scores(logdir):
    for step in range(0, 1200, 100):
        ScoreLog(logdir / "train").append(step, {"loss": 1 / (step + 1), "learning_rate": 0.1})
        ScoreLog(logdir / "eval_test").append(
            step, {"loss": 2 / (step + 1), "accuracy": step / 1200}
        )


class Tags(html.parser.HTMLParser):
    """The tags of a page, its texts, and the attributes that could load something."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text, self.sources = [], "", []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.sources += [v for k, v in attributes if k in ("src", "href", "onerror", "onload")]

    def handle_data(self, data):
        self.text += data


def test_the_page_shows_members_curves_and_events(tmp_path):
    write_scores(tmp_path)
    page = RunPage(tmp_path, run_status).html()
    assert page.content_type == "text/html; charset=utf-8"
    read = Tags(page.body.decode())
    for text in ("worker 1", "1200 of 2000", "25.50", "0.1250", "0.2 s", "checkpoint of step 1000"):
        assert text in read.text
    assert "evaler_test" in read.text and "failed" in read.text
    assert "2001-09-0" in read.text
    # The loss of both, and the accuracy; the learning rate is the training's alone.
    assert read.tags.count("svg") == 2
    assert read.tags.count("polyline") == 3
    assert "learning_rate" not in read.text
    assert read.sources == []


def test_nothing_that_a_member_says_becomes_a_part_of_the_page(tmp_path):
    ScoreLog(tmp_path / "eval_<b>x").append(1, {"<script>": 1.0})
    read = Tags(RunPage(tmp_path, lambda: run_status(HOSTILE)).html().body.decode())
    assert read.text.count(HOSTILE) == 6
    assert not {"script", "img", "b"} & set(read.tags)
    assert "eval_<b>x" in read.text
    assert read.sources == []


def test_a_page_of_a_run_that_goes_on_renews_itself(tmp_path):
    status = run_status()
    assert b'http-equiv="refresh"' in RunPage(tmp_path, lambda: status).html().body
    status.state = "finished"
    assert b'http-equiv="refresh"' not in RunPage(tmp_path, lambda: status).html().body


def test_the_state_as_json(tmp_path):
    page = RunPage(tmp_path, run_status).json()
    state = json.loads(page.body)
    assert page.content_type == "application/json"
    assert state["members"][0]["status"]["step"] == "1200"
    assert state["progress"] == {"checkpoint_step": "1000"}


def test_a_run_of_which_nothing_is_known_yet(tmp_path):
    text = Tags(RunPage(tmp_path, coordination_pb2.RunStatus).html().body.decode()).text
    assert "Nobody has registered yet." in text


def test_scores_are_read_again_when_they_have_changed(tmp_path):
    reader = CurveReader(tmp_path)
    assert reader.curves() == {}
    log = ScoreLog(tmp_path / "eval_test")
    log.append(10, {"loss": 2.0})
    assert reader.curves() == {"loss": {"eval_test": [Point(10, 2.0)]}}
    log.append(20, {"loss": float("nan")})
    log.append(30, {"loss": 1.0})
    with open(log.path, "a") as file:
        file.write('{"step": 4, "metrics": 5}\n[]\n7\n')
    # What is no score is left out.
    assert reader.curves() == {"loss": {"eval_test": [Point(10, 2.0), Point(30, 1.0)]}}


def test_long_curves_keep_their_ends(tmp_path):
    log = ScoreLog(tmp_path / "train")
    log.path.parent.mkdir()
    lines = [json.dumps({"step": n, "metrics": {"loss": n}}) for n in range(1000)]
    log.path.write_text("\n".join(lines))
    points = CurveReader(tmp_path).curves()["loss"]["train"]
    assert len(points) == 300
    assert (points[0].step, points[-1].step) == (0, 999)


VALUES = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(st.integers(0, 10**12), VALUES), min_size=1, max_size=8), st.text())
def test_any_scores_can_be_drawn_within_the_picture(points, name):
    svg = curve_svg(name, {name: [Point(*point) for point in sorted(points)]})
    drawn = svg.partition('<polyline points="')[2].partition('"')[0]
    for pair in drawn.split():
        x, y = map(float, pair.split(","))
        assert 0 <= x <= 460 and 0 <= y <= 240


@pytest.fixture(name="url")
def _url(tmp_path):
    write_scores(tmp_path)
    page = RunPage(tmp_path, lambda: run_status(HOSTILE))
    server = HttpServer(Address("127.0.0.1", 0), Console(io.StringIO(), io.StringIO()))
    server.add("/", page.html)
    server.add("/status.json", page.json)
    server.start()
    yield f"http://{server.address}"
    server.close()


def test_the_server_serves_both(url):
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=TIMEOUT_SECONDS)
    connection.request("GET", "/status.json")
    assert json.loads(connection.getresponse().read())["generation"] == "3"


def test_a_browser_shows_the_page(url, tmp_path):
    browser = HeadlessBrowser(tmp_path)
    page = browser.page(url)
    assert '<span class="state" id="state">training</span>' in page
    # The script of a member's name did not run, and is shown as it is.
    assert "<title>training: " in page
    assert "&lt;script&gt;document.title" in page
    assert page.count("<polyline") == 3
    browser.screenshot(url, tmp_path / "page.png")
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")

import pytest
from frazo.cluster.cluster_spec import read_cluster_spec
from frazo.config.errors import ConfigError
from hypothesis import given
from hypothesis import strategies as st

INSECURE = ["security.insecure=true"]


def test_lingvos_example():
    cluster = read_cluster_spec("worker=a:1,b:1@controller=c:2").checked(INSECURE)
    assert (cluster.controller, list(cluster.workers)) == ("c:2", ["a:1", "b:1"])
    assert not cluster.parameter_servers


def test_all_jobs():
    text = (
        "controller=[::1]:1@worker=[::1]:2@ps=[::1]:3,[::1]:4@trainer=[::1]:5@evaler_test=[::1]:6"
    )
    cluster = read_cluster_spec(text).checked([])
    assert cluster.controller == "[::1]:1"
    assert list(cluster.parameter_servers) == ["[::1]:3", "[::1]:4"]
    assert cluster.trainer == "[::1]:5"
    assert list(cluster.followers) == ["evaler_test"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "worker=a:1@controller",
            '--cluster_spec:12: --cluster_spec: "controller" has 0 signs "="; expected '
            'JOB=HOST:PORT,HOST:PORT, and "@" between two jobs\n'
            "  1 | worker=a:1@controller\n"
            "    |            ^",
        ),
        ("worker=a:1=b:1@controller=c:2", '"worker=a:1=b:1" has 2 signs "="'),
        ("worker=a:1@", '"" has 0 signs "="'),
        ("", '"" has 0 signs "="'),
        ("wroker=a:1@controller=c:2", 'no job is called "wroker"; did you mean "worker"?'),
        ("worker=a:1@worker=b:1", "worker was given at --cluster_spec:1 already; join the two"),
        (
            "worker=a:1@controller=c:2,c:3",
            "there is one controller in a cluster; leave one address",
        ),
        ("worker=a:1", "there is no controller; add @controller=HOST:PORT"),
        ("controller=a:1", "there is no worker; add @worker=HOST:PORT,HOST:PORT"),
    ],
)
def test_what_is_wrong(text, message):
    with pytest.raises(ConfigError) as failure:
        read_cluster_spec(text)
    assert message in str(failure.value)


def test_a_layout_that_is_impossible_is_shown_where_it_was_written():
    layout = read_cluster_spec("worker=localhost:1,localhost@controller=localhost:2")
    with pytest.raises(ConfigError) as failure:
        layout.checked([])
    assert str(failure.value) == (
        '--cluster_spec:20: cluster.workers[1]: "localhost" has no port; expected host:port, as in '
        "10.0.0.2:7000\n"
        "  1 | worker=localhost:1,localhost@controller=localhost:2\n"
        "    |                    ^"
    )


@given(st.text(alphabet="workerps=@,:1[]a "))
def test_any_text_is_a_cluster_or_a_configuration_error(text):
    try:
        cluster = read_cluster_spec(text).checked(INSECURE)
    except ConfigError as error:
        assert "--cluster_spec:" in str(error)
    else:
        assert cluster.controller


@given(st.integers(1, 5), st.integers(0, 3))
def test_the_order_of_the_addresses_is_that_of_the_numbers(workers, servers):
    listed = [f"127.0.0.1:{7000 + n}" for n in range(workers)]
    held = [f"127.0.0.1:{8000 + n}" for n in range(servers)]
    text = f"controller=127.0.0.1:6999@worker={','.join(listed)}"
    if held:
        text += f"@ps={','.join(held)}"
    cluster = read_cluster_spec(text).checked([])
    assert (list(cluster.workers), list(cluster.parameter_servers)) == (listed, held)

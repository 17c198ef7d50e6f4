import pytest
from frazo.program.free_memory import free_memory_bytes

MEMINFO = "MemTotal:       4096 kB\nMemFree:        100 kB\nMemAvailable:   2048 kB\n"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "sys/fs/cgroup/memory").mkdir(parents=True)
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/meminfo").write_text(MEMINFO)
    return tmp_path


def test_what_the_machine_has(root):
    assert free_memory_bytes(root) == 2048 * 1024


def test_a_container_without_a_limit(root):
    (root / "sys/fs/cgroup/memory.max").write_text("max\n")
    (root / "sys/fs/cgroup/memory.stat").write_text("anon 5\nfile 7\n")
    assert free_memory_bytes(root) == 2048 * 1024


@pytest.mark.parametrize(
    ("limit", "stat", "text"),
    [
        ("memory.max", "memory.stat", "anon 300\nfile 500\n"),
        ("memory/memory.limit_in_bytes", "memory/memory.stat", "rss 200\ntotal_rss 300\n"),
    ],
)
def test_what_the_limit_of_a_container_leaves(root, limit, stat, text):
    """Pages of files do not count: the system gives them up."""
    (root / "sys/fs/cgroup" / limit).write_text("1000\n")
    (root / "sys/fs/cgroup" / stat).write_text(text)
    assert free_memory_bytes(root) == 700
    (root / "sys/fs/cgroup" / limit).write_text("200\n")
    assert free_memory_bytes(root) == 0


def test_a_system_that_tells_nothing(tmp_path):
    assert free_memory_bytes(tmp_path) == float("inf")


def test_this_machine():
    assert free_memory_bytes() > 0

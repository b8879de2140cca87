"""The filter on a Ray cluster of two workers, one of which is killed; skipped where Ray is not installed."""

import os
import threading
import time

import psutil
import pytest

from benchmarks.similarity import decided, texts
from seedbed.filtering.engines import Blocks, load_engine
from seedbed.filtering.tokenisers import character
from seedbed.util.errors import UserError

ray = pytest.importorskip("ray", reason="needs `pip install 'seedbed[ray]'`")
COUNT = 3000


def kill_a_worker(killed: list[str]) -> None:
    """Kill the first process that works on a task."""
    deadline = time.monotonic() + 60
    while not killed and time.monotonic() < deadline:
        for child in psutil.Process().children(recursive=True):
            try:
                title = child.cmdline()[0]
                if title.startswith("ray::Segment"):
                    child.kill()
                    killed.append(title)
                    break
            except (psutil.Error, IndexError):  # it has ended meanwhile
                continue
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_decisions_are_those_of_one_process_though_a_worker_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setitem(os.environ, "RAY_USAGE_STATS_ENABLED", "0")
    tokens = [character(text) for text in texts(COUNT, duplicates=0.4, seed=7)]
    expected = [near for _, near in decided([tokens], 0.7)]
    killed: list[str] = []
    killer = threading.Thread(target=kill_a_worker, args=(killed,))
    ray.init(num_cpus=2, log_to_driver=False, logging_level="error", include_dashboard=False)
    try:
        engine = load_engine("ray")
        assert isinstance(engine, Blocks)
        engine.few, engine._block, engine._largest = 100, 100, 1000
        killer.start()
        pieces = [tokens[start : start + 1000] for start in range(0, COUNT, 1000)]
        assert [near for _, near in decided(pieces, 0.7, engine=engine)] == expected
        killer.join()
    finally:
        ray.shutdown()
    assert len(killed) == 1
    assert 0 < expected.count(None) < COUNT


def test_a_cluster_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray itself would wait for minutes."""
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    engine = load_engine("ray")
    assert isinstance(engine, Blocks)
    engine.few, engine._block, engine._largest = 100, 100, 1000
    tokens = [character(text) for text in texts(1000, duplicates=0.4, seed=7)]
    with pytest.raises(UserError, match=r"^engine\.filter: no Ray cluster at 127\.0\.0\.1:1 \(RAY_ADDRESS\): "):
        list(decided([tokens[:500], tokens[500:]], 0.7, engine=engine))

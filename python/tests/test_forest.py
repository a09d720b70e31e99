"""``forest`` on arrays: the right forest, and what it refuses."""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

import spanforest
from spanforest import forest

INTEGERS = [np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64]
FLOATS = [np.float16, np.float32, np.float64]


def by_kruskal(u, v, weights, maximum=False):
    """The positions of the forest's edges, by networkx's disjoint sets."""
    order = sorted(range(len(u)), key=lambda at: -weights[at] if maximum else weights[at])
    sets, chosen = nx.utils.UnionFind(), []
    for at in order:
        if sets[u[at]] != sets[v[at]]:
            sets.union(u[at], v[at])
            chosen.append(at)
    return chosen


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(-5, 5)), max_size=80),
    st.sampled_from(INTEGERS),
    st.sampled_from([np.int8, np.int64, *FLOATS]),
    st.booleans(),
    st.sampled_from([1, 2, -1]),
)
def test_positions_are_those_of_kruskal(edges, ids, numbers, maximum, stride):
    """Whatever types the arrays have, and however they lie in memory."""
    u, v, weights = (np.array(list(column)) for column in zip(*edges, strict=True)) if edges else [[]] * 3
    expected = by_kruskal(list(u), list(v), list(weights), maximum)

    def laid_out(column, kind):
        whole = np.zeros(abs(stride) * len(column), kind)
        whole[::stride] = column
        return whole[::stride]

    given = laid_out(u, ids), laid_out(v, ids), laid_out(weights, numbers)
    found = forest(*given, maximum=maximum, verify=True)
    assert found.positions.tolist() == expected
    for column, original in zip((found.u, found.v, found.weights), given, strict=True):
        assert column.dtype == (original.dtype if numbers != np.float16 or column is not found.weights else np.float32)
        assert (column == original[found.positions]).all()
    assert len(found) == len(expected)
    assert found.total == sum(weights[at] for at in expected)
    assert found.vertices == (max(*u, *v) + 1 if len(u) else 0)
    assert found.components == found.vertices - len(found)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=30))
def test_labels_are_those_of_scipy(edges):
    u, v = (np.array(list(column)) for column in zip(*edges, strict=True)) if edges else ([], [])
    found = forest(u, v, n=21)
    count, labels = connected_components(found.to_scipy(), directed=False)
    assert found.components == count
    assert found.labels().tolist() == labels.tolist()
    sparse = forest(np.array(u, np.int64) * 10**15, np.array(v, np.int64) * 10**15, n=21 * 10**15)
    apart = sparse.labels(np.arange(21) * 10**15)
    assert len(set(zip(labels.tolist(), apart.tolist(), strict=True))) == count == len(set(apart))


def test_layouts_that_cannot_be_read_in_place_are_copied():
    edges = [(0, 1, 5.0), (1, 2, 3.0), (0, 2, 4.0)]
    table = np.array(edges, dtype=[("u", ">i4"), ("v", "u1"), ("w", "f8")])
    assert not table["w"].flags.aligned
    assert forest(table["u"], table["v"], table["w"]).positions.tolist() == [1, 2]
    assert forest([0, 1, 0], (1, 2, 2), [5, 3, 4]).positions.tolist() == [1, 2]
    assert forest([0, 1], [1, 0], np.array([True, False])).positions.tolist() == [1]


def test_integers_are_exact():
    big = 2**62
    found = forest([0, 0, 1], [1, 1, 2], np.array([big + 1, big, big]))
    assert found.positions.tolist() == [1, 2]
    assert found.total == 2**63
    assert forest([0, 1, 2], [1, 2, 3], np.full(3, 2**63 - 1)).total == 3 * (2**63 - 1)
    assert forest([0] * 4, [1, 2, 3, 4], [1e308, 1e308, -1e308, 1.0]).total == 1e308


def test_nothing_is_a_forest_too():
    assert (len(forest([], [])), forest([], []).components, forest([], [], n=3).components) == (0, 0, 3)
    assert forest([], [], n=3).labels().tolist() == [0, 1, 2]
    assert forest([2], [2], [1.5]).components == 3


def test_it_becomes_a_graph_of_networkx():
    graph = forest([0, 1, 0], [1, 2, 2], [3, 1, 2], n=4).to_networkx("length")
    assert sorted(graph.edges(data="length")) == [(0, 2, 2), (1, 2, 1)]
    assert list(graph) == [0, 1, 2, 3]


def test_what_is_returned_cannot_be_written_to():
    found = forest([0], [1])
    for array in (found.positions, found.u, found.v, found.weights):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 7
    assert repr(found) == "Forest(1 edge, 2 vertices, 1 component, total 1)"


WRONG = [
    (dict(u=[0, -1], v=[1, 1]), ValueError, "u[1] is -1; vertices are numbered from 0"),
    (dict(u=[0, 1], v=[1, 5], n=5), ValueError, "v[1] is 5; there are n = 5 vertices"),
    (dict(u=[0], v=np.array([2**63], np.uint64)), ValueError, f"v[0] is {2**63}; vertices are"),
    (dict(u=[0, 1], v=[1]), ValueError, "u has 2 items and v has 1"),
    (dict(u=[[0]], v=[[1]]), ValueError, "u has 2 dimensions"),
    (dict(u=[0.0], v=[1]), TypeError, "u has the type float64; ids of vertices are integers"),
    (dict(u=["a"], v=["b"]), TypeError, "u has the type <U1"),
    (dict(u=[0], v=[1], weights=[]), ValueError, "there are 1 edges, and weights has 0 items"),
    (dict(u=[0, 0], v=[1, 1], weights=[1, np.nan]), ValueError, "weights[1] is NaN; weights must be"),
    (dict(u=[0], v=[1], weights=[-np.inf]), ValueError, "weights[0] is -inf; weights must be finite"),
    (dict(u=[0], v=[1], weights=np.array([2**63], np.uint64)), ValueError, "integers must not be above"),
    (dict(u=[0], v=[1], weights=[1j]), TypeError, "weights has the type complex128"),
    (dict(u=[0], v=[1], weights=[2**70]), TypeError, "weights has the type object"),
    (dict(u=[0], v=[1], weights=[None]), TypeError, "weights has the type object"),
    (dict(u=[0], v=[1], weights=np.ones(1, np.longdouble)), TypeError, "at most 64 bits"),
    (dict(u=[0], v=[1], weights=np.array([1], "m8[s]")), TypeError, "type timedelta64[s]"),
    (dict(u=np.ma.array([0], mask=[True]), v=[1]), ValueError, "u has masked items"),
    (dict(u=[0], v=[1], n=-1), ValueError, "n is -1; 0 or more is possible"),
    (dict(u=[0], v=[1], n=2.0), TypeError, "float"),
    (dict(u=[0], v=[1], n=2**63), ValueError, "less than 2^63"),
    (dict(u=[0], v=[1], threads=0), ValueError, "threads is 0; 1 or more is possible"),
    (dict(u=[0], v=[1], threads=10**6), ValueError, "from 1 to 1024"),
]


@pytest.mark.parametrize("arguments, error, message", WRONG, ids=[case[2] for case in WRONG])
def test_what_is_wrong_is_told_with_its_place(arguments, error, message):
    with pytest.raises(error) as told:
        forest(**arguments)
    assert message in str(told.value)
    assert "\n" not in str(told.value)


def test_what_memory_is_too_small_for_is_refused():
    all_the_same = np.broadcast_to(np.int8(1), 2**40)
    with pytest.raises(MemoryError, match=f"{2**40} edges take .* bytes, and .* are left; write them to files"):
        forest(all_the_same, all_the_same)
    assert forest(all_the_same[: 10**6], all_the_same[: 10**6]).components == 2


def test_a_vertex_that_there_is_not_has_no_label():
    with pytest.raises(ValueError, match=r"vertices\[1\] is 2; n is 2"):
        forest([0], [1]).labels([0, 2])


def large(m=3_000_000):
    rng = np.random.default_rng(7)
    return rng.integers(0, m // 4, m), rng.integers(0, m // 4, m), rng.random(m)


def test_any_number_of_threads_finds_the_same_forest():
    graph = large(300_000)
    found = [forest(*graph, threads=threads).positions for threads in (1, 2, 3)]
    assert all((positions == found[0]).all() for positions in found)


def test_other_threads_run_meanwhile():
    ticks, done = [], threading.Event()

    def tick():
        while not done.wait(0.001):
            ticks.append(time.perf_counter())

    thread = threading.Thread(target=tick)
    thread.start()
    begin = time.perf_counter()
    forest(*large())
    end = time.perf_counter()
    done.set()
    thread.join()
    meanwhile = sum(begin < moment < end for moment in ticks)
    assert meanwhile > 5, f"{meanwhile} ticks in {end - begin:.3f} s"


@pytest.fixture
def heard():
    """Ctrl-C is heard as in a terminal; a script in the background of a shell ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before or signal.default_int_handler)


@pytest.mark.usefixtures("heard")
def test_ctrl_c_ends_the_wait():
    graph = large(12_000_000)
    threading.Timer(0.15, os.kill, (os.getpid(), signal.SIGINT)).start()
    begin = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        while time.perf_counter() - begin < 60:
            forest(*graph, verify=True)
    assert time.perf_counter() - begin < 5


def in_child(queue):
    queue.put(forest([0, 0, 1], [1, 2, 2], [3, 1, 2]).positions.tolist())


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_has_threads_of_its_own():
    """The pool of the parent has no threads in a child."""
    forest(*large(100_000))
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=in_child, args=(queue,))
    child.start()
    assert queue.get(timeout=60) == [1, 2]
    child.join()


def test_networkx_and_scipy_are_not_needed():
    code = "import sys; sys.modules['scipy'] = sys.modules['networkx'] = None; import spanforest; print(spanforest.forest([0], [1]))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "Forest(1 edge, 2 vertices, 1 component, total 1)\n"


def test_the_program_is_there_and_agrees(tmp_path):
    """The wheel brings the program ``mst``, whose checksum is that of the same forest."""
    u, v, weights = large(20_000)
    path = tmp_path / "graph.txt"
    np.savetxt(path, np.column_stack([u, v, weights]), fmt=["%d", "%d", "%.17g"])
    program = os.path.join(os.path.dirname(sys.executable), "mst")
    told = subprocess.run([program, "solve", path], capture_output=True, text=True, check=True)
    assert f"{forest(u, v, weights).checksum:016x}" in told.stdout + told.stderr


def test_the_version_is_known():
    assert spanforest.__version__.count(".") == 2


@pytest.mark.parametrize("weights", [None, [3, 3, 2**62], [0.5, 0.25, -1.0], np.array([3, 1, 2], np.uint8)])
def test_a_pickled_forest_is_the_same(weights):
    found = forest([9, 7, 10**15], [7, 10**15, 9], weights, n=2**60, maximum=True)
    again = pickle.loads(pickle.dumps(found))
    for name in ("positions", "u", "v", "weights"):
        ours, theirs = getattr(again, name), getattr(found, name)
        assert ours.dtype == theirs.dtype and ours.tolist() == theirs.tolist()
    assert repr(again) == repr(found) and again.checksum == found.checksum
    assert again.labels([7, 8, 9], clusters=2**60 - 1).tolist() == found.labels([7, 8, 9], clusters=2**60 - 1).tolist()

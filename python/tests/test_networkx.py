"""The backend of networkx: its own tests, and graphs that they do not have."""

import os
import subprocess
import sys
from fractions import Fraction

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanforest import _networkx

TESTS = ["networkx.algorithms.tree.tests.test_mst", "networkx.algorithms.components.tests.test_connected"]


def test_networkxs_own_tests_pass():
    """With this backend wherever it can run."""
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--pyargs", *TESTS],
        env=os.environ | {"NETWORKX_TEST_BACKEND": "spanforest", "NETWORKX_FALLBACK_TO_NX": "True"},
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stdout[-3000:]
    assert int(told.stdout.rsplit(" passed", 1)[0].split()[-1]) > 50


@pytest.fixture(autouse=True)
def no_cache():
    with nx.config(cache_converted_graphs=False):
        yield


nodes = st.sampled_from([0, 1, 2, 3, 4, "a", "b", (1, 2), None.__class__])
weights = st.one_of(st.integers(-3, 3), st.floats(-3, 3), st.just(float("nan")))


@given(
    st.lists(st.tuples(nodes, nodes, weights), max_size=30),
    st.sampled_from([nx.Graph, nx.MultiGraph]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_edges_come_as_from_networkx(edges, kind, keys, data, ignore_nan):
    """In the same order, in the same direction, with the same attributes."""
    graph = kind()
    graph.add_weighted_edges_from(edges)
    options = dict(keys=keys, data=data, ignore_nan=ignore_nan)
    for function in (nx.minimum_spanning_edges, nx.maximum_spanning_edges):
        try:
            expected = list(function(graph, backend="networkx", **options))
        except ValueError as error:
            with pytest.raises(ValueError) as told:
                list(function(graph, backend="spanforest", **options))
            assert str(told.value) == str(error)
        else:
            assert list(function(graph, backend="spanforest", **options)) == expected
    count = nx.number_connected_components
    if graph:
        assert count(graph, backend="spanforest") == count(graph, backend="networkx")


def test_trees_keep_all_attributes():
    graph = nx.Graph(name="roads")
    graph.add_node("z", colour="red")
    graph.add_edge("a", "b", weight=2, road="A1")
    graph.add_edge("b", "a", weight=1)
    for function in (nx.minimum_spanning_tree, nx.maximum_spanning_tree):
        tree, expected = (function(graph, backend=name) for name in ("spanforest", "networkx"))
        assert nx.utils.graphs_equal(tree, expected)
        assert type(tree) is type(expected)


def test_a_weight_changed_in_place_counts():
    graph = nx.Graph()
    graph.add_weighted_edges_from([(0, 1, 1), (1, 2, 2), (0, 2, 3)])
    with nx.config(cache_converted_graphs=True, warnings_to_ignore={"cache"}):
        assert nx.minimum_spanning_tree(graph, backend="spanforest").size("weight") == 3
        graph[0][1]["weight"] = 10
        assert nx.minimum_spanning_tree(graph, backend="spanforest").size("weight") == 5


@pytest.mark.parametrize("weight", [Fraction(1, 3), 2**70, float("inf"), None, "heavy"])
def test_weights_that_are_not_ours_are_left_to_networkx(weight):
    graph = nx.Graph()
    graph.add_edge(0, 1, weight=weight)
    with pytest.raises(NotImplementedError):
        _networkx.spanning_edges(graph, False, "weight", True, True, False)


def test_large_integers_among_floats_are_left_to_networkx():
    with pytest.raises(NotImplementedError, match="large integers"):
        _networkx.column([2**53 + 1, 0.5])
    assert _networkx.column([2**53 + 1, 2**53]).tolist() == [2**53 + 1, 2**53]


def test_it_is_taken_for_large_graphs_by_itself(monkeypatch):
    taken = []
    inner = _networkx.spanning_edges
    monkeypatch.setattr(_networkx, "spanning_edges", lambda *a: taken.append(1) or inner(*a))
    with nx.config(backend_priority=["spanforest"]):
        nx.minimum_spanning_tree(nx.path_graph(10))
        assert not taken
        nx.minimum_spanning_tree(nx.path_graph(2000))
        assert taken == [1]
        nx.minimum_spanning_tree(nx.path_graph(2000), algorithm="prim")
        assert taken == [1]

"""The backend ``spanforest`` of networkx, which finds it by its entry points.

Of a graph of networkx the edges are listed as they stand there; nothing is kept of it. So the answer
is right even if weights have been changed in place since the last call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, compress
from operator import itemgetter
from typing import Any

import numpy as np

from ._arrays import Array, Options
from ._native import of_columns

# From so many edges on, to list them for another program pays.
LEAST_EDGES = 1000
# float64 has all integers up to this one.
EXACT = 2**53

# Edges as networkx yields them: ends, perhaps a key, perhaps attributes.
Edges = Iterator[tuple[Any, ...]]


def info() -> dict[str, Any]:
    """What networkx shows of this backend."""
    ties = "Of equal weights the edge that comes first is taken, as by Kruskal's algorithm."
    names = [name for name in vars(Backend) if "spanning" in name or "components" in name]
    return {
        "backend_name": "spanforest",
        "project": "spanforest",
        "package": "spanforest",
        "short_summary": "Minimum spanning forests and components by all cores.",
        "functions": {
            name: {"additional_docs": ties if "spanning" in name else None} for name in names
        },
    }


class Wrapped:
    """A graph of networkx, as networkx hands it to a backend."""

    __networkx_backend__ = "spanforest"

    def __init__(self, graph: Any) -> None:
        self.graph = graph

    def is_directed(self) -> bool:
        return bool(self.graph.is_directed())

    def is_multigraph(self) -> bool:
        return bool(self.graph.is_multigraph())


def edges_function(maximum: bool) -> Callable[..., Edges]:
    """One of networkx's functions that yield the edges of a spanning forest."""

    def spanning(
        G: Wrapped,
        algorithm: str = "kruskal",
        weight: str = "weight",
        keys: bool = True,
        data: bool = True,
        ignore_nan: bool = False,
    ) -> Edges:
        return spanning_edges(G.graph, maximum, weight, keys, data, ignore_nan)

    return spanning


def tree_function(maximum: bool) -> Callable[..., Any]:
    """One of networkx's functions that make a graph of a spanning forest."""

    def spanning(
        G: Wrapped, weight: str = "weight", algorithm: str = "kruskal", ignore_nan: bool = False
    ) -> Any:
        return spanning_tree(G.graph, maximum, weight, ignore_nan)

    return spanning


class Backend:
    """The functions that networkx calls in place of its own."""

    minimum_spanning_edges = staticmethod(edges_function(False))
    maximum_spanning_edges = staticmethod(edges_function(True))
    minimum_spanning_tree = staticmethod(tree_function(False))
    maximum_spanning_tree = staticmethod(tree_function(True))

    @staticmethod
    def convert_from_nx(graph: Any, **_: Any) -> Wrapped:
        return Wrapped(graph)

    @staticmethod
    def convert_to_nx(result: Any, **_: Any) -> Any:
        return result.graph if isinstance(result, Wrapped) else result

    @staticmethod
    def can_run(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool | str:
        at = 1 if name.endswith("edges") else 2
        algorithm = kwargs.get("algorithm", args[at] if len(args) > at else "kruskal")
        if "spanning" in name and algorithm != "kruskal":
            return "only algorithm='kruskal' defines which of equal edges is taken"
        return True

    @staticmethod
    def should_run(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool | str:
        graph = args[0] if args else kwargs["G"]
        graph = graph.graph if isinstance(graph, Wrapped) else graph
        if graph.number_of_edges() >= LEAST_EDGES:
            return True
        return f"networkx is as fast for fewer than {LEAST_EDGES:,} edges"

    @staticmethod
    def number_connected_components(G: Wrapped) -> int:
        listed = edges_of(G.graph)
        return of_columns(listed.u, listed.v, None, options(G.graph, False)).components()


def spanning_tree(graph: Any, maximum: bool, weight: str, ignore_nan: bool) -> Any:
    """The spanning forest as a graph of the same class, with all attributes."""
    tree = graph.__class__()
    tree.graph.update(graph.graph)
    tree.add_nodes_from(graph.nodes.items())
    tree.add_edges_from(spanning_edges(graph, maximum, weight, True, True, ignore_nan))
    return tree


def spanning_edges(
    graph: Any, maximum: bool, weight: str, keys: bool, data: bool, ignore_nan: bool
) -> Edges:
    """The edges of the spanning forest as networkx yields them."""
    listed = edges_of(graph)
    weights = [attributes.get(weight, 1) for attributes in listed.attributes()]
    wrong = [at for at, weight in enumerate(weights) if weight != weight]
    if wrong and not ignore_nan:
        first = listed.edge(wrong[0], True, True)
        return raising(ValueError(f"NaN found as an edge weight. Edge {first}"))
    kept = np.delete(np.arange(len(weights)), wrong)
    if wrong:
        weights = [weights[at] for at in kept]
    u, v = listed.u[kept], listed.v[kept]
    found = of_columns(u, v, column(weights), options(graph, maximum)).positions()
    return (listed.edge(at, keys, data) for at in kept[found].tolist())


class Simple:
    """The edges of a graph in the order of ``graph.edges``, without a tuple for each: only those of
    the forest are looked up."""

    def __init__(self, graph: Any) -> None:
        self.neighbours = [neighbours for _, neighbours in graph.adjacency()]
        self.nodes = list(graph)
        degrees = np.fromiter(map(len, self.neighbours), np.int64, len(self.nodes))
        u = np.repeat(np.arange(len(self.nodes)), degrees)
        v = places(self.nodes, chain.from_iterable(self.neighbours), len(u))
        # Each edge stands at both of its ends; it belongs to the first of them.
        self.first = u <= v
        self.u, self.v = u[self.first], v[self.first]

    def attributes(self) -> Iterator[dict[str, Any]]:
        each = chain.from_iterable(neighbours.values() for neighbours in self.neighbours)
        return compress(each, self.first.tolist())

    def edge(self, at: int, keys: bool, data: bool) -> tuple[Any, ...]:
        u, v = self.u[at], self.nodes[self.v[at]]
        return (self.nodes[u], v, self.neighbours[u][v]) if data else (self.nodes[u], v)


class Multiple:
    """The edges of a graph that may have several between two nodes."""

    def __init__(self, graph: Any) -> None:
        self.edges = list(graph.edges(keys=True, data=True))
        nodes, m = list(graph), len(self.edges)
        self.u = places(nodes, map(itemgetter(0), self.edges), m)
        self.v = places(nodes, map(itemgetter(1), self.edges), m)

    def attributes(self) -> Iterator[dict[str, Any]]:
        return map(itemgetter(-1), self.edges)

    def edge(self, at: int, keys: bool, data: bool) -> tuple[Any, ...]:
        u, v, key, attributes = self.edges[at]
        return (u, v, *((key,) if keys else ()), *((attributes,) if data else ()))


def edges_of(graph: Any) -> Simple | Multiple:
    """The edges of any graph."""
    return Multiple(graph) if graph.is_multigraph() else Simple(graph)


def places(nodes: list[Any], named: Iterable[Any], count: int) -> Array:
    """The places among all nodes of the nodes that are named."""
    if nodes != list(range(len(nodes))):
        named = map({node: place for place, node in enumerate(nodes)}.__getitem__, named)
    return np.fromiter(named, np.int64, count)


def raising(error: Exception) -> Edges:
    """Raises only once the first edge is asked for, as networkx does."""
    raise error
    yield ()


def column(weights: list[Any]) -> Array:
    """Weights in which every number is exactly what it was.

    Raises NotImplementedError if there is no such array; networkx then calls its own function.
    """
    kinds = set(map(type, weights))
    integers = {kind for kind in kinds if issubclass(kind, (int, np.integer))}
    if kinds - integers - {float, np.float64, np.float32, np.float16}:
        raise NotImplementedError("weights that are not integers or floats of Python or numpy")
    try:
        array = np.array(weights, np.int64 if kinds == integers else np.float64)
    except OverflowError:
        raise NotImplementedError("integers above 64 bits") from None
    if array.dtype != np.int64:
        if not np.isfinite(array).all():
            raise NotImplementedError("weights that are not finite")
        if integers and any(abs(w) > EXACT for w in weights if type(w) in integers):
            raise NotImplementedError("large integers among floats")
    return array


def options(graph: Any, maximum: bool) -> Options:
    return {"n": len(graph), "maximum": maximum, "verify": False, "threads": None}

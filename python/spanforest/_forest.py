"""The forest of a graph in columns."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import Array
from ._native import Forest as Native
from ._native import of_columns

Dtype = np.dtype[Any]

if TYPE_CHECKING:
    import networkx
    import scipy.sparse


def forest(
    u: npt.ArrayLike,
    v: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    n: int | None = None,
    maximum: bool = False,
    threads: int | None = None,
    verify: bool = False,
) -> Forest:
    """The minimum spanning forest of the undirected graph whose edge i joins ``u[i]`` and ``v[i]``.

    Loops and parallel edges are allowed. Of equal weights the edge that comes first is taken, so
    the forest is the same for any number of threads. Arrays are read where they are, also
    read-only, reversed or strided ones; nothing may write to them meanwhile.

    Parameters
    ----------
    u, v
        The ends of the edges: integers from 0, of any type. They may have gaps of any size.
    weights
        Integers, compared as integers, or floats. Without them, every edge weighs 1.
    n
        The number of vertices; without it, one more than the largest id.
    maximum
        Whether to find the maximum spanning forest, the heaviest edge first.
    threads
        The number of threads; without it, one for each core of this process.
    verify
        Whether to prove that the forest is right, which takes about as long again.

    Raises
    ------
    TypeError, ValueError
        An array is not as described. The message names the first item that is wrong.
    RuntimeError
        An array changed while it was read, or the proof failed.

    Notes
    -----
    The lock of the interpreter is given up meanwhile. Ctrl-C returns at once; threads that are at
    work end by themselves.

    Examples
    --------
    >>> found = forest([7, 7, 9], [9, 12, 12], [3, 1, 2])
    >>> found.u, found.v, found.weights
    (array([7, 9]), array([12, 12]), array([1, 2]))
    >>> found.total, found.components  # the vertices 0 to 6, 8, 10 and 11 have no edge
    (3, 11)
    """
    u, v = _arrays.ids("u", u), _arrays.ids("v", v)
    given = None if weights is None else _arrays.weights("weights", weights)
    found = of_columns(u, v, given, _arrays.options(n, maximum, threads, verify))
    dtypes = u.dtype, v.dtype, None if given is None else given.dtype
    return Forest(found, dtypes, bool(maximum))


class Forest:
    """A spanning forest, which :func:`forest` returns. Its edges are ordered by weight, the
    lightest first; of a maximum spanning forest, the heaviest first."""

    def __init__(
        self,
        native: Native,
        dtypes: tuple[Dtype, Dtype, Dtype | None],
        maximum: bool,
        names: Sequence[str] | Array | None = None,
    ) -> None:
        self._native = native
        self._maximum = maximum
        self._dtypes = dtypes
        self._names = None if names is None else _frozen(np.array(names, dtype=np.object_))

    @cached_property
    def positions(self) -> npt.NDArray[np.int64]:
        """Where its edges are in the input: ``weights[found.positions]`` are their weights."""
        return _frozen(self._native.positions())

    @cached_property
    def u(self) -> Array:
        """One end of each edge, with the type of the input; of a table whose ids are strings, its
        name."""
        return self._named(self._ends[0])

    @cached_property
    def v(self) -> Array:
        """The other end of each edge."""
        return self._named(self._ends[1])

    @property
    def names(self) -> npt.NDArray[np.object_] | None:
        """The name of each vertex, if ids were strings. Labels, clusters and matrices are by the
        numbers of vertices, which are the places of their names here."""
        return self._names

    @cached_property
    def weights(self) -> Array:
        """The weight of each edge, with the type of the input; without weights, ones."""
        weights = self._native.weights()
        return _frozen(weights.astype(self._dtypes[2] or weights.dtype, copy=False))

    @cached_property
    def total(self) -> int | float:
        """The sum of the weights: exact for integers, of any size; for floats, the exact sum
        rounded once."""
        return self._native.total()

    @property
    def components(self) -> int:
        """The number of trees; a vertex without edges is one, too."""
        return self._native.components()

    @property
    def vertices(self) -> int:
        """The number of vertices of the graph."""
        return self._native.vertices()

    @property
    def checksum(self) -> int:
        """A number that tells it from other forests, in any order of edges. The program ``mst``
        prints the same one, in hexadecimal digits."""
        return self._native.checksum()

    def labels(
        self,
        vertices: npt.ArrayLike | None = None,
        *,
        clusters: int | None = None,
        height: float | None = None,
    ) -> npt.NDArray[np.int64]:
        """The component of each vertex from 0 to n - 1, or of each of ``vertices``. Components are
        numbered from 0 in the order of their lowest vertices, as scipy's ``connected_components``
        does.

        With ``clusters`` or ``height``, the clusters of single linkage: as many as ``clusters``
        says, or those that edges of a weight up to ``height`` join (of a maximum spanning forest,
        edges of at least that weight).

        >>> forest([0, 3], [4, 2], n=6).labels()
        array([0, 1, 2, 2, 0, 3])
        >>> forest([0, 10**15], [4, 2]).labels([0, 2, 4, 10**15])
        array([0, 2, 0, 2])
        >>> line = forest([0, 1, 2], [1, 2, 3], [1.5, 9.0, 2.5])
        >>> line.labels(clusters=2), line.labels(height=2.0)
        (array([0, 0, 1, 1]), array([0, 0, 1, 2]))
        """
        if clusters is not None and height is not None:
            raise ValueError("clusters and height are both given; each decides alone")
        edges = len(self)
        if clusters is not None:
            edges = self._edges_of_clusters(operator.index(clusters))
        elif height is not None:
            edges = self._edges_up_to(height)
        given = None if vertices is None else _arrays.ids("vertices", vertices)
        return self._native.labels(given, edges)

    def linkage(self, *, joined: bool = True) -> npt.NDArray[np.float64]:
        """The single-linkage dendrogram, as the array ``Z`` of ``scipy.cluster.hierarchy``: a row
        for each merge, with its two clusters, its height and its size. Vertices are the clusters
        0 to n - 1, and row i makes the cluster n + i.

        If the graph has several components, they are merged at an infinite height, in the order of
        their lowest vertices; with ``joined=False`` they are not, and there are fewer rows. Heights
        are floats: integers beyond 2^53 are rounded.

        >>> forest([0, 1, 0], [1, 2, 2], [5, 3, 4]).linkage()
        array([[1., 2., 3., 2.],
               [0., 3., 4., 3.]])
        """
        return self._native.linkage(bool(joined)).reshape(-1, 4)

    def to_scipy(self) -> scipy.sparse.coo_array:
        """The forest as a sparse matrix of scipy, each edge once, at ``[u, v]``."""
        from scipy.sparse import coo_array

        shape = (self.vertices, self.vertices)
        return coo_array((self.weights, self._ends), shape=shape)

    def to_networkx(self, weight: str = "weight") -> networkx.Graph:
        """The forest as a graph of networkx: the vertices 0 to n - 1, or their names, with the
        weights of edges as their attribute ``weight``."""
        import networkx

        graph = networkx.Graph()
        graph.add_nodes_from(range(self.vertices) if self._names is None else self._names)
        edges = zip(self.u.tolist(), self.v.tolist(), self.weights.tolist(), strict=True)
        graph.add_weighted_edges_from(edges, weight=weight)
        return graph

    def __reduce__(self) -> tuple[Callable[..., Forest], tuple[Any, ...]]:
        """What pickle keeps: the forest's edges, and where they were in the input."""
        edges = *self._ends, self.weights, self.positions
        return _of_edges, (*edges, self.vertices, self._dtypes, self._maximum, self._names)

    @cached_property
    def _ends(self) -> tuple[Array, Array]:
        u, v = self._native.ends()
        of_u, of_v, _ = self._dtypes
        return _frozen(u.astype(of_u, copy=False)), _frozen(v.astype(of_v, copy=False))

    def _named(self, numbers: Array) -> Array:
        return numbers if self._names is None else _frozen(self._names[numbers])

    def _edges_of_clusters(self, clusters: int) -> int:
        if not self.components <= clusters <= self.vertices:
            raise ValueError(
                f"clusters is {clusters}; with {self.components} components and {self.vertices} "
                f"vertices, {self.components} to {self.vertices} are possible"
            )
        return self.vertices - clusters

    def _edges_up_to(self, height: float) -> int:
        if height != height:
            raise ValueError("height is NaN; it must be a number")
        weights = self._native.weights()
        if weights.dtype == np.int64 and math.isfinite(height):
            # Compared as floats, large integers would be rounded.
            whole = math.ceil(height) if self._maximum else math.floor(height)
            height = max(-(2**63), min(whole, 2**63 - 1))
            if height < whole and self._maximum or height > whole and not self._maximum:
                return 0
        if self._maximum:
            return len(self) - int(np.searchsorted(weights[::-1], height, side="left"))
        return int(np.searchsorted(weights, height, side="right"))

    def __len__(self) -> int:
        return len(self._native)

    def __repr__(self) -> str:
        def count(number: int, noun: str, nouns: str) -> str:
            return f"{number:,} {noun if number == 1 else nouns}"

        return (
            f"Forest({count(len(self), 'edge', 'edges')}, "
            f"{count(self.vertices, 'vertex', 'vertices')}, "
            f"{count(self.components, 'component', 'components')}, total {self.total:,})"
        )


def _of_edges(
    u: Array,
    v: Array,
    weights: Array,
    positions: npt.NDArray[np.int64],
    n: int,
    dtypes: tuple[Dtype, Dtype, Dtype | None],
    maximum: bool,
    names: npt.NDArray[np.object_] | None,
) -> Forest:
    """The forest whose edges these are: all of them are in their own forest, in the same order."""
    given = None if dtypes[2] is None else weights
    native = of_columns(u, v, given, _arrays.options(n, maximum, None, False))
    found = Forest(native, dtypes, maximum, names)
    found.positions = _frozen(positions)
    return found


def _frozen(array: Array) -> Array:
    array.flags.writeable = False
    return array

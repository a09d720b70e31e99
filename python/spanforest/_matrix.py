"""The forest of a sparse matrix, as scipy has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import _arrays
from ._native import of_rows

if TYPE_CHECKING:
    import scipy.sparse


def minimum_spanning_tree(
    csgraph: Any,
    overwrite: bool = False,
    *,
    maximum: bool = False,
    threads: int | None = None,
    verify: bool = False,
) -> scipy.sparse.csr_array | scipy.sparse.csr_matrix:
    """The minimum spanning forest of a matrix, as ``scipy.sparse.csgraph.minimum_spanning_tree``.

    An entry at ``[i, j]`` is an undirected edge between i and j. Those at ``[i, j]`` and ``[j, i]``
    are two parallel edges, of which the lighter one counts. The result has the chosen entries of
    the matrix where they were, in compressed sparse rows.

    Where scipy's function differs:

    - Weights keep their type: integers stay exact, where scipy rounds them to float64.
    - An entry of zero in a sparse matrix is an edge that weighs 0; scipy takes it as the lightest
      edge, too, and then drops it from its result.
    - Of equal weights the entry that comes first is taken. scipy's choice is not defined.
    - Weights that are not finite are refused in sparse matrices. In dense ones they are no edges,
      and neither are zeros and masked items, as in scipy.

    A matrix in coordinates may have several entries at one place. Like scipy, this sums them, as
    all of ``scipy.sparse`` does when it makes rows of them. If they are parallel edges, call
    ``forest(a.row, a.col, a.data)``. Entries of compressed sparse rows are never summed.

    Parameters
    ----------
    csgraph
        A square matrix: sparse, dense or masked.
    overwrite
        Without effect; it is here because scipy's function has it.
    maximum, threads, verify
        As for :func:`spanforest.forest`.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> a = csr_array([[0, 8, 0, 3], [0, 0, 2, 5], [0, 0, 0, 6], [0, 0, 0, 0]])
    >>> minimum_spanning_tree(a).toarray()
    array([[0, 0, 0, 3],
           [0, 0, 2, 5],
           [0, 0, 0, 0],
           [0, 0, 0, 0]])
    """
    from scipy.sparse import csr_array, csr_matrix, isspmatrix

    rows = csgraph.tocsr() if hasattr(csgraph, "tocsr") else _of_dense(csgraph)
    if rows.ndim != 2 or rows.shape[0] != rows.shape[1]:
        raise ValueError(f"the matrix has the shape {rows.shape}; a graph's matrix is square")
    data = _arrays.weights("data", rows.data)
    options = _arrays.options(rows.shape[0], maximum, threads, verify)
    indptr, indices = _arrays.ids("indptr", rows.indptr), _arrays.ids("indices", rows.indices)
    positions, starts = of_rows(indptr, indices, data, options)
    kept = (rows.data[positions], rows.indices[positions], starts.astype(indptr.dtype, copy=False))
    shape = csr_matrix if isspmatrix(csgraph) else csr_array
    return shape(kept, shape=rows.shape)


def _of_dense(given: Any) -> scipy.sparse.csr_array:
    """The edges of a dense matrix: what is finite, not masked and not zero."""
    from scipy.sparse import csr_array

    dense = np.ma.asanyarray(given)
    if dense.ndim != 2:
        raise ValueError(f"the matrix has {dense.ndim} dimensions, not 2")
    values = dense.data
    if values.dtype.kind not in "biuf":
        raise TypeError(f"the matrix has the type {values.dtype}; weights are numbers")
    edges = (values != 0) & np.isfinite(values) & ~np.ma.getmaskarray(dense)
    row, column = np.nonzero(edges)
    indptr = np.searchsorted(row, np.arange(len(dense) + 1))
    return csr_array((values[row, column], column, indptr), shape=dense.shape)

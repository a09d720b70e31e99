"""The forest of a table with the interface of Arrow."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from . import _arrays
from ._forest import Forest
from ._native import of_table


class Table(Protocol):
    """A table of pandas, polars, pyarrow, duckdb or any other library that exports Arrow."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


def forest_of_table(
    table: Table,
    u: str,
    v: str,
    weight: str | None = None,
    *,
    n: int | None = None,
    maximum: bool = False,
    threads: int | None = None,
    verify: bool = False,
) -> Forest:
    """The minimum spanning forest of the graph with an edge for each row of a table.

    The table is of pandas, polars, pyarrow, duckdb, or any other library that exports Arrow. Its
    columns of numbers are read where they are.

    Parameters
    ----------
    table
        A row for each edge.
    u, v
        The names of the columns with the ends of the edges: integers as for :func:`forest`, or
        strings, also in a dictionary, as those of categorical columns are. The vertices of strings
        are numbered as they come, row by row; :attr:`Forest.names` has their names.
    weight
        The name of the column with the weights; without it, every edge weighs 1.
    n
        The number of vertices, if ids are integers.
    maximum, threads, verify
        As for :func:`forest`.

    Raises
    ------
    TypeError, ValueError
        There is no such column, or it has items that are not ids or weights. The message names the
        first of them; the first null, too.

    Examples
    --------
    >>> import pyarrow
    >>> roads = pyarrow.table({
    ...     "from": ["Lima", "Cusco", "Lima"],
    ...     "to": ["Cusco", "Puno", "Puno"],
    ...     "km": [1105, 389, 1316],
    ... })
    >>> found = forest_of_table(roads, "from", "to", "km")
    >>> roads.take(found.positions)["km"].to_pylist()
    [389, 1105]
    >>> found.u, found.v
    (array(['Cusco', 'Lima'], dtype=object), array(['Puno', 'Cusco'], dtype=object))
    >>> found.names[found.labels() == 0]
    array(['Lima', 'Cusco', 'Puno'], dtype=object)
    """
    if not hasattr(table, "__arrow_c_stream__"):
        raise TypeError(
            f"table is a {type(table).__name__}, which does not export Arrow; "
            "forest(u, v, weights) takes arrays"
        )
    options = _arrays.options(n, maximum, threads, verify)
    found, names, types = of_table(table, {"u": u, "v": v, "weight": weight}, options)
    of_u, of_v, of_weight = types
    if names is not None:
        of_u = of_v = "int64"
    weights = None if of_weight is None else np.dtype(of_weight)
    return Forest(found, (np.dtype(of_u), np.dtype(of_v), weights), bool(maximum), names)

"""Minimum spanning forests of numpy arrays, tables and sparse matrices, by all cores.

>>> import numpy as np, spanforest
>>> u, v = np.array([0, 1, 2, 3]), np.array([1, 2, 0, 4])
>>> found = spanforest.forest(u, v, np.array([4.0, 2.5, 1.0, 7.0]))
>>> found
Forest(3 edges, 5 vertices, 2 components, total 10.5)
>>> found.positions  # lightest first
array([2, 1, 3])
"""

from importlib.metadata import version as _version

from ._forest import Forest, forest
from ._matrix import minimum_spanning_tree
from ._table import forest_of_table

__all__ = ["Forest", "forest", "forest_of_table", "minimum_spanning_tree"]
__version__ = _version("spanforest")

"""``minimum_spanning_tree`` against scipy's."""

import importlib
import sys

import numpy as np
import pytest
import scipy.sparse as sparse
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csgraph

from spanforest import minimum_spanning_tree


def test_scipys_own_tests_pass(monkeypatch):
    """All of them: none asserts what is a bug."""
    name = "scipy.sparse.csgraph.tests.test_spanning_tree"
    tests = pytest.importorskip(name)
    monkeypatch.setattr(tests, "minimum_spanning_tree", minimum_spanning_tree)
    run = [getattr(tests, name) for name in dir(tests) if name.startswith("test_")]
    assert run
    for test in run:
        test()
    sys.modules.pop(name)
    importlib.invalidate_caches()


@st.composite
def matrices(draw):
    """Square matrices with entries that all differ, so that there is one forest."""
    n = draw(st.integers(1, 12))
    places = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=50, unique=True))
    values = draw(st.permutations([place + 1 for place in range(len(places))]))
    rows, columns = zip(*places, strict=True) if places else ((), ())
    kind = draw(st.sampled_from([np.float64, np.float32, np.int64, np.int16]))
    return sparse.coo_array((np.array(values, kind), (rows, columns)), shape=(n, n))


@given(matrices(), st.sampled_from(["csr", "csc", "coo", "lil", "dense"]))
def test_it_is_scipys_forest(matrix, layout):
    given = matrix.toarray() if layout == "dense" else matrix.asformat(layout)
    found, expected = minimum_spanning_tree(given, verify=True), csgraph.minimum_spanning_tree(given)
    assert (found.toarray() == expected.toarray()).all()
    assert found.shape == expected.shape
    assert found.dtype == matrix.dtype


@given(matrices())
def test_symmetric_matrices_have_each_edge_twice(matrix):
    given = matrix + matrix.T
    found, expected = minimum_spanning_tree(given), csgraph.minimum_spanning_tree(given)
    assert found.sum() == expected.sum()
    assert found.nnz == expected.nnz


def test_explicit_zeros_are_edges():
    matrix = sparse.csr_array(([0.0, 5.0, 7.0], ([0, 1, 0], [1, 2, 2])), shape=(3, 3))
    found = minimum_spanning_tree(matrix)
    assert (found.nnz, found.data.tolist(), found.indices.tolist()) == (2, [0.0, 5.0], [1, 2])
    assert csgraph.minimum_spanning_tree(matrix).nnz == 1


def test_integers_stay_exact():
    matrix = sparse.csr_array(([2**53 + 1, 2**53], ([0, 1], [1, 0])), shape=(2, 2))
    found = minimum_spanning_tree(matrix)
    assert (found.data.tolist(), found.dtype) == ([2**53], np.int64)


def test_indices_of_64_bits_work():
    matrix = sparse.csr_array(np.array([[0, 3, 1], [0, 0, 2], [0, 0, 0]]))
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int64), matrix.indptr.astype(np.int64)
    found = minimum_spanning_tree(matrix)
    assert found.toarray().tolist() == [[0, 0, 1], [0, 0, 2], [0, 0, 0]]


def test_a_matrix_in_coordinates_is_summed_as_by_scipy():
    matrix = sparse.coo_array(([1.0, 2.0, 2.5], ([0, 0, 1], [1, 1, 0])), shape=(2, 2))
    assert minimum_spanning_tree(matrix).data.tolist() == [2.5]
    assert csgraph.minimum_spanning_tree(matrix).data.tolist() == [2.5]
    rows = sparse.csr_array(([1.0, 2.0], [1, 1], [0, 2, 2]), shape=(2, 2))
    assert minimum_spanning_tree(rows).data.tolist() == [1.0]


def test_matrices_stay_matrices():
    assert sparse.isspmatrix(minimum_spanning_tree(sparse.csr_matrix([[0, 1], [0, 0]])))
    assert not sparse.isspmatrix(minimum_spanning_tree(sparse.csc_array([[0, 1], [0, 0]])))


def test_what_is_masked_or_infinite_in_a_dense_matrix_is_no_edge():
    dense = np.ma.array([[0, 1, np.inf], [0, 0, 3], [np.nan, 2, 0]], mask=[[0, 1, 0], [0] * 3, [0] * 3])
    assert minimum_spanning_tree(dense).toarray().tolist() == [[0, 0, 0], [0, 0, 0], [0, 2, 0]]


def test_the_maximum_is_found_too():
    matrix = sparse.csr_array([[0, 3, 1], [0, 0, 2], [0, 0, 0]])
    assert minimum_spanning_tree(matrix, maximum=True).data.tolist() == [3, 2]


def rows(indptr, indices, data, n):
    """A matrix that scipy has not checked."""
    matrix = sparse.csr_array((n, n))
    matrix.indptr, matrix.indices, matrix.data = map(np.array, (indptr, indices, data))
    return matrix


WRONG = [
    (sparse.csr_array((2, 3)), ValueError, "the matrix has the shape (2, 3)"),
    (np.zeros(3), ValueError, "the matrix has 1 dimensions, not 2"),
    (np.zeros((2, 2), complex), TypeError, "the matrix has the type complex128"),
    ([["a"]], TypeError, "the matrix has the type <U1"),
    (rows([0, 1, 2], [1, 2], [1.0, 1.0], 2), ValueError, "indices[1] is 2; there are n = 2"),
    (rows([0, 1, 2], [1, -1], [1.0, 1.0], 2), ValueError, "indices[1] is -1; there are n = 2"),
    (rows([0, 1, 2], [1, 0], [1.0, np.nan], 2), ValueError, "data[1] is NaN; weights must be finite"),
    (rows([0, 2, 1], [1, 0], [1.0, 1.0], 2), ValueError, "indptr is no list of rows"),
    (rows([0, 1, 1], [1, 0], [1.0, 1.0], 2), ValueError, "up to the last item of indices"),
    (rows([1, 1, 2], [1, 0], [1.0, 1.0], 2), ValueError, "it must begin with 0"),
    (rows([0, 1, 1, 2], [1, 0], [1.0, 1.0], 2), ValueError, "indptr is no list of rows: it has 4 items"),
    (rows([0, 1, 2], [1, 0], [1.0], 2), ValueError, "there are 2 edges, and data has 1 items"),
]


@pytest.mark.parametrize("matrix, error, message", WRONG, ids=[case[2] for case in WRONG])
def test_what_is_wrong_is_told_with_its_place(matrix, error, message):
    with pytest.raises(error) as told:
        minimum_spanning_tree(matrix)
    assert message in str(told.value)

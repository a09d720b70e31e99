"""``forest_of_table`` on tables of pandas, polars, pyarrow and duckdb."""

import pickle

import duckdb
import networkx as nx
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanforest import forest, forest_of_table

U, V, KM = ["Lima", "Cusco", "Lima", "Ica", "Ica"], ["Cusco", "Puno", "Puno", "Lima", "Ica"], [1105, 389, 1316, 303, 1]


def batches(columns, at):
    """A table of pyarrow in several batches, the second of which is empty."""
    table = pa.table(columns)
    parts = [table[:at], table[:0], table[at:]]
    return pa.Table.from_batches([batch for part in parts for batch in part.to_batches()] or [], table.schema)


def exported(columns):
    """The same columns in a table of each library."""
    frame = pd.DataFrame(columns)
    yield frame
    yield pl.DataFrame(columns)
    yield batches(columns, 2)
    yield pa.RecordBatch.from_pydict(columns)
    yield duckdb.sql("select * from frame")


def test_strings_come_back_as_they_were():
    for table in exported({"from": U, "to": V, "km": KM}):
        found = forest_of_table(table, "from", "to", "km", verify=True)
        assert found.positions.tolist() == [3, 1, 0], type(table)
        assert list(zip(found.u, found.v, found.weights, strict=True)) == [
            ("Ica", "Lima", 303),
            ("Cusco", "Puno", 389),
            ("Lima", "Cusco", 1105),
        ]
        assert sorted(found.names) == ["Cusco", "Ica", "Lima", "Puno"]
        assert found.total == 1797 and type(found.total) is int
        assert found.labels().tolist() == [0, 0, 0, 0]
        places = {name: number for number, name in enumerate(found.names)}
        matrix = found.to_scipy()
        assert matrix.toarray()[places["Cusco"], places["Puno"]] == 389
        graph = found.to_networkx("km")
        assert graph.edges["Puno", "Cusco"]["km"] == 389
        assert list(graph) == list(found.names)
        again = pickle.loads(pickle.dumps(found))
        assert again.u.tolist() == found.u.tolist() and again.names.tolist() == found.names.tolist()


def test_vertices_are_numbered_as_they_come():
    table = batches({"from": U, "to": V}, 2)
    assert forest_of_table(table, "from", "to").names.tolist() == ["Lima", "Cusco", "Puno", "Ica"]


@given(
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(-5, 5)), max_size=60),
    st.sampled_from(["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]),
    st.sampled_from(["int8", "int64", "uint64", "float16", "float32", "float64"]),
    st.booleans(),
    st.integers(0, 60),
    st.booleans(),
)
def test_columns_of_numbers_are_arrays(edges, ids, numbers, maximum, at, is_dictionary):
    """Of whatever types they are, in how many batches, in dictionaries or not."""
    columns = list(zip(*edges, strict=True)) or [(), (), ()]
    if numbers == "uint64":
        columns[2] = [abs(weight) for weight in columns[2]]
    arrays = [np.array(column, kind) for column, kind in zip(columns, [ids, ids, numbers], strict=True)]
    expected = forest(*arrays, maximum=maximum)
    named = {name: pa.array(array) for name, array in zip("uvw", arrays, strict=True)}
    if is_dictionary and numbers != "float16":
        named = {name: array.dictionary_encode() for name, array in named.items()}
    found = forest_of_table(batches(named, at), "u", "v", "w", maximum=maximum)
    assert found.positions.tolist() == expected.positions.tolist()
    for column in ("u", "v", "weights"):
        ours, theirs = getattr(found, column), getattr(expected, column)
        assert ours.dtype == theirs.dtype and ours.tolist() == theirs.tolist()
    assert (found.checksum, found.components, found.names) == (expected.checksum, expected.components, None)


@given(st.lists(st.tuples(st.text(max_size=2), st.text(max_size=2)), min_size=1, max_size=40), st.booleans())
def test_strings_of_any_kind(edges, is_category):
    frame = pd.DataFrame(edges, columns=["a", "b"], dtype="category" if is_category else "str")
    graph = nx.Graph(edges)
    for table in (frame, pl.DataFrame(dict(frame), schema={"a": pl.String, "b": pl.String})):
        found = forest_of_table(table, "a", "b")
        assert set(found.names) == set(graph)
        assert nx.number_connected_components(graph) == found.components
        assert nx.utils.graphs_equal(nx.Graph(found.to_networkx().edges), nx.Graph(list(zip(found.u, found.v))))
        assert all(graph.has_edge(u, v) for u, v in zip(found.u, found.v, strict=True))


def test_large_ids_stay_as_they_are():
    table = pl.DataFrame({"a": [10**15, 7], "b": [9, 10**15], "yes": [True, False]})
    found = forest_of_table(table, "a", "b", "yes")
    assert (found.u.tolist(), found.v.tolist(), found.total) == ([7, 10**15], [10**15, 9], 1)
    assert found.weights.dtype == np.uint8


def test_a_table_may_have_no_rows():
    for kind in (pa.int32(), pa.string(), pa.dictionary(pa.int8(), pa.large_string())):
        schema = pa.schema([("a", kind), ("b", kind), ("w", pa.float32())])
        for table in (schema.empty_table(), pa.Table.from_batches([], schema)):
            found = forest_of_table(table, "a", "b", "w")
            assert (len(found), found.vertices, found.total, found.weights.dtype) == (0, 0, 0.0, np.float32)


def test_a_query_is_read_as_it_runs():
    """The stream may need the interpreter while another thread reads it."""

    def rows():
        for start in range(0, 3000, 1000):
            u = np.arange(start, start + 1000)
            yield pa.record_batch([u, u + 1, np.full(1000, 0.5)], names=["u", "v", "w"])

    schema = pa.schema([("u", pa.int64()), ("v", pa.int64()), ("w", pa.float64())])
    reader = pa.RecordBatchReader.from_batches(schema, rows())
    found = forest_of_table(reader, "u", "v", "w", threads=2)
    assert (len(found), found.total, found.components) == (3000, 1500.0, 1)


def broken():
    yield pa.record_batch([[0], [1]], names=["u", "v"])
    raise OSError("the disk is gone")


REFUSED = [
    ({"u": [0], "v": [1]}, "w", ValueError, 'there is no column "w"; there are u, v'),
    ({"u": [0, 1, None], "v": [1, 2, 3]}, None, ValueError, "u[2] is null; leave that row out"),
    ({"u": ["a", None], "v": ["b", "c"]}, None, ValueError, "u[1] is null; leave that row out"),
    ({"u": [0, 1], "v": [1, 2], "w": [0.5, None]}, "w", ValueError, "w[1] is null; leave that row out"),
    ({"u": [0, 1], "v": [1, 2], "w": [0.5, float("nan")]}, "w", ValueError, "w[1] is NaN; weights must be finite"),
    ({"u": [0, 1], "v": [1, -2]}, None, ValueError, "v[1] is -2; vertices are numbered from 0"),
    ({"u": [0.0], "v": [1.0]}, None, TypeError, "column u has the type Float64; ids of vertices are integers or strings"),
    ({"u": [True], "v": [False]}, None, TypeError, "column u has the type Boolean; ids of vertices are integers or strings"),
    ({"u": [0], "v": ["a"]}, None, TypeError, "column u has the type Int64; the ids at the other ends are strings"),
    ({"u": [0], "v": [1], "w": ["5"]}, "w", TypeError, "column w has the type Utf8; weights are integers or floats"),
    ({"u": [0, 1], "v": [1, 2], "w": pa.array([1, 2**63], pa.uint64())}, "w", ValueError,
     "w[1] is 9223372036854775808; integers must not be above 2^63 - 1"),
    ({"u": [0], "v": [1], "w": pa.array([1], pa.decimal128(5, 2))}, "w", TypeError, "column w has the type Decimal128(5, 2)"),
    ({"u": [0], "v": [1], "w": pa.array([1], pa.date32())}, "w", TypeError, "column w has the type Date32"),
]


@pytest.mark.parametrize(("columns", "weight", "kind", "told"), REFUSED)
def test_what_is_wrong_is_named(columns, weight, kind, told):
    for at in (0, 1):  # rows are counted over all batches
        with pytest.raises(kind) as error:
            forest_of_table(batches(columns, at), "u", "v", weight)
        assert told in str(error.value)


def test_what_is_no_table_is_refused():
    with pytest.raises(TypeError, match="table is a dict, which does not export Arrow"):
        forest_of_table({"u": [0], "v": [1]}, "u", "v")
    with pytest.raises(ValueError, match="n is 9, and ids are strings"):
        forest_of_table(pa.table({"u": ["a"], "v": ["b"]}), "u", "v", n=9)
    twice = pa.Table.from_arrays([pa.array([0]), pa.array([1])], ["u", "u"])
    with pytest.raises(ValueError, match='two columns have the name "u"'):
        forest_of_table(twice, "u", "v")
    reader = pa.RecordBatchReader.from_batches(pa.schema([("u", pa.int64()), ("v", pa.int64())]), broken())
    with pytest.raises(ValueError, match="the table cannot be read: .*the disk is gone"):
        forest_of_table(reader, "u", "v")

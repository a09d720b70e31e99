"""Single linkage against scipy's."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist, squareform

from spanforest import forest


def of_distances(distances, n):
    """The forest of all pairs, in the order of scipy's condensed distances."""
    u, v = np.triu_indices(n, 1)
    return forest(u, v, distances, n=n)


def same_partition(a, b):
    pairs = set(zip(a.tolist(), b.tolist(), strict=True))
    return len(pairs) == len(set(a.tolist())) == len(set(b.tolist()))


# Coordinates on a coarse grid have many equal distances.
points = arrays(
    np.float64,
    st.tuples(st.integers(2, 25), st.integers(1, 3)),
    elements=st.one_of(st.integers(0, 6).map(float), st.floats(0, 6)),
)


@given(points, st.floats(0, 8), st.data())
def test_it_is_scipys_dendrogram(points, height, data):
    n, distances = len(points), pdist(points)
    found, expected = of_distances(distances, n), hierarchy.linkage(distances, "single")
    z = found.linkage()
    assert z.shape == expected.shape
    assert (z[:, 2] == expected[:, 2]).all()
    assert hierarchy.is_valid_linkage(z, throw=True)
    if len(set(z[:, 2])) == n - 1:
        assert (z == expected).all()
    # Vertices become one cluster at the same height, whatever the order of equal heights is.
    assert (hierarchy.cophenet(z) == hierarchy.cophenet(expected)).all()
    cut = hierarchy.fcluster(expected, height, "distance")
    assert same_partition(found.labels(height=height), cut)
    clusters = data.draw(st.integers(1, n))
    of_k = found.labels(clusters=clusters)
    assert len(set(of_k.tolist())) == clusters
    assert same_partition(of_k, hierarchy.fcluster(z, clusters, "maxclust")) or len(set(z[:, 2])) < n - 1


def test_it_is_scipys_dendrogram_of_real_data():
    """The leaves and petals of Fisher's irises, the first ten of each kind."""
    iris = np.array(IRIS).reshape(-1, 4)
    distances = pdist(iris)
    found, expected = of_distances(distances, len(iris)), hierarchy.linkage(distances, "single")
    assert np.allclose(found.linkage()[:, 2:3], expected[:, 2:3], rtol=0, atol=0)
    assert (squareform(hierarchy.cophenet(found.linkage())) == squareform(hierarchy.cophenet(expected))).all()
    setosa, others = found.labels(clusters=2)[:10], found.labels(clusters=2)[10:]
    assert (setosa == 0).all()
    assert (others == 1).all()


def test_components_are_joined_at_infinity_or_kept_apart():
    found = forest([0, 2], [3, 4], [2.0, 1.0], n=6)
    assert found.linkage(joined=False).tolist() == [[2, 4, 1, 2], [0, 3, 2, 2]]
    inf = float("inf")
    joined = found.linkage().tolist()
    assert joined[2:] == [[1, 7, inf, 3], [6, 8, inf, 5], [5, 9, inf, 6]]
    assert forest([], [], n=1).linkage().shape == (0, 4)
    assert forest([], []).linkage().shape == (0, 4)


def test_large_integers_are_cut_exactly():
    big = 2**60
    found = forest([0, 1], [1, 2], [big, big + 1])
    assert found.labels(height=big).tolist() == [0, 0, 1]
    assert found.labels(height=float("inf")).tolist() == [0, 0, 0]
    assert found.labels(height=-1e300).tolist() == [0, 1, 2]
    assert found.labels(height=1e300).tolist() == [0, 0, 0]
    heaviest = forest([0, 1], [1, 2], [big, big + 1], maximum=True)
    assert heaviest.labels(height=big + 1).tolist() == [0, 1, 1]
    assert heaviest.labels(height=1e300).tolist() == [0, 1, 2]
    assert heaviest.labels(height=-1e300).tolist() == [0, 0, 0]
    assert heaviest.labels(height=-float("inf")).tolist() == [0, 0, 0]


WRONG = [
    (lambda f: f.labels(clusters=1), "clusters is 1; with 2 components and 3 vertices, 2 to 3"),
    (lambda f: f.labels(clusters=4), "2 to 3 are possible"),
    (lambda f: f.labels(clusters=2, height=1), "clusters and height are both given"),
    (lambda f: f.labels(height=float("nan")), "height is NaN"),
    (lambda f: forest([0], [1], maximum=True).linkage(), "do not rise"),
]


@pytest.mark.parametrize("call, message", WRONG, ids=[case[1] for case in WRONG])
def test_what_is_not_possible_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call(forest([0], [1], n=3))


def test_what_memory_is_too_small_for_is_refused():
    sparse = forest([0], [2**60])
    for call in (sparse.linkage, sparse.labels):
        with pytest.raises(MemoryError, match=f"{2**60 + 1} vertices take .* number those|labels\\(vertices"):
            call()
    assert sparse.labels([0, 2**60]).tolist() == [0, 0]


# Fisher, "The Use of Multiple Measurements in Taxonomic Problems", Annals of Eugenics 1936.
IRIS = [
    [5.1, 3.5, 1.4, 0.2], [4.9, 3.0, 1.4, 0.2], [4.7, 3.2, 1.3, 0.2], [4.6, 3.1, 1.5, 0.2],
    [5.0, 3.6, 1.4, 0.2], [5.4, 3.9, 1.7, 0.4], [4.6, 3.4, 1.4, 0.3], [5.0, 3.4, 1.5, 0.2],
    [4.4, 2.9, 1.4, 0.2], [4.9, 3.1, 1.5, 0.1],
    [7.0, 3.2, 4.7, 1.4], [6.4, 3.2, 4.5, 1.5], [6.9, 3.1, 4.9, 1.5], [5.5, 2.3, 4.0, 1.3],
    [6.5, 2.8, 4.6, 1.5], [5.7, 2.8, 4.5, 1.3], [6.3, 3.3, 4.7, 1.6], [4.9, 2.4, 3.3, 1.0],
    [6.6, 2.9, 4.6, 1.3], [5.2, 2.7, 3.9, 1.4],
    [6.3, 3.3, 6.0, 2.5], [5.8, 2.7, 5.1, 1.9], [7.1, 3.0, 5.9, 2.1], [6.3, 2.9, 5.6, 1.8],
    [6.5, 3.0, 5.8, 2.2], [7.6, 3.0, 6.6, 2.1], [4.9, 2.5, 4.5, 1.7], [7.3, 2.9, 6.3, 1.8],
    [6.7, 2.5, 5.8, 1.8], [7.2, 3.6, 6.1, 2.5],
]  # fmt: skip


def test_the_program_writes_scipys_dendrogram(tmp_path):
    points = np.random.default_rng(5).random((200, 2))
    u, v = np.triu_indices(len(points), 1)
    np.savetxt(tmp_path / "pairs.csv", np.column_stack([u, v, pdist(points)]), ["%d", "%d", "%.17g"], ",")
    program = Path(sys.executable).parent / "mst"

    def written(*options):
        subprocess.run([program, "dendrogram", "pairs.csv", "-q", "-o", "out.npy", *options], cwd=tmp_path, check=True)
        return np.load(tmp_path / "out.npy")

    expected = hierarchy.linkage(points, "single")
    assert (written() == expected).all()
    for k in (1, 7, 200):
        assert same_partition(written("-k", str(k)), hierarchy.fcluster(expected, k, "maxclust"))
    assert same_partition(written("--height", "0.05"), hierarchy.fcluster(expected, 0.05, "distance"))

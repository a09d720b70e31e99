"""Clusters of points by single linkage, without the distances of all pairs.

A notebook in plain text: editors with cells (`# %%`) run it piece by piece; as a program it writes
clusters.png. Needs scipy and matplotlib.
"""

# %% Two half-moons, a ring around them, and noise: clusters that k-means cannot tell apart.
import matplotlib.pyplot as plt
import numpy as np
from scipy.cluster.hierarchy import dendrogram
from scipy.spatial import Delaunay

from spanforest import forest

random = np.random.default_rng(11)


def arc(centre, radius, angles, points):
    angle = random.uniform(*angles, points)
    ring = radius * np.column_stack([np.cos(angle), np.sin(angle)])
    return centre + ring + random.normal(0, 0.06, (points, 2))


points = np.concatenate([
    arc((0.0, 0.0), 1.0, (0, np.pi), 1500),
    arc((1.0, 0.4), 1.0, (np.pi, 2 * np.pi), 1500),
    arc((0.5, 0.2), 2.6, (0, 2 * np.pi), 3000),
    random.uniform(-3, 4, (60, 2)),
])

# %% The shortest tree through points of the plane uses only edges of their Delaunay triangulation, so that
# three edges a point are enough, and the clusters are those of all pairs.
corners = Delaunay(points).simplices
u, v = np.unique(np.sort(corners[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)), axis=0).T
found = forest(u, v, np.linalg.norm(points[u] - points[v], axis=1))
print(found)

# %% The clusters that edges up to a height join; the dendrogram shows where to cut.
labels = found.labels(height=0.2)
sizes = np.bincount(labels)
large = np.flatnonzero(sizes >= 100)
print(f"{len(large)} clusters of 100 points or more: {sizes[large]}, {(sizes < 100).sum()} small ones")

# %% The forest, the clusters and the top of the dendrogram.
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(15, 5))
left.plot(*points[np.column_stack([found.u, found.v, found.u])].transpose(2, 1, 0), lw=0.5, color="0.4")
left.set_title(f"the forest: {len(found):,} of {len(u):,} edges")
small = ~np.isin(labels, large)
middle.scatter(*points[small].T, s=4, color="0.7")
for cluster in large:
    middle.scatter(*points[labels == cluster].T, s=4)
middle.set_title("clusters that edges up to 0.2 join")
dendrogram(found.linkage(), p=40, truncate_mode="lastp", no_labels=True, color_threshold=0.2, ax=right)
right.axhline(0.2, color="0.6", ls=":")
right.set_title("the last 40 merges")
for axes in (left, middle):
    axes.set_aspect("equal")
    axes.set_axis_off()
figure.tight_layout()
figure.savefig("clusters.png", dpi=72)

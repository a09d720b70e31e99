"""The forest of one graph by the libraries that Python has: how long each takes to find it, and how
long to make its own graph of numpy arrays first.

    python compare.py measure results/python/libraries.csv [--n 1000000] [--m 8000000] [--reps 5]
    python compare.py table results/python/libraries.csv

Each library gets what suits it: its own graph, made of the same arrays. Only the calls are timed.
spanforest is measured before the others and after them, so that it shows if the machine changes
meanwhile. All totals must agree.
"""

import argparse
import csv
import gc
import importlib.metadata
import math
import os
import platform
import statistics
import sys
import time

import numpy as np

HEAD = ["library", "version", "call", "n", "m", "threads", "build_s", "forest_s", "total", "python", "processor"]


def random_graph(n, m):
    """At least m different edges without loops, in random order; those beyond m are left out."""
    rng = np.random.default_rng(1)
    ends = rng.integers(0, n, (2, m + m // 8))
    low, high = ends.min(axis=0), ends.max(axis=0)
    keys = np.unique((low * n + high)[low < high])
    if len(keys) < m:
        sys.exit(f"compare: {n} vertices have too few pairs for {m} edges")
    keys = rng.permutation(keys)[:m]
    return keys // n, keys % n, rng.random(m)


def spanforest_arrays(n, u, v, w):
    import spanforest

    return "forest(u, v, w)", lambda: None, lambda _: spanforest.forest(u, v, w, n=n).total


def spanforest_matrix(n, u, v, w):
    import spanforest
    from scipy.sparse import coo_array

    def build():
        return coo_array((w, (u, v)), shape=(n, n)).tocsr()

    return "minimum_spanning_tree(csr)", build, lambda graph: spanforest.minimum_spanning_tree(graph).sum()


def scipy(n, u, v, w):
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    def build():
        return coo_array((w, (u, v)), shape=(n, n)).tocsr()

    return "minimum_spanning_tree(csr)", build, lambda graph: minimum_spanning_tree(graph).sum()


def igraph(n, u, v, w):
    from igraph import Graph

    def build():
        graph = Graph(n, np.column_stack([u, v]))
        graph.es["weight"] = w
        return graph

    def run(graph):
        return math.fsum(w[graph.spanning_tree(weights="weight", return_tree=False)])

    return "spanning_tree(weights)", build, run


def networkit(n, u, v, w):
    from networkit.graph import GraphFromCoo, KruskalMSF

    def run(graph):
        found = KruskalMSF(graph)
        found.run()
        return found.getTotalWeight() if hasattr(found, "getTotalWeight") else found.getForest().totalEdgeWeight()

    return "KruskalMSF", lambda: GraphFromCoo((w, (u, v)), n=n, weighted=True, directed=False), run


def rustworkx(n, u, v, w):
    from rustworkx import PyGraph, minimum_spanning_edges

    def build():
        graph = PyGraph(multigraph=True)
        graph.add_nodes_from(range(n))
        graph.add_edges_from(list(zip(u.tolist(), v.tolist(), w.tolist(), strict=True)))
        return graph

    def run(graph):
        return math.fsum(weight for _, _, weight in minimum_spanning_edges(graph, weight_fn=float))

    return "minimum_spanning_edges", build, run


def networkx(n, u, v, w):
    from networkx import empty_graph, minimum_spanning_edges

    def build():
        graph = empty_graph(n)
        graph.add_weighted_edges_from(zip(u.tolist(), v.tolist(), w.tolist(), strict=True))
        return graph

    def run(graph):
        return math.fsum(data["weight"] for *_, data in minimum_spanning_edges(graph))

    return "minimum_spanning_edges", build, run


# Those that take minutes run once.
LIBRARIES = [
    (spanforest_arrays, "spanforest", True),
    (spanforest_matrix, "spanforest", True),
    (scipy, "scipy", True),
    (igraph, "igraph", True),
    (networkit, "networkit", True),
    (rustworkx, "rustworkx", True),
    (networkx, "networkx", False),
    (spanforest_arrays, "spanforest", True),
    (spanforest_matrix, "spanforest", True),
]


def timed(call, *arguments):
    gc.collect()
    begin = time.perf_counter()
    result = call(*arguments)
    return result, time.perf_counter() - begin


def processor():
    with open("/proc/cpuinfo") as lines:
        return next((line.split(": ")[1].strip() for line in lines if line.startswith("model name")), "?")


def measure(path, n, m, reps):
    u, v, w = random_graph(n, m)
    rows = []
    for library, package, quick in LIBRARIES:
        call, build, run = library(n, u, v, w)
        graph, build_s = timed(build)
        if quick:
            run(graph)  # warm-up
        for _ in range(reps if quick else 1):
            total, forest_s = timed(run, graph)
            if not math.isclose(total, rows[0]["total"] if rows else total, rel_tol=1e-9):
                sys.exit(f"compare: {package} finds {total}, spanforest {rows[0]['total']}")
            values = [package, importlib.metadata.version(package), call, n, m, len(os.sched_getaffinity(0))]
            values += [round(build_s, 4), round(forest_s, 4), total, platform.python_version(), processor()]
            rows.append(dict(zip(HEAD, values, strict=True)))
        print(f"{package:12} {call:28} build {build_s:8.2f} s  forest {forest_s:8.3f} s", file=sys.stderr)
        del graph
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, HEAD, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def table(path):
    """A table of the medians in Markdown, the fastest first."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    calls = {}
    for row in rows:
        calls.setdefault((row["library"], row["version"], row["call"]), []).append(row)

    def median(rows, column):
        return statistics.median(float(row[column]) for row in rows)

    lines = []
    for (library, version, call), of_call in calls.items():
        build, forest = median(of_call, "build_s"), median(of_call, "forest_s")
        lines.append((forest, build, library, version, call, len(of_call)))
    lines.sort()
    best = lines[0][0]
    least = min(build + forest for forest, build, *_ in lines)
    text = [
        "| library | call | forest | times | graph built and forest | times | runs |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for forest, build, library, version, call, runs in lines:
        both = build + forest
        text.append(
            f"| {library} {version} | `{call}` | {forest:.2f} s | {forest / best:.1f} | {both:.2f} s "
            f"| {both / least:.1f} | {runs} |"
        )
    return "\n".join(text) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("measure", "table"):
        command = commands.add_parser(name)
        command.add_argument("csv")
    commands.choices["measure"].add_argument("--n", type=int, default=10**6)
    commands.choices["measure"].add_argument("--m", type=int, default=8 * 10**6)
    commands.choices["measure"].add_argument("--reps", type=int, default=5)
    given = parser.parse_args()
    if given.command == "table":
        print(table(given.csv), end="")
    else:
        measure(given.csv, given.n, given.m, given.reps)


if __name__ == "__main__":
    main()

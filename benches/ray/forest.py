"""The exercise with Ray: a task on each of three hosts finds the forest of its part of the edges,
the driver merges the three forests.

    forest.py NAME=FILE... >rows.csv

Runs on the first host of a Ray cluster of three. FILE is what `mst generate` writes: `u v weight`
a line, after a line with the number of vertices. A row is one repetition; number 0 is the first
call, which also starts processes and imports modules. Time is from the edges in memory to the
forest at the driver.
"""

import csv
import re
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
import quiet
import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

HOSTS = 3
REPETITIONS = 7
TOO_SLOW = 60  # seconds; a way whose first call takes longer is not repeated
DECIMALS = 6  # of weights that are not integers


# ---- Two ways to find a forest


def plain(n, edges):
    """Kruskal, nothing but Python. Edges are a list of (u, v, weight)."""
    parent = list(range(n))
    forest = []
    for edge in sorted(edges, key=itemgetter(2)):
        u, v, _ = edge
        while parent[u] != u:
            parent[u] = u = parent[parent[u]]
        while parent[v] != v:
            parent[v] = v = parent[parent[v]]
        if u != v:
            parent[u] = v
            forest.append(edge)
            if len(forest) == n - 1:
                break
    return forest


def with_scipy(n, edges):
    """scipy's minimum_spanning_tree. Edges are three arrays: u, v and the weights.

    A sparse matrix adds up the weights of parallel edges, so only the lightest of them goes in. And
    scipy takes a zero for no edge, so all weights are moved until none is below 1.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    u, v, weights = edges
    pairs = np.minimum(u, v) * np.int64(n) + np.maximum(u, v)
    order = np.argsort(pairs)
    pairs = pairs[order]
    firsts = np.flatnonzero(np.diff(pairs, prepend=-1))
    lightest = np.minimum.reduceat(weights[order], firsts)
    below = lightest.min(initial=1) - 1
    # scipy computes with doubles, which hold integers up to 2^53.
    assert lightest.max(initial=1) - below <= 2**53
    rows, columns = np.divmod(pairs[firsts], n)
    graph = csr_array(((lightest - below).astype(np.float64), (rows, columns)), shape=(n, n))
    tree = minimum_spanning_tree(graph, overwrite=True).tocoo()
    return tree.row, tree.col, tree.data.astype(np.int64) + below


def as_list(edges):
    return list(zip(*(column.tolist() for column in edges)))


def join_arrays(forests):
    return tuple(np.concatenate(columns) for columns in zip(*forests))


@dataclass
class Way:
    """A way to find a forest, and what to do with edges and forests in the form that it needs."""

    name: str
    find: Callable
    form: Callable
    cut: Callable
    join: Callable
    weight: Callable


PLAIN = Way(
    name="plain",
    find=plain,
    form=as_list,
    cut=lambda edges, part: edges[part],
    join=lambda forests: [edge for forest in forests for edge in forest],
    weight=lambda forest: sum(map(itemgetter(2), forest)),
)
SCIPY = Way(
    name="scipy",
    find=with_scipy,
    form=lambda edges: edges,
    cut=lambda edges, part: tuple(column[part] for column in edges),
    join=join_arrays,
    weight=lambda forest: int(forest[2].sum()),
)


# ---- On the hosts


def timed_forest(find, n, edges):
    start = time.perf_counter()
    forest = find(n, edges)
    return socket.gethostname(), time.perf_counter() - start, forest


@ray.remote
class Holder:
    """Has a part of the edges in its host's memory, as a rank of mst has, so that none travel.

    A task's argument would not do: Ray makes a list anew from the object store for each call.
    """

    def __init__(self, find, n, edges):
        self.find, self.n, self.edges = find, n, edges

    def forest(self):
        return timed_forest(self.find, self.n, self.edges)


# ---- The driver


def read(path):
    """The number of vertices; u, v and weights as arrays; the decimals that weights had."""
    with open(path) as file:
        n = int(re.match(r"# vertices (\d+), edges \d+, ids from 0", file.readline())[1])
    table = np.loadtxt(path, ndmin=2)
    decimals = 0 if (table[:, 2] == np.rint(table[:, 2])).all() else DECIMALS
    weights = np.rint(table[:, 2] * 10**decimals).astype(np.int64)
    return n, (table[:, 0].astype(np.int32), table[:, 1].astype(np.int32), weights), decimals


def parts(way, m, edges):
    """Contiguous parts, as mst's ranks have them."""
    return [way.cut(edges, slice(m * k // HOSTS, m * (k + 1) // HOSTS)) for k in range(HOSTS)]


def places():
    """Where to run: on each host, and nowhere else."""
    nodes = sorted(ray.nodes(), key=itemgetter("NodeManagerAddress"))
    assert len(nodes) == HOSTS and all(node["Alive"] for node in nodes), nodes
    return [NodeAffinitySchedulingStrategy(node["NodeID"], soft=False) for node in nodes]


def merge(way, n, calls):
    """Waits for the hosts' forests and finds the forest of their edges."""
    hosts, seconds, forests = zip(*ray.get(calls))
    assert len(set(hosts)) == HOSTS, f"the tasks ran on {hosts}, not on {HOSTS} hosts"
    return way.find(n, way.join(forests)), " ".join(sorted(hosts)), max(seconds)


def runs(way, n, m, edges):
    """The names of what is measured, and functions that do it once."""

    def alone():
        host, seconds, forest = timed_forest(way.find, n, edges)
        return forest, host, seconds

    def placed():
        return merge(way, n, [holder.forest.remote() for holder in holders])

    def shipped():
        calls = [
            task.options(scheduling_strategy=place).remote(n, part)
            for place, part in zip(where, parts(way, m, edges))
        ]
        return merge(way, n, calls)

    where = places()
    # A remote function of its own for each way, so that Ray sends its code once and not in each call.
    task = ray.remote(lambda n, part: timed_forest(way.find, n, part))
    yield "python", f"{way.name}, one process", alone
    holders = [
        Holder.options(scheduling_strategy=place).remote(way.find, n, part)
        for place, part in zip(where, parts(way, m, edges))
    ]
    yield "ray", f"{way.name}, 3 hosts, edges placed", placed
    # A holder's process would keep its memory.
    for holder in holders:
        ray.kill(holder)
    yield "ray", f"{way.name}, 3 hosts, edges shipped", shipped


def measure(name, path, rows):
    n, arrays, decimals = read(path)
    m = len(arrays[0])
    for way in (PLAIN, SCIPY):
        for system, how, run in runs(way, n, m, way.form(arrays)):
            for repetition in range(REPETITIONS + 1):
                start = time.perf_counter()
                forest, hosts, task = run()
                seconds = time.perf_counter() - start
                # An integer in units of the last decimal, so that it is exact.
                total = way.weight(forest)
                weight = f"{total / 10**decimals:.{decimals}f}" if decimals else total
                rows.writerow([name, n, m, system, how, repetition, f"{seconds:.9f}", weight, hosts, f"{task:.9f}"])
                if seconds > TOO_SLOW:
                    print(f"{name}: {system}, {how} takes {seconds:.0f} s: not repeated", file=sys.stderr)
                    break
            print(f"{name}: {system}, {how}: {seconds:.4f} s on {hosts}", file=sys.stderr)
            # Before the next way. Repetitions follow each other at once, as mst's do: a pause would empty caches.
            quiet.wait()


def main():
    ray.init(address="auto", log_to_driver=False, logging_level="warning")
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow("graph,n,m,system,how,repetition,seconds,weight,hosts,task_seconds".split(","))
    for graph in sys.argv[1:]:
        measure(*graph.rsplit("=", 1), rows)
        sys.stdout.flush()


if __name__ == "__main__":
    main()

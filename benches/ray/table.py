"""Writes ray.csv and ray.md in a folder, from what `run` measured there: facts.txt, mst.csv and
forests.csv.

    table.py FOLDER NAME=FILE...
"""

import csv
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

COLUMNS = "graph,n,m,system,how,repetition,seconds,weight,hosts,task_seconds".split(",")
ALONE = "one process, 1 thread"
OURS = "3 hosts, 1 thread each"


# ---- What was measured


def facts(path):
    """For each name, the values of its lines."""
    found = defaultdict(list)
    for line in path.read_text().splitlines():
        name, value = line.split(" ", 1)
        found[name].append(value)
    return found


def mst_rows(path, names):
    """The rows of mst's CSV, as forest.py has its own. Each run has written the header again."""
    with open(path) as file:
        for row in csv.DictReader(file):
            if row["graph"] == "graph":
                continue
            yield {
                "graph": names[row["graph"]],
                "n": row["n"],
                "m": row["m"],
                "system": "mst",
                "how": ALONE if row["ranks"] == "1" else OURS,
                "repetition": row["repetition"],
                "seconds": row["total_s"],
                "weight": row["weight"],
                "hosts": " ".join(host.split(":")[0] for host in row["hosts"].split()),
                "task_seconds": row["local_s"],
            }


def groups(rows):
    """The rows of each graph, and in it of each system and how, in order."""
    found = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found[row["graph"]][row["system"], row["how"]].append(row)
    return found


def check_weights(graph, ways):
    weights = {row["weight"] for rows in ways.values() for row in rows}
    if len(weights) != 1:
        sys.exit(f"{graph}: the weights differ: {weights}")


# ---- In words


def time(seconds):
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}" if seconds / size < 999.5 else f"{seconds / size:.0f} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def times(ratio):
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2g}"


def megabytes(kib):
    return f"{int(kib) * 1024 / 1e6:,.0f} MB"


def spread(seconds):
    return f"{time(median(seconds))} ({time(min(seconds))} – {time(max(seconds))})"


def repeated(rows, column="seconds"):
    """Without the first call; if there is no other, with it."""
    values = [float(row[column]) for row in rows if row["repetition"] != "0"]
    return values or [float(rows[0][column])]


def of_median(rows):
    return median(repeated(rows))


# ---- The tables


def rest(lines):
    """Lines of host, processes and KiB."""
    if all(line.split()[1] == "0" for line in lines):
        return "nothing: no process runs"
    return "; ".join(
        "vm{}: {} in {} processes".format(host, megabytes(kib), count) for host, count, kib in map(str.split, lines)
    )


def whole_table(facts):
    def size(name):
        return megabytes(facts[name][0])

    def start(name):
        return spread([int(value) / 1e6 for value in facts[name]])

    return [
        "| | Ray | mst |",
        "|---|---|---|",
        f"| installed, on each host | {size('size_ray')}; with numpy and scipy {size('size_ray_scipy')} "
        f"| {size('size_mst')} ({size('size_mst_stripped')} stripped) |",
        f"| what that needs from Debian | Python, {size('size_python')} | Open MPI, {size('size_mpi')} |",
        f"| start of the cluster | {start('start_ray')} | there is none |",
        f"| start of a job | {start('start_driver')}: a driver that imports ray, connects, sees three nodes and ends "
        f"| {start('start_mst')}: `mpirun`, three ranks, five edges, the end |",
        f"| memory at rest | {rest(facts['rest_ray'])} | {rest(facts['rest_mst'])} |",
    ]


def graph_table(graph, ways):
    ours = of_median(ways["mst", OURS])
    first = next(iter(ways.values()))[0]
    yield f"### {graph}: {int(first['n']):,} vertices, {int(first['m']):,} edges, weight {first['weight']}"
    yield ""
    yield "| | first call | median (least – most) | slowest part's own forest | times mst on 3 hosts |"
    yield "|---|---|---|---|---|"
    for (system, how), rows in sorted(ways.items(), key=lambda way: way[0]):
        first_call = time(float(rows[0]["seconds"])) if rows[0]["repetition"] == "0" else "–"
        name = {"python": "Python", "ray": "Ray", "mst": "mst"}[system]
        own = time(median(repeated(rows, "task_seconds"))) if " hosts" in how else "–"
        yield (
            f"| {name}: {how} | {first_call} | {spread(repeated(rows))} | {own} | {times(of_median(rows) / ours)} |"
        )
    yield ""


def in_short(graph, ways):
    """Of each graph, the two questions: is Ray faster than one process, and how far is it from mst?"""
    ray = {how: of_median(rows) for (system, how), rows in ways.items() if system == "ray"}
    alone = {how: of_median(rows) for (system, how), rows in ways.items() if system == "python"}
    best, fastest = min(ray, key=ray.get), min(alone, key=alone.get)
    ours = of_median(ways["mst", OURS])
    return (
        f"- **{graph}**: Ray's best ({best}) takes {time(ray[best])}, Python's in one process "
        f"({fastest.split(',')[0]}) {time(alone[fastest])}, mst on the three hosts {time(ours)}."
    )


def section(path, heading):
    """The text of a section of a README."""
    return path.read_text().split(f"## {heading}\n")[1].split("\n## ")[0].strip()


def report(facts, ways, commit):
    readme = Path(__file__).parent / "README.md"
    yield "# The lab's exercise with Ray, beside mst"
    yield ""
    yield (
        f"Measured on {facts['date'][0]} by `benches/ray/run`, on {facts['machine'][0]}. **The three hosts are network "
        "namespaces of this machine and share its cores**, for Ray as for mst: this compares two programs, and is no "
        "measurement of three machines."
    )
    yield ""
    yield (
        f"Versions: {facts['packages'][0]}, {facts['python'][0]}; {facts['mst'][0]} (commit {commit}), "
        f"{facts['mpi'][0]}. All weights of a graph were the same, in every repetition and every way."
    )
    yield ""
    yield from (in_short(graph, ways[graph]) for graph in ways)
    yield ""
    yield "## Installing, starting, resting"
    yield ""
    yield from whole_table(facts)
    yield ""
    yield "## The forest"
    yield ""
    yield section(readme, "What is measured")
    yield ""
    for graph in ways:
        yield from graph_table(graph, ways[graph])
    yield "## What Ray does better"
    yield ""
    yield section(readme, "What Ray does better")


def main():
    out = Path(sys.argv[1])
    names = {file: name for name, file in (graph.rsplit("=", 1) for graph in sys.argv[2:])}
    with open(out / "forests.csv") as file:
        rows = list(csv.DictReader(file))
    rows += mst_rows(out / "mst.csv", names)
    ways = groups(rows)
    for graph in ways:
        check_weights(graph, ways[graph])
    with open(out / "ray.csv", "w") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(sorted(rows, key=lambda row: list(ways).index(row["graph"])))
    with open(out / "mst.csv") as file:
        commit = next(csv.DictReader(file))["commit"]
    text = "\n".join(report(facts(out / "facts.txt"), ways, commit))
    (out / "ray.md").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()

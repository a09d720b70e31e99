"""README.md of the package: its code runs, and its table is what was measured."""

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "python/README.md").read_text()


def test_the_first_example_says_what_it_does():
    code = README.split("```python\n")[1].split("```")[0]
    names = {}
    exec(code, names)
    said = re.findall(r"^(found\.\S+) +# (array\(.*?\)|[\d.]+)[,:]", code + "\n", re.MULTILINE)
    said += re.findall(r"^(found\.components) +# (\d+)$", code, re.MULTILINE)
    assert len(said) == 4
    for expression, value in said:
        assert repr(eval(expression, names)) == value, expression


def test_the_table_is_what_was_measured():
    compare = runpy.run_path(str(ROOT / "benches/python/compare.py"))
    assert compare["table"](str(ROOT / "results/python/libraries.csv")) in README


def test_rows_of_the_table_are_medians(tmp_path):
    compare = runpy.run_path(str(ROOT / "benches/python/compare.py"))
    rows = [("a", 1.0, 0.5), ("a", 1.0, 0.1), ("a", 1.0, 0.3), ("b", 0.0, 3.0)]
    lines = [",".join(compare["HEAD"])]
    for library, build, forest in rows:
        lines.append(f"{library},1,f,9,9,2,{build},{forest},7,3,x")
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(lines))
    table = compare["table"](str(path)).splitlines()[2:]
    assert table == [
        "| a 1 | `f` | 0.30 s | 1.0 | 1.30 s | 1.0 | 3 |",
        "| b 1 | `f` | 3.00 s | 10.0 | 3.00 s | 2.3 | 1 |",
    ]




def test_the_example_finds_the_shapes(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    runpy.run_path(str(ROOT / "python/examples/clusters.py"))
    found, clusters = capsys.readouterr().out.splitlines()
    assert found.startswith("Forest(6,059 edges, 6,060 vertices, 1 component, total ")
    assert clusters.startswith("3 clusters of 100 points or more")
    drawn = (tmp_path / "clusters.png").stat().st_size
    assert drawn > 10_000

"""The types that editors and type checkers see."""

import subprocess
import sys
from pathlib import Path

USE = """
import numpy as np
from spanforest import Forest, forest, minimum_spanning_tree

found: Forest = forest([0, 1], np.array([1, 2]), None, n=3, maximum=True)
total: int | float = found.total
positions: np.ndarray[tuple[int, ...], np.dtype[np.int64]] = found.positions
minimum_spanning_tree([[0, 1], [0, 0]], threads=2)
"""


def checked(*arguments: object) -> str:
    settings = Path(__file__).parent.parent / "pyproject.toml"
    command = [sys.executable, "-m", "mypy", "--config-file", settings, "--no-incremental", *arguments]
    return subprocess.run(command, capture_output=True, text=True).stdout


def test_the_package_is_typed():
    assert checked("-p", "spanforest").startswith("Success")


def test_its_users_are_checked(tmp_path):
    use = tmp_path / "use.py"
    use.write_text(USE)
    assert checked(use).startswith("Success")
    use.write_text(USE + "forest([0], [1], threads='all')\n")
    assert 'incompatible type "str"; expected "int | None"' in checked(use)

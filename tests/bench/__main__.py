"""`make bench`: every measurement, one line each; status 1 where a bound is missed."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tests.bench import acts, congress, counting, crowd, dashboard, pages, pdf, writing

ALL = (acts, crowd, pages, congress, counting, writing, pdf, dashboard)


def main(names: Sequence[str]) -> int:
    """Print the findings as they come, of all or of those that are named."""
    kept = True
    for module in (one for one in ALL if not names or one.__name__.rpartition(".")[2] in names):
        print(f"{module.__name__.rsplit('.', 1)[-1]}: {module.__doc__}")
        for line in module.run():
            print(f"  {line}", flush=True)
            kept &= line.kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

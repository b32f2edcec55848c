"""`make bench`: every measurement, one line each; status 1 where a bound is missed."""

from __future__ import annotations

import sys

from tests.bench import congress, counting, dashboard, pdf, writing

ALL = (congress, counting, writing, pdf, dashboard)


def main() -> int:
    """Print the findings as they come."""
    kept = True
    for module in ALL:
        print(f"{module.__name__.rsplit('.', 1)[-1]}: {module.__doc__}")
        for line in module.run():
            print(f"  {line}", flush=True)
            kept &= line.kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())

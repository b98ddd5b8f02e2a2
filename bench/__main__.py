"""`script/bench`: every benchmark of the product in one run on PostgreSQL, as ratios to the bare thing beside it."""

import argparse
import sys

import django


def main() -> int:
    django.setup()

    from bench import calls, imports, leads, lists, reports, searches, start
    from bench.store import fresh_database

    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument(
        "--only",
        choices=["lists", "reports", "calls", "leads", "searches", "imports", "start"],
        help="one part alone",
    )
    parser.add_argument("--cars", type=int, default=1_000_000, help="delivered cars in the big store")
    options = parser.parse_args()
    fresh_database()

    parts = {
        "lists": lambda: lists.run(cars=options.cars),
        "reports": lambda: reports.run(cars=options.cars),
        "calls": calls.run,
        "leads": leads.run,
        "searches": searches.run,
        "imports": imports.run,
        "start": start.run,
    }
    for name, part in parts.items():
        if options.only in (None, name):
            for line in part():
                print(line, flush=True)
    return 0


sys.exit(main())

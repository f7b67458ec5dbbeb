"""`make bench`: the application against the floor, in the same run, on the same database.

    python -m tests.bench [--size 100000] [--only load_demo]

One line a measure: `name size seconds floor_seconds ratio peak_mb`. Floor: the least that any program on this database
must do to make the same rows. Smaller ratios are better; 1 is the limit.
"""

import argparse
import os
import shutil
import sys

from config import embedded


def main() -> int:
    arguments = _arguments()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    if not embedded.needed():
        return _measure(arguments)
    # Durable: a posting that does not wait for the disk measures nothing.
    servers = embedded.Servers(embedded.temporary_home(), durable=True)
    servers.start()
    os.environ.update(servers.environment)
    try:
        return _measure(arguments)
    finally:
        servers.stop()
        shutil.rmtree(servers.home.root, ignore_errors=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="value entries of the big books")
    parser.add_argument("--only", action="append", metavar="NAME", help="this measure only (may be repeated)")
    return parser.parse_args()


def _measure(arguments: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.db import connection

    from tests.bench import databases
    from tests.bench.measures import MEASURES

    chosen = arguments.only or list(MEASURES)
    unknown = sorted(set(chosen) - set(MEASURES))
    if unknown:
        print(f"There is no measure {', '.join(unknown)}; there are {', '.join(MEASURES)}.", file=sys.stderr)
        return 2
    print("name size seconds floor_seconds ratio peak_mb")
    own = connection.settings_dict["NAME"]
    try:
        for name in chosen:
            databases.use(own)
            connection.creation.create_test_db(verbosity=0, autoclobber=True)
            empty = connection.settings_dict["NAME"]
            try:
                for line in MEASURES[name](arguments.size):
                    print(line, flush=True)
            finally:
                databases.use(empty)
                connection.creation.destroy_test_db(own, verbosity=0)
    finally:
        databases.drop_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())

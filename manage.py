#!/usr/bin/env python
"""Django's command line. Without DATABASE_URL it starts, or shares, the embedded servers for the command's time."""

import os
import sys

from django.core.management import execute_from_command_line

from config import embedded


def main() -> None:
    """Run the command in sys.argv."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    try:
        with embedded.servers_for_command(sys.argv):
            execute_from_command_line(sys.argv)
    except embedded.EmbeddedError as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()

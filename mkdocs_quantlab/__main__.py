"""The command `quantlab`, also as `python -m mkdocs_quantlab`."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command.

    Imports take most of a short command's time. An interrupt meanwhile ends it as click does later, without a traceback.
    """
    try:
        from mkdocs_quantlab.cli import main as command  # noqa: PLC0415  # see above

        command(prog_name="quantlab")
    except KeyboardInterrupt:
        sys.stderr.write("\nAborted!\n")
        sys.exit(1)


if __name__ == "__main__":
    main()

"""The command starts, and ends when it is interrupted."""

from __future__ import annotations

import subprocess
import sys

import pytest

CODE = """
import signal, sys
from mkdocs_quantlab.__main__ import main

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            signal.raise_signal(signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
sys.meta_path.insert(0, Interrupt())
sys.argv = ["quantlab", "--version"]
main()
"""


@pytest.mark.parametrize("module", ["click", "mkdocs_quantlab.cli.doctor", "mkdocs.config"])
def test_an_interrupt_while_modules_are_imported_is_no_traceback(module):
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(module=module)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip() == "Aborted!"


def test_the_package_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs_quantlab", "--version"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.startswith("quantlab, version ")

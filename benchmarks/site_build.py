"""What the plugin adds to the time of a build, and of a page's rebuild while an author writes.

    python -m benchmarks.site_build [--rounds 3] [--first-only] [--serve 30] [PAGES ...]

Two Material sites of the same Markdown: one with a lab of two widgets on every third page, each widget with options
that no other has, and one without the directives and the plugin. Each build is a fresh process; the two take turns.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks import report, sites

KINDS = ("with", "without")
AIM = 1.25


def timed(folder: Path, *arguments: str) -> tuple[float, float]:
    """Seconds that a build takes: on the wall, and of processor time, which other programs disturb less."""
    used, begin = _children(), time.perf_counter()
    sites.build(folder, *arguments)
    return time.perf_counter() - begin, _children() - used


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


STEPS: dict[str, list[str]] = {"first": [], "second": [], "second, `--dirty`": ["--dirty"]}
"""What is measured in a round, and the arguments for it. Nothing changes between first and second."""


def builds(
    root: Path, pages: int, rounds: int, steps: dict[str, list[str]]
) -> dict[str, dict[str, list[tuple[float, float]]]]:
    """Times by step and by kind of site."""
    for kind in KINDS:
        sites.course(root / kind, pages, labs=kind == "with")
    times: dict[str, dict[str, list[tuple[float, float]]]] = {
        step: {kind: [] for kind in KINDS} for step in steps
    }
    for number in range(rounds):
        for kind in KINDS:
            shutil.rmtree(root / kind / "site", ignore_errors=True)
        for step, arguments in steps.items():
            for kind in KINDS if number % 2 else reversed(KINDS):
                times[step][kind].append(timed(root / kind, *arguments))
    return times


class Serve:
    """A running `mkdocs serve`.

    Args:
        folder: The site's.
        arguments: Further arguments of the command.
    """

    def __init__(self, folder: Path, *arguments: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.folder = folder
        command = ["serve", "--quiet", "--livereload", "--dev-addr", self.address, *arguments]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", *command], cwd=folder, env=sites.QUIET
        )

    def wait(self, url: str, text: str, limit: float = 600) -> float:
        """Seconds until the page has the text."""
        begin = time.perf_counter()
        while time.perf_counter() - begin < limit:
            try:
                with urllib.request.urlopen(f"http://{self.address}/{url}") as answer:
                    if text in answer.read().decode():
                        return time.perf_counter() - begin
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit("`mkdocs serve` ended before it served a page") from None
            time.sleep(0.02)
        raise SystemExit(f"`mkdocs serve` did not serve the changed page within {limit} s")

    def edit(self, number: int, mark: str) -> float:
        """Seconds from a page's change on the disk until the server gives the new page."""
        part = f"part-{(number - 1) // sites.SECTION + 1:03}"
        path = self.folder / "docs" / part / f"page-{number:04}.md"
        text = path.read_text(encoding="utf-8")
        path.write_text(f"{text}\n{mark}\n", encoding="utf-8")
        taken = self.wait(f"{part}/page-{number:04}/", mark)
        path.write_text(text, encoding="utf-8")
        time.sleep(1)  # the server notices that, too, and builds
        self.wait("", "Welcome")
        return taken

    def stop(self) -> None:
        """Ends the server."""
        self.process.terminate()
        self.process.wait()


def rebuilds(root: Path, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Seconds from an edit of a lab's page until it is served, by mode and kind of site."""
    result: dict[str, dict[str, list[float]]] = {}
    for mode, arguments in (("`mkdocs serve`", []), ("`mkdocs serve --dirty`", ["--dirty"])):
        result[mode] = {kind: [] for kind in KINDS}
        servers = {kind: Serve(root / kind, *arguments) for kind in KINDS}
        try:
            for server in servers.values():
                server.wait("", "Welcome")
            for number in range(rounds):
                for kind in KINDS if number % 2 else reversed(KINDS):
                    result[mode][kind].append(servers[kind].edit(3, f"edited-{kind}-{number}"))
        finally:
            for server in servers.values():
                server.stop()
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pages", type=int, nargs="*", default=[30, 300])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--first-only", action="store_true", help="leave out the second builds")
    parser.add_argument(
        "--serve", type=int, default=30, help="pages of the site that is served; 0: none"
    )
    parser.add_argument("--edits", type=int, default=9, help="edits of that site's page")
    given = parser.parse_args()
    print(report.machine(f"MkDocs {version('mkdocs')}", f"Material {version('mkdocs-material')}"))
    steps = {"first": STEPS["first"]} if given.first_only else STEPS
    with tempfile.TemporaryDirectory() as root:
        builds(Path(root), 3, 1, steps)  # compiles the modules and fills the disk's cache
    rows: list[tuple[str, ...]] = []
    for pages in given.pages:
        with tempfile.TemporaryDirectory() as root:
            for step, times in builds(Path(root), pages, given.rounds, steps).items():
                wall = {kind: [w for w, _ in times[kind]] for kind in KINDS}
                used = {kind: [u for _, u in times[kind]] for kind in KINDS}
                ratio = report.ratio(used["with"], used["without"])
                added = median(
                    a - b for a, b in zip(used["with"], used["without"], strict=True)
                ) / (pages // 3)
                rows.append(
                    (
                        f"{pages} pages, {step}",
                        f"{median(wall['without']):.2f} s",
                        f"{median(wall['with']):.2f} s",
                        f"{report.ratio(wall['with'], wall['without']):.2f}",
                        f"{ratio:.2f}",
                        f"{added * 1000:.1f} ms",
                        report.verdict(ratio, AIM),
                    )
                )
    head: tuple[str, ...] = (
        "Build",
        "without",
        "with",
        "ratio",
        "of processor time",
        "a lab",
        f"aim {AIM}",
    )
    print(f"\n{report.table(head, rows)}")
    if given.serve:
        with tempfile.TemporaryDirectory() as root:
            for kind in KINDS:
                sites.course(Path(root) / kind, given.serve, labs=kind == "with")
            rows = []
            for mode, seconds in rebuilds(Path(root), given.edits).items():
                ratio = report.ratio(seconds["with"], seconds["without"])
                rows.append(
                    (
                        f"{mode}, {given.serve} pages",
                        f"{median(seconds['without']):.2f} s",
                        f"{median(seconds['with']):.2f} s",
                        f"{ratio:.2f}",
                        report.verdict(ratio, AIM),
                    )
                )
        head = ("From an edit to the page", "without", "with", "ratio", f"aim {AIM}")
        print(f"\n{report.table(head, rows)}")


if __name__ == "__main__":
    main()

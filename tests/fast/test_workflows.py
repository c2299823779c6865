"""What GitHub runs: for this project, and for the courses that `quantlab new` writes."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.paths import PACKAGE, ROOT

WORKFLOWS = (*sorted((ROOT / ".github/workflows").glob("*.yml")), PACKAGE / "course/publish.yml")


def read(path):
    text = path.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    # YAML 1.1, which PyYAML reads, takes this key for a truth value.
    return text, {"on" if key is True else key: value for key, value in workflow.items()}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_and_permissions_few(path):
    text, workflow = read(path)
    for use in re.findall(r"uses: (.*)", text):
        assert re.fullmatch(
            r"\./\.github/workflows/\w+\.yml|[\w-]+/[\w-]+@[0-9a-f]{40} # v[\d.]+", use
        ), use
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert set(job.get("permissions", {}).values()) <= {"read", "write"}
        for step in job.get("steps", ()):
            if "actions/checkout@" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False
                assert job["permissions"]["contents"] == "read"


def test_an_action_has_one_version_everywhere():
    pins = {}
    for path in WORKFLOWS:
        for action, pin in re.findall(r"uses: ([\w-]+/[\w-]+)@(.*)", read(path)[0]):
            pins.setdefault(action, set()).add(pin)
    assert {action for action, found in pins.items() if len(found) > 1} == set()


def test_tests_run_on_every_python_that_is_supported():
    _, workflow = read(ROOT / ".github/workflows/test.yml")
    versions = workflow["jobs"]["fast"]["strategy"]["matrix"]["python"]
    assert f'requires-python = ">={versions[0]}"' in (ROOT / "pyproject.toml").read_text("utf-8")
    assert [int(version.split(".")[1]) for version in versions] == list(
        range(11, 11 + len(versions))
    )
    # Everything else runs once, on the oldest.
    for job in ("test", "lowest"):
        [python] = [
            step["with"]["python-version"]
            for step in workflow["jobs"][job]["steps"]
            if "setup-python" in step.get("uses", "")
        ]
        assert python == versions[0]


def test_other_systems_run_the_quick_tests():
    _, workflow = read(ROOT / ".github/workflows/test.yml")
    matrix = workflow["jobs"]["fast"]["strategy"]["matrix"]
    systems = {*matrix["system"], *(each["system"] for each in matrix["include"])}
    assert systems == {"ubuntu-latest", "windows-latest", "macos-latest"}
    [run] = [s["run"] for s in workflow["jobs"]["fast"]["steps"] if "pytest" in s.get("run", "")]
    assert run.endswith(" tests/fast")


def test_what_takes_long_runs_each_week():
    _, weekly = read(ROOT / ".github/workflows/weekly.yml")
    assert weekly["on"]["schedule"]
    runs = {step.get("run") for job in weekly["jobs"].values() for step in job.get("steps", ())}
    assert {"make slow", "make pyodide-next"} <= runs
    assert weekly["jobs"]["test"]["uses"] == "./.github/workflows/test.yml"


def test_a_release_is_tested_and_only_its_last_job_may_publish():
    _, release = read(ROOT / ".github/workflows/release.yml")
    assert release["on"] == {"push": {"tags": ["v*"]}}
    jobs = release["jobs"]
    assert jobs["test"]["uses"] == "./.github/workflows/test.yml"
    assert "workflow_call" in read(ROOT / ".github/workflows/test.yml")[1]["on"]
    assert (jobs["build"]["needs"], jobs["publish"]["needs"]) == ("test", "build")
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert jobs["publish"]["environment"] == "pypi"
    assert all("id-token" not in jobs[name]["permissions"] for name in ("test", "build"))
    # Trusted publishing: there is no token that could leak.
    assert "secrets." not in str(release)


def test_what_workflows_run_is_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([\w.-]+):", makefile)) | {".venv/.ready"}
    found = set()
    for path in (ROOT / ".github/workflows").glob("*.yml"):
        for line in re.findall(r"run: (.*)", read(path)[0]):
            if line.startswith("make "):
                found |= set(line.split()[1:])
            for file in re.findall(r"tests/\S+\.py", line):
                assert (ROOT / file).is_file()
    assert {"test", "static"} <= found <= targets

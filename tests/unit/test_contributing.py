# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said to contributors is there: targets, paths, hooks, and the jobs of the workflow."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import catalogue
from levels import with_levels

ROOT = Path(__file__).resolve().parents[2]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
PAGES = [*ROOT.glob("*.md"), *ROOT.glob(".github/*.md"), *ROOT.glob("docs/*.md")]
# Folders that a table of the larger parts need not name.
SMALL = {"plugins/doc_fragments"}


def commands(page: str) -> str:
    """What stands in code, in blocks or in lines."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", page, re.S))


def data(path: str) -> t.Any:
    return yaml.safe_load((ROOT / path).read_text())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_targets_that_exist(page: Path) -> None:
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", commands(page.read_text()), re.M)) <= TARGETS


def test_every_path_of_the_map_exists_and_every_part_is_on_it() -> None:
    rows = re.findall(r"^\| (`[^|]+`) \|", CONTRIBUTING, re.M)
    named = {path.removesuffix("/NAME") for row in rows for path in re.findall(r"`([^`]+)`", row)}
    assert not [path for path in named if not (ROOT / path).exists()]
    parts = {path.parent.relative_to(ROOT) for path in ROOT.glob("plugins/*/*.py")}
    parts |= {path.relative_to(ROOT) for path in ROOT.glob("extensions/*") if path.is_dir()}
    parts |= {path.relative_to(ROOT) for path in ROOT.glob("tests/*") if path.is_dir() and path.name != "output"}
    assert {str(part) for part in parts} - SMALL <= named


def test_tools_that_are_named_are_pinned() -> None:
    pinned = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements-dev.txt").read_text(), re.M))
    hooks = [hook for repo in data(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    assert len(hooks) >= 5
    programs = {hook["entry"].split()[0] for hook in hooks}
    assert all(hook["language"] == "system" for hook in hooks)
    assert all(program.startswith(".venv/bin/") for program in programs)
    assert {program.removeprefix(".venv/bin/") for program in programs} <= pinned


def test_the_workflow_runs_every_part_of_make_test() -> None:
    jobs = data(".github/workflows/ci.yml")["jobs"]
    runs = set(jobs["part"]["strategy"]["matrix"]["target"])
    assert runs <= TARGETS
    assert jobs["matrix"]["strategy"]["matrix"] == "${{ fromJSON(needs.supported.outputs.pairs) }}"
    test = (ROOT / "tools/test.sh").read_text()
    (listed,) = re.findall(r"^parts=\(([a-z ]+)\)$", test, re.M)
    parts = set(listed.split())
    # The matrix has these two, on each pair.
    assert parts - {"sanity", "unit"} <= runs
    assert "integration" in runs


def test_workflows_may_do_no_more_than_they_need() -> None:
    for path in sorted(ROOT.glob(".github/workflows/*.yml")):
        workflow = yaml.safe_load(path.read_text())
        assert workflow["permissions"] == {}
        for name, job in workflow["jobs"].items():
            assert job["permissions"] == {"contents": "read"}, (path.name, name)
        assert "secrets." not in path.read_text().replace("${{ secrets.GALAXY_TOKEN }}", "")


def test_the_secret_is_only_where_nothing_is_built() -> None:
    jobs = data(".github/workflows/release.yml")["jobs"]
    assert [name for name, job in jobs.items() if "secrets" in str(job)] == ["publish"]
    publish = jobs["publish"]
    assert publish["environment"] == "galaxy"
    assert (publish["needs"], jobs["build"]["needs"]) == ("build", "ci")
    runs = [step["run"] for step in publish["steps"] if "run" in step]
    assert runs == [
        "python -m pip install --no-deps --require-hashes -r requirements-publish.txt",
        "tools/publish.sh dist/*.tar.gz",
    ]
    # Each step with the secret has it for itself.
    assert ["secrets" in str(step) for step in publish["steps"]].count(True) == 1
    assert "secrets" in str(publish["steps"][-1])
    assert 'tools/package.sh "$GITHUB_REF_NAME" dist' in [step.get("run") for step in jobs["build"]["steps"]]


def test_actions_are_pinned_by_commit() -> None:
    for path in sorted(ROOT.glob(".github/workflows/*.yml")):
        for used in re.findall(r"uses: (\S+)", path.read_text()):
            assert used.startswith("./") or re.search(r"@[0-9a-f]{40}$", used), used


def test_every_choice_of_a_level_is_as_the_catalogue_lists_them() -> None:
    choices = dict(with_levels())
    assert len(choices) >= 8
    assert {name: (ROOT / name).read_text() for name in choices} == choices
    longer = dict(with_levels(("operator", *catalogue.LEVELS)))
    assert all(text.count("operator]") == 1 for text in longer.values())

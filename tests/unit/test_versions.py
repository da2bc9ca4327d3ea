# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever names a version agrees with the table in pyproject.toml, and with galaxy.yml's version of the collection."""

from __future__ import annotations

import re
import tomllib
import typing as t
from pathlib import Path

import pytest
import supported
import yaml
from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements
from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
TABLE = supported.load()
COLLECTIONS = ("amazon.aws", "community.aws")
SERIES = [series.core for series in TABLE.series]
PYTHONS = sorted({python for python, _core in TABLE.pairs()}, key=Version)
GALAXY: dict[str, t.Any] = yaml.safe_load((ROOT / "galaxy.yml").read_text())
RANGES = {name: f">={TABLE.oldest[name]},<{TABLE.below[name]}" for name in COLLECTIONS}


def text(path: str) -> str:
    return (ROOT / path).read_text()


def data(path: str) -> t.Any:
    return yaml.safe_load(text(path))


def requirements(path: str) -> set[str]:
    return {line.strip() for line in text(path).splitlines() if line.strip() and not line.startswith(("#", "-r"))}


def test_the_table_is_in_order_and_begins_with_the_oldest() -> None:
    assert sorted(SERIES, key=Version) == SERIES
    assert Version(TABLE.oldest["ansible-core"]).release[:2] == Version(SERIES[0]).release
    assert Version(TABLE.oldest["ansible"]).major == Version(TABLE.series[0].ansible).major
    assert all(Version(TABLE.oldest[name]) < Version(TABLE.below[name]) for name in COLLECTIONS)


def test_galaxy_and_requirements_take_the_same_collections() -> None:
    assert GALAXY["dependencies"] == RANGES
    assert {each["name"]: each["version"] for each in data("requirements.yml")["collections"]} == RANGES
    assert data("meta/execution-environment.yml")["dependencies"] == {
        "galaxy": "requirements.yml",
        "python": "requirements.txt",
    }


def test_the_oldest_ansible_core_is_named_the_same_everywhere() -> None:
    oldest = TABLE.oldest["ansible-core"]
    assert data("meta/runtime.yml")["requires_ansible"] == f">={oldest}"
    image = data("extensions/patterns/cloudhsm_iam/exec_env/execution-environment.yml")
    assert image["dependencies"]["ansible_core"]["package_pip"] == f"ansible-core>={oldest}"
    for meta in sorted(ROOT.glob("roles/*/meta/main.yml")):
        assert yaml.safe_load(meta.read_text())["galaxy_info"]["min_ansible_version"] == SERIES[0], meta


def test_boto3_is_asked_for_the_same_everywhere() -> None:
    oldest = TABLE.oldest["boto3"]
    assert requirements("requirements.txt") == {f"boto3>={oldest}", f"botocore>={oldest}"}
    assert f"boto3>={oldest}" in requirements("requirements-demo.in")


def test_modules_refuse_what_is_older_than_the_oldest() -> None:
    assert Version(".".join(map(str, _requirements.BOTO3))) == Version(TABLE.oldest["boto3"])
    assert ".".join(map(str, _requirements.ANSIBLE_CORE)) == SERIES[0]
    assert ".".join(map(str, _requirements.PYTHON)) == PYTHONS[0]


def test_pinned_packages_of_ansible_are_the_ones_of_the_table() -> None:
    [wanted] = [line for line in requirements("requirements-demo.in") if re.match(r"ansible\W", line)]
    allowed = SpecifierSet(wanted.removeprefix("ansible"))
    packages = {series.ansible for series in TABLE.series}
    assert all(package in allowed for package in packages)
    assert f"{Version(TABLE.series[-1].ansible).major + 1}.0.0" not in allowed
    for name in ("requirements-demo.txt", "requirements-dev.txt"):
        pinned = dict(re.findall(r"^ansible==([\d.]+) ; python_full_version (<|>=) '3.12' \\$", text(name), re.M))
        assert pinned == {TABLE.series[0].ansible: "<", TABLE.series[-1].ansible: ">="}, name


PINNED = sorted(path.name for path in ROOT.glob("requirements-*.txt"))


@pytest.mark.parametrize("name", PINNED)
def test_what_is_installed_is_pinned_by_version_and_hash(name: str) -> None:
    entries = [line.rstrip("\\").split() for line in re.split(r"\n(?=\S)", text(name).replace("\\\n", " ").strip())]
    assert entries
    for entry in entries:
        assert re.fullmatch(r"[a-z0-9-]+==[^\s*]+", entry[0]), entry[0]
        hashes = [word for word in entry if word.startswith("--hash=")]
        assert hashes, entry[0]
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", word) for word in hashes), entry[0]
    # No address of whoever made it, and no other index.
    assert not re.search(r"://|--(?:extra-)?index|--find-links", text(name))


def test_hashes_are_asked_for_when_they_are_installed() -> None:
    script = text("tools/bootstrap.sh")
    installs = re.findall(r"^.*\b(?:pip install)\b.*$", script, re.M)
    assert len(installs) == 2
    assert "--require-hashes -r requirements-uv.txt" in installs[0]
    assert '"${hashes[@]}"' in installs[1]
    assert "hashes=(--require-hashes)" in script


def test_what_publishes_is_what_is_developed_with() -> None:
    pinned = {name: set(re.findall(r"^([a-z0-9-]+==\S+)", text(name), re.M)) for name in PINNED}
    assert pinned["requirements-publish.txt"] <= pinned["requirements-dev.txt"]
    assert len(pinned["requirements-publish.txt"]) < 12


def test_uv_is_pinned_once() -> None:
    [version] = re.findall(r"^uv==(\S+)", text("requirements-uv.txt"), re.M)
    assert Version(version) >= Version("0.13")


def test_pythons_are_the_ones_of_the_table() -> None:
    pyproject = tomllib.loads(text("pyproject.toml"))["tool"]
    assert pyproject["ruff"]["target-version"] == f"py{PYTHONS[0].replace('.', '')}"
    assert data("tests/config.yml") == {"modules": {"python_requires": f">={PYTHONS[0]}"}}
    assert re.findall(r'^wanted="(.*)"$', text("tools/bootstrap.sh"), re.M) == [" ".join(reversed(PYTHONS))]
    assert f"--python {PYTHONS[0]} --core oldest" in text("Makefile")
    # The workflow's matrix comes out of the table; its other jobs run on the oldest and the newest.
    steps = data(".github/workflows/ci.yml")["jobs"]["part"]["steps"]
    assert [step["with"]["python-version"].split() for step in steps if "python-version" in step.get("with", {})] == [
        [PYTHONS[0], PYTHONS[-1]]
    ]


@pytest.mark.parametrize(
    "path", [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))], ids=lambda path: path.name
)
def test_pages_name_the_supported_versions(path: Path) -> None:
    page = path.read_text()
    assert set(re.findall(r"ansible-core (\d\.\d+) or newer", page)) <= {SERIES[0]}
    assert set(re.findall(r"(?:Python |python3 \()(\d\.\d+) or newer", page)) <= {PYTHONS[0]}
    assert set(re.findall(r"ansible-core (\d\.\d+)", page)) <= set(SERIES)


def test_the_readme_says_what_is_tested() -> None:
    *others, last = SERIES
    says = f"Tested with ansible-core {', '.join(others)} and {last}, on Python {PYTHONS[0]} to {PYTHONS[-1]}"
    assert says in " ".join(text("README.md").split())


@pytest.mark.parametrize("core", [*SERIES, "oldest"])
def test_each_series_replaces_what_is_pinned(core: str) -> None:
    lines = supported.overrides(TABLE, core)
    assert [line for line in lines if re.match("ansible==", line)]
    assert [line for line in lines if re.match("ansible-core[=~]=", line)]


def test_an_unknown_series_is_refused() -> None:
    with pytest.raises(SystemExit, match=r"ansible-core 2\.1 is not supported"):
        supported.overrides(TABLE, "2.1")


def test_version_added_is_a_version_of_the_collection() -> None:
    released = set(data("changelogs/changelog.yaml")["releases"])
    known = released | {GALAXY["version"]} | set(next_minor_and_major(GALAXY["version"]))
    documented = [*ROOT.glob("plugins/**/*.py"), *ROOT.glob("roles/*/meta/argument_specs.yml")]
    for path in documented:
        added = re.findall(r"version_added: [\"']?([\d.]+)", path.read_text())
        assert set(added) <= known, path


def next_minor_and_major(version: str) -> tuple[str, str]:
    """Which versions may come next, for what is not released yet."""
    major, minor, _patch = Version(version).release
    return f"{major}.{minor + 1}.0", f"{major + 1}.0.0"

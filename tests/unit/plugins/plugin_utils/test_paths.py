# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where paths lead that users give, and that each option with one says so."""

from __future__ import annotations

import ast
import os
import pwd
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from ansible.errors import AnsibleError
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._paths import from_working_directory

ROOT = Path(__file__).parents[4]
SAID = "A relative path begins in the folder that the command is run in, and C(~) is the home folder."


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("a/b.yml", "{here}/a/b.yml"),
        ("./a", "{here}/a"),
        ("../a", "{here}/a"),
        ("/a/../b", "/b"),
        ("~", "/home/me"),
        ("~/a", "/home/me/a"),
        ("a~/b", "{here}/a~/b"),
    ],
)
def test_relative_means_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, leads_to: str
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    here = tmp_path / "here" if path.startswith("..") else tmp_path
    here.mkdir(exist_ok=True)
    monkeypatch.chdir(here)
    assert from_working_directory(path) == leads_to.format(here=tmp_path)


@pytest.mark.parametrize("path", ["~", "~/a", "~nobody-of-this-name/a"])
@pytest.mark.parametrize("home", ["", "/", "//", None])
def test_what_has_no_home_does_not_go_to_the_root_folder(
    monkeypatch: pytest.MonkeyPatch, path: str, home: str | None
) -> None:
    def nobody(_user: object) -> t.NoReturn:
        raise KeyError

    if home is None:
        monkeypatch.delenv("HOME")
        monkeypatch.setattr(pwd, "getpwuid", nobody)
    else:
        monkeypatch.setenv("HOME", home)
    with pytest.raises(AnsibleError, match="is in the home folder, and this user has none; set HOME, or give an abs"):
        from_working_directory(path)


def test_without_the_variable_the_users_own_home_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    assert from_working_directory("~/a") == f"{pwd.getpwuid(os.getuid()).pw_dir}/a"


def _options() -> Iterator[tuple[str, dict[str, t.Any]]]:
    """All options of roles and modules, with their documentation."""
    for specs in ROOT.glob("roles/*/meta/argument_specs.yml"):
        for entry in yaml.safe_load(specs.read_text())["argument_specs"].values():
            yield from entry["options"].items()
    for module in ROOT.glob("plugins/modules/*.py"):
        for node in ast.parse(module.read_text()).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DOCUMENTATION":
                documented = yaml.safe_load(ast.literal_eval(node.value))
                for name, option in (documented.get("options") or {}).items():
                    yield f"{module.stem}.{name}", option


OPTIONS = list(_options())
PATHS = [(name, option) for name, option in OPTIONS if option.get("type") == "path"]


def test_there_are_paths() -> None:
    assert len(PATHS) >= 7


@pytest.mark.parametrize(("name", "option"), PATHS, ids=[name for name, _option in PATHS])
def test_each_path_says_what_relative_means(name: str, option: dict[str, t.Any]) -> None:
    assert SAID in option["description"], name


def test_what_is_called_a_file_is_a_path() -> None:
    named = {name: option.get("type") for name, option in OPTIONS if name.endswith(("_file", "_folder", ".folder"))}
    assert set(named.values()) == {"path"}, named


def test_no_default_leads_to_the_root_folder_where_there_is_no_home() -> None:
    for defaults in ROOT.glob("roles/*/defaults/main.yml"):
        assert "HOME" not in defaults.read_text(), defaults

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
from types import SimpleNamespace

import pytest
import yaml
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.action.iam_access_report import ActionModule
from ansible_collections.cloudhsm.iam.plugins.action.root_access import ActionModule as RootAccess
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.inputs import take_audit
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._credentials_store import open_file_store
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import LocalAction
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._paths import from_working_directory
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._saml_file import with_metadata
from helpers.documents.saml import METADATA

ROOT = Path(__file__).parents[4]
SAID = "A relative path starts at the working directory of the command, and C(~) is the home folder."


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
        ("$HOME/a", "/home/me/a"),
        ("${HOME}/a", "/home/me/a"),
        ("a/$WHERE", "{here}/a/there"),
        ("$UNSET/$", "{here}/$UNSET/$"),
    ],
)
def test_relative_means_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, leads_to: str
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("WHERE", "there")
    here = tmp_path / "here" if path.startswith("..") else tmp_path
    here.mkdir(exist_ok=True)
    monkeypatch.chdir(here)
    assert from_working_directory(path) == leads_to.format(here=tmp_path)


@pytest.mark.parametrize("path", ["~", "~/a", "~nobody-of-this-name/a", "$HOME/a", "${HOME}/a"])
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
    """All options of roles, modules and inventories, with their documentation."""
    for specs in ROOT.glob("roles/*/meta/argument_specs.yml"):
        for entry in yaml.safe_load(specs.read_text())["argument_specs"].values():
            yield from entry["options"].items()
    for plugin in (*ROOT.glob("plugins/modules/*.py"), *ROOT.glob("plugins/inventory/*.py")):
        for node in ast.parse(plugin.read_text()).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DOCUMENTATION":
                documented = yaml.safe_load(ast.literal_eval(node.value))
                for name, option in (documented.get("options") or {}).items():
                    yield f"{plugin.stem}.{name}", option


OPTIONS = list(_options())
PATHS = [(name, option) for name, option in OPTIONS if option.get("type") == "path"]


def test_there_are_paths() -> None:
    assert len(PATHS) >= 7


@pytest.mark.parametrize(("name", "option"), PATHS, ids=[name for name, _option in PATHS])
def test_each_path_says_what_relative_means(name: str, option: dict[str, t.Any]) -> None:
    assert SAID in option["description"], name


def _stored(path: str) -> None:
    open_file_store("file", path).prepare("123456789012", ["ann"], 20)


def _read(path: str) -> None:
    assert with_metadata({"saml_metadata_file": path})["metadata"] == METADATA


def _reported(path: str) -> None:
    loader = SimpleNamespace(path_dwim=None, get_basedir=None)
    task = SimpleNamespace(args={"folder": path, "accounts": {}, "formats": ["json"]}, check_mode=False, _role=None)
    made = ActionModule(task, None, None, loader, None, None).run(None, {})
    assert not made.get("failed"), made


def _accepted(path: str) -> None:
    assert take_audit({"accepted_risks_file": path}, "").problems == []


def _compared(path: str) -> None:
    # It is read, and is no report.
    assert "it is not an access report" in take_audit({"previous": path}, "").problems[0]


def _shown(path: str) -> None:
    # It is read, and is no audit.
    assert "it is not JSON" in take_audit({"root_users": path}, "").problems[0]


def _audited(path: str) -> None:
    names = ("accounts", "features", "skipped_accounts", "failed_accounts")
    found = {"organization_id": "o", "management_account": "1", **{name: [] for name in names}}
    task = SimpleNamespace(args={}, check_mode=False, _role=None)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(LocalAction, "run_module", lambda *_args, **_how: found)
        loader = SimpleNamespace(path_dwim=None, get_basedir=None)
        action = RootAccess(task, None, None, loader, None, None)
        made = action.run_module(RootAccess.MODULE, {"result_file": path}, {})
    assert not made.get("failed"), made


# What becomes of a path, by the end of its option's name, and the file that is there then. A new one has to come here.
USES: dict[str, tuple[t.Callable[[str], None], str]] = {
    "credentials_path": (_stored, "given"),
    "store_path": (_stored, "given"),
    "saml_metadata_file": (_read, "given"),
    "accepted_risks_file": (_accepted, "given"),
    "previous": (_compared, "given"),
    "root_users": (_shown, "given"),
    "result_file": (_audited, "given"),
    "folder": (_reported, "given/access-report-overview.json"),
}


# What is in the file that is there already.
INPUTS: dict[t.Callable[[str], None], str] = {
    _read: METADATA,
    _accepted: "[]",
    _compared: "no report",
    _shown: "no audit",
}


@pytest.mark.parametrize("name", [name for name, _option in PATHS])
@pytest.mark.parametrize("way", ["ours/given", "./ours/given", "ours/../ours/given", "$OURS/given"])
def test_each_path_begins_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, way: str
) -> None:
    use, file = next(made for end, made in USES.items() if name.endswith(end))
    (tmp_path / "ours").mkdir(mode=0o700)
    if use in INPUTS:
        (tmp_path / "ours" / "given").write_text(INPUTS[use])
    monkeypatch.setenv("OURS", "ours")
    monkeypatch.setattr(ActionBase, "run", lambda *_args: {})
    monkeypatch.chdir(tmp_path)
    use(way)
    assert (tmp_path / "ours" / file).is_file()
    assert [entry.name for entry in tmp_path.iterdir()] == ["ours"]


def test_paths_of_modules_are_read_on_the_control_node() -> None:
    actions = {path.stem for path in ROOT.glob("plugins/action/*.py")}
    assert {name.partition(".")[0] for name, _option in PATHS if "." in name} <= actions


def test_what_is_called_a_file_is_a_path() -> None:
    named = {name: option.get("type") for name, option in OPTIONS if name.endswith(("_file", "_folder", ".folder"))}
    assert set(named.values()) == {"path"}, named


def test_no_default_leads_to_the_root_folder_where_there_is_no_home() -> None:
    for defaults in ROOT.glob("roles/*/defaults/main.yml"):
        assert "HOME" not in defaults.read_text(), defaults

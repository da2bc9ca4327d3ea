# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan files that are not what they should be, and the variables of change control."""

from __future__ import annotations

import json
import os
import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._change_control.input import (
    Settings,
    Signers,
    read_settings,
    seconds,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._change_control.model import (
    PLANNER,
    Document,
    Made,
    Seen,
    digest,
    document,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.items import USER, Item, Plan
from ansible_collections.cloudhsm.iam.plugins.plugin_utils import _plan_files
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._change_control import ChangeControl
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._plan_files import MARK, PlanFileError, load, write

ACCOUNT = "1" * 12
NOW = 1_800_000_000


def plan(kind: str = "provision_users", account: str = ACCOUNT, at: int = NOW) -> Document:
    items = Plan([Item(USER, "eve", "created", None, {"path": "/"}, [{"operation": "create_user"}])])
    seen = Seen(account, "aws", {"user eve": None})
    return document(kind, {}, seen, items, Made(at, f"arn:aws:iam::{account}:user/me", "1.1.0"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    made = tmp_path / "plan.json"
    write(str(made), plan())
    return made


def control(path: Path, **settings: t.Any) -> ChangeControl:
    return ChangeControl(Settings(apply_plan_file=str(path), **settings), "provision_users")


def opened(path: Path, **settings: t.Any) -> str:
    return "; ".join(control(path, **settings).open())


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW + 60)


def sealed(path: Path, change: t.Callable[[Document], object]) -> None:
    """Change a plan as somebody does who knows how its digests are made."""
    told = json.loads(path.read_text())
    change(told)
    told["digest"] = digest(told["plan"])
    told["file_digest"] = digest({key: value for key, value in told.items() if key != "file_digest"})
    path.write_text(json.dumps(told))


def test_a_plan_is_read_as_it_was_written(path: Path) -> None:
    assert opened(path) == ""
    assert load(str(path))[0] == plan()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda path: path.write_text("x"), "is not JSON"),
        (lambda path: path.write_text("[" * 100_000), "is not JSON"),
        (lambda path: path.write_text("[]"), "is not a plan file of this collection"),
        (lambda path: path.write_text(path.read_text().replace("eve", "mallory")), "was changed after it was written"),
        (lambda path: path.write_text(path.read_text().replace('"format": 1', '"format": 2')), "has the format 2"),
        (lambda path: path.chmod(0o620), "other users can change"),
        (lambda path: path.unlink(), "can't be read: No such file"),
        (lambda path: sealed(path, lambda told: told["plan"].update(steps={})), "is not a plan file of this"),
        (lambda path: sealed(path, lambda told: told["made"].update(at="soon")), "is not a plan file of this"),
        (lambda path: sealed(path, lambda told: told["plan"].update(planner=PLANNER + 1)), "made by planner"),
        (lambda path: sealed(path, lambda told: told["plan"].update(kind="teardown")), "is a plan for teardown"),
        (lambda path: sealed(path, lambda told: told["made"].update(at="2036-01-01T00:00:00Z")), "in the future"),
        (lambda path: Path(f"{path}{MARK}").write_text("x"), "is not the mark of a plan"),
    ],
)
def test_a_wrong_file_is_refused(path: Path, change: t.Callable[[Path], object], said: str) -> None:
    change(path)
    assert said in opened(path)


def test_what_is_no_file_is_refused(path: Path) -> None:
    link, fifo, large = (path.parent / name for name in ("link", "fifo", "large"))
    link.symlink_to(path)
    os.mkfifo(fifo)
    with large.open("wb") as stream:
        stream.truncate(_plan_files.LARGEST + 1)
    large.chmod(0o600)
    assert "is a symlink" in opened(link)
    assert "is not a regular file" in opened(fifo)
    assert "is larger than" in opened(large)
    assert "is not a regular file" in opened(path.parent)


def test_a_plan_gets_old_until_it_is_begun(path: Path) -> None:
    assert opened(path, max_age=60) == ""
    assert "plan_max_age: the plan is 60 seconds old, and 59 are allowed" in opened(path, max_age=59)
    running = control(path, max_age=60)
    assert list(running.open()) == []
    running.begin("arn:me")
    mark = json.loads(Path(f"{path}{MARK}").read_text())
    assert (mark["state"], mark["digest"]) == ("begun", plan()["digest"])
    Path(f"{path}{MARK}").write_text(json.dumps({**mark, "at": "2027-01-15T08:00:30Z"}))
    Path(f"{path}{MARK}").chmod(0o600)
    assert opened(path, max_age=40) == ""


def test_another_digest_than_the_approved_one_is_refused(path: Path) -> None:
    assert opened(path, approved_digest=plan()["digest"]) == ""
    assert "has another digest" in opened(path, approved_digest="0" * 64)


def test_a_plan_that_nobody_signed_is_refused(path: Path) -> None:
    assert "plan_signers: " in opened(path, signers=Signers("allowed_signers"))


def test_only_an_older_plan_of_the_same_run_is_replaced(path: Path) -> None:
    write(str(path), plan(at=NOW + 5))
    for other, said in (
        (plan(account="2" * 12), "a plan for the account 111111111111"),
        (plan("teardown"), "another run"),
    ):
        with pytest.raises(PlanFileError, match=said):
            write(str(path), other)
    control(path).begin("nobody: the plan was not opened")
    running = control(path)
    assert list(running.open()) == []
    running.begin("arn:me")
    with pytest.raises(PlanFileError, match="was begun and is not finished"):
        write(str(path), plan())
    running.finish("arn:me")
    write(str(path), plan(at=NOW + 9))
    assert control(path).begun("created", "user") == set()


def test_what_others_could_write_to_is_no_place(tmp_path: Path) -> None:
    tmp_path.chmod(0o770)
    with pytest.raises(PlanFileError, match="other users can write to the folder"):
        write(str(tmp_path / "plan.json"), plan())
    tmp_path.chmod(0o700)
    other = tmp_path / "notes.txt"
    other.write_text("mine")
    with pytest.raises(PlanFileError, match="is not JSON; name another file"):
        write(str(other), plan())
    assert other.read_text() == "mine"
    with pytest.raises(PlanFileError, match="is a folder"):
        write(str(tmp_path), plan())


def test_a_tampered_type_is_a_sentence(path: Path) -> None:
    sealed(path, lambda told: told["plan"]["account"].update({"user eve": {"groups": 5}}))
    running = control(path)
    assert list(running.open()) == []
    assert "apply_plan_file" in running.settle(plan())[0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (90, 90),
        ("90", 90),
        ("8h", 28800),
        ("2 d", 172800),
        ("5m", 300),
        ("soon", None),
        (True, None),
        (1.5, None),
        (-1, None),
    ],
)
def test_ages(value: object, expected: int | None) -> None:
    assert seconds(value) == expected


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"plan_file": 5}, "plan_file: must be text"),
        ({"apply_plan_file": ["a"]}, "apply_plan_file: must be text"),
        ({"apply_plan_file": "p", "plan_max_age": "8 weeks"}, "plan_max_age: must be a number of seconds"),
        ({"approved_plan_digest": "abc"}, "approved_plan_digest: must be the 64 hexadecimal digits"),
        ({"plan_signers": 5}, "plan_signers: must be the path of a file"),
        ({"plan_signers": {"allowed": "x"}}, "plan_signers: has no allowed; did you mean allowed_signers?"),
        ({"plan_signers": {}}, "plan_signers: needs allowed_signers or gpg_keyring"),
        ({"plan_signers": {"gpg_keyring": "x", "required": 0}}, "plan_signers: required: must be"),
        ({"plan_signers": "x"}, "plan_signers: needs apply_plan_file"),
        ({"plan_max_age": "8h", "approved_plan_digest": "0" * 64}, "plan_max_age: needs apply_plan_file"),
        ({"plan_file": "p"}, "plan_file: only check mode writes a plan"),
        ({"plan_file": "p", "apply_plan_file": "p"}, "plan_file: a run either writes a plan or applies one"),
    ],
)
def test_wrong_variables_are_told(given: dict[str, t.Any], said: str) -> None:
    _settings, problems = read_settings(given, check_mode=False)
    assert any(problem.startswith(said) for problem in problems), problems


def test_right_variables_are_read() -> None:
    given = {"apply_plan_file": "p", "plan_max_age": "8h", "plan_signers": {"gpg_keyring": "k", "required": "2"}}
    settings, problems = read_settings({**given, "plan_file": "", "approved_plan_digest": None}, check_mode=False)
    assert (problems, settings) == ([], Settings("", "p", 28800, "", Signers("", "k", 2)))

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs are recorded in a folder or a bucket: begun before their first write, ended afterwards, and found again."""

from __future__ import annotations

import copy
import json
import os
import typing as t
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from unittest import mock

import boto3.session
import jsonschema
import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.model import NAME, Begun, read
from ansible_collections.cloudhsm.iam.plugins.plugin_utils import _private_files
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._plan_history import PlanHistory
from helpers.accounts import reviewed
from helpers.accounts.everything import ACCOUNT
from helpers.accounts.reviewed import CANARY, Run
from helpers.modules.in_process import Result, actions, run_action
from helpers.moto.in_process import Account, account
from helpers.moto.kills import KilledError, killed_at

SCHEMA = json.loads((Path(__file__).parents[4] / "docs/plan_history.schema.json").read_text())
RUNS = reviewed.RUNS
BUCKET = "example-history"
S3 = {"HeadBucket", "HeadObject", "PutObject", "GetObject", "ListObjectsV2", "GetObjectTagging"}


def s3() -> t.Any:
    return boto3.session.Session().client("s3")


class Recorded:
    """A run whose history is kept, in an account in this process."""

    def __init__(self, aws: Account, folder: Path, name: str, location: str = "") -> None:
        folder.chmod(0o700)
        self.aws = aws
        self.folder = folder / "history"
        self.location = location or str(self.folder)
        self.what: Run = reviewed.run_called(name, folder)
        reviewed.prepare()
        self.what.make(self.what.variables)
        if self.what.before:
            before = self.what.before
            made = run_action(before.action, before.options, copy.deepcopy(before.variables))
            assert made.get("changed"), made

    def run(self, *, check_mode: bool = False, **more: t.Any) -> Result:
        self.aws.calls.clear()
        play = {**copy.deepcopy(self.what.variables), "plan_history": self.location, **more}
        return run_action(self.what.action, self.what.options, play, check_mode=check_mode)

    @property
    def writes(self) -> list[str]:
        """Calls to IAM that change something."""
        return [call for call in self.aws.writes if call not in S3]

    def entries(self) -> list[dict[str, t.Any]]:
        """The entries in the folder, in their order, as they lie there."""
        found = []
        for path in sorted(self.folder.iterdir()) if self.folder.exists() else ():
            assert path.stat().st_mode & 0o777 == 0o600
            assert CANARY not in path.read_text()
            entry = read(path.name, path.read_bytes())
            jsonschema.validate(entry, SCHEMA)
            found.append(entry)
        return found

    def history(self, **asked: t.Any) -> Result:
        return run_action("plan_history_info", {"history": self.location, **asked}, {})


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Recorded]]:
    """Makes an account, with the run of that name."""
    with account() as aws, actions():
        yield lambda name, location="": Recorded(aws, tmp_path, name, location)


@pytest.mark.parametrize("name", RUNS)
def test_a_run_is_recorded_and_one_without_a_change_is_not(begin: Callable[..., Recorded], name: str) -> None:
    case = begin(name)
    planned = case.run(check_mode=True)
    assert (case.writes, case.folder.exists()) == ([], False), planned.get("msg")
    done = case.run()
    assert done["changed"] is True, done.get("msg")
    assert case.folder.stat().st_mode & 0o777 == 0o700
    (entry,) = case.entries()
    assert (entry["outcome"], entry["kind"], entry["account_id"]) == ("applied", case.what.kind, ACCOUNT)
    assert entry["digest"] == planned["plan"]["digest"] == done["plan"]["digest"]
    assert entry["lines"] == planned["plan"]["lines"]
    assert (entry["not_done"], entry["reason"], entry["approval"]) == ([], None, {"how": "none"})
    assert entry["by"].startswith("arn:aws:")
    assert entry["begun"] <= entry["ended"]
    assert entry["objects"]
    assert all(each["action"] != "unchanged" for each in entry["objects"])
    if case.what.kind == "offboard_users":
        case.what.variables["user_offboarding_missing"] = "ignore"
    again = case.run()
    if case.what.always or case.what.leaves:
        assert [each["outcome"] for each in case.entries()] == ["applied", "applied"]
        return
    assert (again["changed"], case.writes, len(case.entries())) == (False, [], 1), again.get("msg")


def test_a_plan_that_was_approved_is_recorded_with_how_and_also_when_nothing_is_left(
    begin: Callable[..., Recorded], tmp_path: Path
) -> None:
    case = begin("provisioning")
    plan = tmp_path / "plan.json"
    planned = case.run(check_mode=True, plan_file=str(plan))
    made = json.loads(plan.read_text())
    for _turn in range(2):
        done = case.run(apply_plan_file=str(plan))
        assert not done.get("failed"), done["msg"]
    first, second = case.entries()
    assert (first["outcome"], second["outcome"]) == ("applied", "unchanged")
    assert first["approval"] == {
        "how": "plan_file",
        "made_at": made["made"]["at"],
        "made_by": made["made"]["by"],
        "file_digest": made["file_digest"],
        "signers": [],
    }
    assert first["digest"] == planned["plan"]["digest"] != second["digest"]
    assert (second["objects"], second["ended"]) == ([], second["begun"])
    digest = case.run(check_mode=True)["plan"]["digest"]
    assert case.run(approved_plan_digest=digest)["changed"] is False
    assert case.entries()[-1]["approval"] == {"how": "digest"}


@pytest.mark.parametrize("after", [False, True])
def test_a_run_that_is_killed_is_begun_and_never_ended(begin: Callable[..., Recorded], after: bool) -> None:
    case = begin("provisioning")
    with pytest.raises(KilledError), killed_at(1, after=after):
        case.run()
    (entry,) = case.entries()
    assert (entry["outcome"], entry["ended"]) == ("begun", None)
    assert "begun, never ended" in case.history()["lines"][0]
    assert case.run()["changed"] is True
    assert [each["outcome"] for each in case.entries()] == ["begun", "applied"]


def test_a_failure_tells_what_was_not_done_and_why(begin: Callable[..., Recorded]) -> None:
    case = begin("provisioning")
    case.aws.denied = {"CreateLoginProfile"}
    told = case.run()
    assert told["failed"]
    (entry,) = case.entries()
    assert (entry["outcome"], entry["reason"]) == ("failed", told["msg"])
    assert "iam:CreateLoginProfile" in entry["reason"]
    assert entry["not_done"] == ["user alice"]
    assert {"object": "user dave", "action": "deleted"} in entry["objects"]
    lines = case.history()["lines"]
    assert "    Not done: user alice" in lines
    assert lines[-1] == f"1 run in {case.folder}: 1 failed"


def test_a_failure_between_parts_tells_the_parts_that_are_left(begin: Callable[..., Recorded]) -> None:
    case = begin("bootstrap")
    case.aws.denied = {"CreateUser"}
    assert case.run()["failed"]
    (entry,) = case.entries()
    assert "user alice" in entry["not_done"]
    assert any(each.startswith("service-linked role") for each in entry["not_done"])
    assert "group Administrators" not in entry["not_done"]


def test_whatever_goes_wrong_is_recorded_without_its_text(begin: Callable[..., Recorded]) -> None:
    case = begin("provisioning")
    apply = "ansible_collections.cloudhsm.iam.plugins.plugin_utils._page_action.PageAction.apply"
    with mock.patch(apply, side_effect=RuntimeError(CANARY)), pytest.raises(RuntimeError):
        case.run()
    (entry,) = case.entries()
    assert (entry["outcome"], entry["reason"]) == ("failed", "the run ended with RuntimeError")


@pytest.mark.parametrize("denied", [(), ("CreateLoginProfile",)])
def test_a_history_that_breaks_meanwhile_is_told_and_hides_nothing(
    begin: Callable[..., Recorded], denied: tuple[str, ...]
) -> None:
    case = begin("provisioning")
    case.aws.denied = set(denied)
    write, full = _private_files.OwnFolder.write, OSError(28, "No space left on device")
    with mock.patch.object(_private_files.OwnFolder, "write", autospec=True, side_effect=[None, full]) as wrote:
        wrote.side_effect = lambda own, content: write(own, content) if wrote.call_count == 1 else _fail(full)
        told = case.run()
    outcome = "failed" if denied else "applied"
    assert (bool(told.get("failed")), told["changed"]) == (bool(denied), True)
    (warning,) = (each for each in told["warnings"] if "history" in each)
    assert warning.startswith(f"The run has ended ({outcome}), and the history could not be told so")
    assert "No space left on device" in warning
    assert [entry["outcome"] for entry in case.entries()] == ["begun"]


def _fail(exc: Exception) -> t.NoReturn:
    raise exc


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.mkdir(mode=0o755), "is open to other users"),
        (lambda path: path.symlink_to("elsewhere"), "is a symlink; name the folder itself"),
        (lambda path: path.write_text(""), "is not a folder"),
        (os.mkfifo, "is not a folder"),
    ],
)
def test_a_folder_that_is_not_safe_is_refused_beside_all_else(
    begin: Callable[..., Recorded], make: Callable[[Path], None], said: str
) -> None:
    case = begin("provisioning")
    make(case.folder)
    case.folder.parent.joinpath("elsewhere").mkdir(mode=0o700)
    case.what.variables["user_provisioning_users"].append({"name": "no name"})
    told = case.run()
    assert case.run(check_mode=True)["msg"] == told["msg"]
    assert (told["failed"], case.aws.writes) == (True, [])
    assert "plan_history: " in told["msg"]
    assert said in told["msg"]
    assert "no name" in told["msg"]


@pytest.mark.parametrize(
    ("location", "said"),
    [
        (7, "plan_history: must be text"),
        ("s3:/bucket", "must be the path of a folder, or s3://BUCKET/PREFIX"),
        ("https://bucket.s3.amazonaws.com/", "must be the path of a folder, or s3://BUCKET/PREFIX"),
        ("s3://", "'' can't be the name of a bucket"),
        ("s3://No_Bucket/x", "'No_Bucket' can't be the name of a bucket"),
        ("s3://bucket/a//b", "the prefix 'a//b' must be"),
        ("s3://bucket/../b", "the prefix '../b' must be"),
        ("s3://bucket/a b", "the prefix 'a b' must be"),
    ],
)
def test_a_location_that_is_none_is_refused(begin: Callable[..., Recorded], location: t.Any, said: str) -> None:
    case = begin("provisioning")
    told = case.run(plan_history=location)
    assert (said in told["msg"], case.aws.writes) == (True, []), told["msg"]
    read = run_action("plan_history_info", {"history": location}, {})
    assert read["failed"]
    assert read["msg"].startswith("history: ")


def test_a_bucket_keeps_and_tells_the_same(begin: Callable[..., Recorded]) -> None:
    case = begin("provisioning", f"s3://{BUCKET}/iam/")
    missing = case.run(check_mode=True)
    assert "plan_history: Could not read the history in s3://example-history/iam/: " in missing["msg"]
    assert case.run()["msg"] == missing["msg"]
    s3().create_bucket(Bucket=BUCKET)
    assert not case.run(check_mode=True).get("failed")
    assert "PutObject" not in case.aws.calls
    done = case.run()
    assert done["changed"] is True, done.get("msg")
    assert case.aws.calls.count("PutObject") == 2
    assert "PutObjectAcl" not in case.aws.calls
    listed = s3().list_objects_v2(Bucket=BUCKET)["Contents"]
    (key,) = (each["Key"] for each in listed)
    assert NAME.fullmatch(key.removeprefix("iam/"))
    s3().put_object(Bucket=BUCKET, Key="iam/notes.txt", Body=b"x")
    damaged = key[:-6] + ("1" if key[-6] == "0" else "0") + ".json"
    s3().put_object(Bucket=BUCKET, Key=damaged, Body=b"{")
    s3().put_object(Bucket=BUCKET, Key="iam/", Body=b"")
    told = case.history(since="1d", caller="moto", object_name="user alice", account_ids=[ACCOUNT])
    (entry,) = told["entries"]
    jsonschema.validate({key: value for key, value in entry.items() if key != "name"}, SCHEMA)
    assert (entry["outcome"], entry["lines"]) == ("applied", done["plan"]["lines"])
    assert CANARY not in json.dumps(told)
    assert told["skipped_entries"] == [
        "notes.txt is not an entry of the history",
        f"{damaged.removeprefix('iam/')} is damaged: it is not JSON",
    ]
    assert case.history(since="2999-01-01")["entries"] == []
    assert case.history(until="2000-01-01")["entries"] == []
    assert len(case.history(until="2999-01-01")["entries"]) == 1


def test_a_bucket_that_refuses_the_write_stops_the_run(begin: Callable[..., Recorded]) -> None:
    case = begin("provisioning", f"s3://{BUCKET}")
    s3().create_bucket(Bucket=BUCKET)
    case.aws.denied = {"PutObject"}
    told = case.run()
    assert (told["failed"], case.writes) == (True, [])
    assert told["msg"].startswith(f"Nothing was changed. plan_history: s3://{BUCKET}/")
    assert "can't be written: " in told["msg"]


def test_what_is_no_entry_is_named_and_never_followed(begin: Callable[..., Recorded], tmp_path: Path) -> None:
    case = begin("provisioning")
    case.run()
    (path,) = case.folder.iterdir()
    others = [path.name.replace(path.name[-13:-5], f"0000000{number}") for number in range(8)]
    entry = json.loads(path.read_text())
    (case.folder / others[0]).symlink_to(path)
    os.mkfifo(case.folder / others[1])
    (case.folder / others[2]).write_text("[" * 100_000)
    (case.folder / others[3]).write_text(json.dumps({**entry, "lines": [1]}))
    (case.folder / others[4]).write_text(json.dumps({**entry, "account_id": "9" * 12}))
    (case.folder / others[5]).write_text(json.dumps({**entry, "format": 2}))
    (case.folder / others[7]).write_text(json.dumps({**entry, "reason": "\ud800"}))
    with (case.folder / others[6]).open("wb") as large:
        large.truncate(9 * 1024 * 1024)
    (case.folder / "notes\n.txt").write_text("x")
    for each in case.folder.iterdir():
        if each.is_file() and not each.is_symlink():
            each.chmod(0o600)
    told = case.history()
    assert [each["name"] for each in told["entries"]] == [path.name]
    said = "; ".join(told["skipped_entries"])
    for words in (
        r"'notes\n.txt' is not an entry of the history",
        f"{others[0]} is a symlink",
        f"{others[1]} is not a regular file",
        f"{others[2]} is damaged: it is not JSON",
        f"{others[3]} is damaged: it is not an entry of the history",
        f"{others[4]} is not what its name says",
        f"{others[5]} has the format 2, and this version reads 1",
        f"{others[6]} is larger than",
        f"{others[7]} is damaged: it is not JSON",
    ):
        assert words in said
    path.chmod(0o666)
    assert f"{path.name} can be changed by other users" in case.history()["skipped_entries"]
    case.folder.chmod(0o777)
    assert "other users can write to the folder" in case.history()["msg"]
    link = tmp_path / "link"
    link.symlink_to(case.folder)
    assert "is a symlink; name the folder itself" in case.history(history=str(link))["msg"]
    assert "can't be read: No such file" in case.history(history=str(tmp_path / "none"))["msg"]


def test_entries_are_found_by_when_who_and_what(tmp_path: Path) -> None:
    history = tmp_path / "history"
    asked = {"history": str(history)}

    def keep(at: str, kind: str, by: str, *objects: dict[str, str], number: str = ACCOUNT) -> None:
        arn = f"arn:aws:iam::{number}:{by}"
        run = Begun(kind, number, "aws", arn, "a" * 64, ["+ x\x1b[2J"], objects, {}, {"how": "none"})
        seconds = datetime.fromisoformat(f"{at}Z").timestamp()
        with mock.patch("time.time", return_value=seconds):
            PlanHistory(str(history), lambda *_asked: {}).keep(run, "unchanged")

    eve = {"object": "user eve", "action": "created"}
    keep("2026-01-01T00:00:00", "provision_users", "user/ops/alice", eve)
    keep("2026-01-02T23:59:59.5", "admin_group HSM+", "user/bob", {"object": "group HSM+", "action": "changed"})
    keep(
        "2026-01-03T12:00:00",
        "change_user",
        "assumed-role/Ops/carol",
        {"object": "user eva", "action": "renamed", "old_name": "eve"},
        number="222222222222",
    )

    def found(**more: t.Any) -> str:
        with actions():
            told = run_action("plan_history_info", {**asked, **more}, {})
        assert not told.get("failed"), told["msg"]
        return " ".join(entry["begun"][8:10] for entry in told["entries"])

    assert found() == "01 02 03"
    assert (found(since="2026-01-02"), found(until="2026-01-02"), found(until="2026-01-02T12:00:00Z")) == (
        "02 03",
        "01 02",
        "01",
    )
    assert (found(since="2026-01-03T14:00:00+02:00"), found(since="1d")) == ("03", "")
    assert (found(caller="alice"), found(caller="ops"), found(caller="arn:*:user/*"), found(caller="user/bob")) == (
        "01",
        "01 03",
        "01 02",
        "02",
    )
    assert (found(object_name="eve"), found(object_name="user ev?"), found(object_name="HSM[+]")) == (
        "01 03",
        "01 03",
        "",
    )
    assert (found(object_name="hsm+"), found(object_name="group *"), found(object_name="group eve")) == ("02", "02", "")
    assert (found(account_ids=["222222222222"]), found(account_ids=ACCOUNT)) == ("03", "01 02")
    with actions():
        few = run_action("plan_history_info", {**asked, "most": 2}, {"history_most": 1})
        by_variables = run_action(
            "plan_history_info", {**asked, "variables_prefix": "history_"}, {"history_since": "soon", "history_most": 0}
        )
    assert few["more"]
    assert "Older runs were left out: these are the newest 2" in few["lines"]
    assert not [line for line in few["lines"] if "\x1b" in line]
    assert by_variables["problems"][0].startswith("history_since: 'soon' is not a time; give a day")
    assert by_variables["problems"][1] == "history_most: must be between 1 and 10000, not 0"


def test_what_only_compares_keeps_no_history_and_what_has_no_plan_refuses(tmp_path: Path) -> None:
    with account(), actions():
        play = {"plan_history": str(tmp_path / "history"), "bootstrap_teardown_confirm": ACCOUNT}
        compared = run_action("iam_administration", {"provisioned_users": True}, play, check_mode=True)
        assert not compared.get("failed"), compared["msg"]
        assert not (tmp_path / "history").exists()
        with pytest.raises(Exception, match=r"plan_history: .* has no plan that a history could keep; leave it out"):
            run_action("iam_service_linked_role", {"service_name": "cloudhsm.amazonaws.com"}, play)

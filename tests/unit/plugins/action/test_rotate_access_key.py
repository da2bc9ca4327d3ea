# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An access key is rotated, on an account in this process."""

from __future__ import annotations

import datetime
import typing as t
from pathlib import Path
from unittest import mock

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials import keys as planning
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials import snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import StoreError
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._credentials_files import FileKey
from helpers.accounts.credentials import ACCOUNT, Keys, answer_lost, client, people, run, tags_of
from helpers.modules.in_process import run_action
from helpers.moto.in_process import Account
from helpers.moto.kills import KilledError, killed_at
from moto.iam.models import iam_backends


@pytest.fixture
def aws() -> t.Iterator[Account]:
    with people() as made:
        yield made


@pytest.fixture(autouse=True)
def nobody_waits() -> t.Iterator[None]:
    """A note in the store is that of a run that has ended."""
    with mock.patch.object(planning, "PATIENCE", 0):
        yield


@pytest.fixture(params=["file", "secretsmanager", "ssm_parameter"])
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> Keys:
    return Keys(request.param, tmp_path)


def raw_keys() -> list[t.Any]:
    """svc-backup's keys as the emulator has them, the oldest first."""
    return list(iam_backends[ACCOUNT]["aws"].get_user("svc-backup").access_keys)


def ids() -> list[str]:
    return [key.access_key_id for key in raw_keys()]


def use(key: t.Any, minutes: float = 1) -> None:
    """Have AWS see a key used, so many minutes from now."""
    when = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes)
    key.last_used = mock.Mock(timestamp=when.strftime("%Y-%m-%dT%H:%M:%SZ"), service="s3", region="us-east-1")


def _days_ago(days: int) -> None:
    """Let the old key have been inactive for so long."""
    words = tags_of("svc-backup")["cloudhsm.iam/access-key-rotation"].split()
    when = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
    value = " ".join([*words[:2], when.strftime("%Y-%m-%dT%H:%M:%SZ")])
    client().tag_user(UserName="svc-backup", Tags=[{"Key": "cloudhsm.iam/access-key-rotation", "Value": value}])


def test_a_key_is_rotated_step_by_step(aws: Account, keys: Keys) -> None:
    (old,) = raw_keys()
    planned = keys.rotate(check_mode=True)
    assert (planned["stage"], aws.writes, keys.entry()) == ("created", [], None)
    made = keys.rotate()
    new = raw_keys()[1]
    assert made["stage"] == "created"
    assert made["created_access_key_id"] == new.access_key_id
    assert keys.entry() == (new.access_key_id, new.secret_access_key, "set")
    assert new.secret_access_key not in str(made)
    assert made["lines"][0].startswith(f"~ user svc-backup: new access key {new.access_key_id} to ")
    # Nobody has used it yet.
    aws.calls.clear()
    waiting = keys.rotate()
    assert (waiting["stage"], waiting["changed"], aws.writes) == ("waits_for_use", False, [])
    use(new, 10)
    use(old, 11)
    assert keys.rotate()["stage"] == "waits_for_disuse"
    use(new, 12)
    assert aws.writes == []
    planned = keys.rotate(check_mode=True)
    assert (planned["stage"], aws.writes) == ("deactivated", [])
    made = keys.rotate()
    assert made["lines"][0] == f"~ user svc-backup: access keys inactive: {old.access_key_id}"
    assert (old.status, new.status) == ("Inactive", "Active")
    # Without a time to wait, it stays.
    aws.calls.clear()
    assert keys.rotate()["stage"] == "waits_for_deletion"
    assert "stays until a run with delete_after_days" in keys.rotate()["next"][0]
    _days_ago(6)
    aws.calls.clear()
    assert keys.rotate(delete_after_days=7)["stage"] == "waits_for_deletion"
    assert aws.writes == []
    _days_ago(8)
    done = keys.rotate(delete_after_days=7)
    assert (done["stage"], ids(), tags_of("svc-backup")) == ("finished", [new.access_key_id], {})
    assert done["lines"][0] == f"~ user svc-backup: access keys -{old.access_key_id}"
    # And from the beginning.
    assert keys.rotate(min_age_days=1)["stage"] == "young"
    assert keys.rotate()["stage"] == "created"
    assert keys.entry() == (raw_keys()[1].access_key_id, raw_keys()[1].secret_access_key, "set")


@pytest.mark.parametrize("after", [False, True])
def test_no_secret_is_lost_when_a_run_is_killed(aws: Account, keys: Keys, after: bool) -> None:
    """Whichever write of the creation is the last: the run after it ends with a key whose secret is in the store."""
    assert aws
    for number in range(1, 12):
        before = set(ids())
        try:
            with killed_at(number, after=after):
                keys.rotate()
        except KilledError:
            keys.rotate()
        else:
            break
        assert len(ids()) == 2
        new = next(key for key in raw_keys() if key.access_key_id not in before)
        assert keys.entry() == (new.access_key_id, new.secret_access_key, "set"), number
        old = next(iter(before))
        assert tags_of("svc-backup")["cloudhsm.iam/access-key-rotation"] == f"{new.access_key_id} {old}"
        # The store keeps what it has: the next rotation begins with an entry.
        client().delete_access_key(UserName="svc-backup", AccessKeyId=old)
        assert keys.rotate()["stage"] == "finished"
    assert number >= 2


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("days", [None, 0])
def test_the_other_steps_survive_a_kill(aws: Account, tmp_path: Path, after: bool, days: int | None) -> None:
    keys = Keys("file", tmp_path)
    (old,) = raw_keys()
    keys.rotate()
    new = raw_keys()[1]
    use(new)
    if days is not None:
        keys.rotate()
        _days_ago(1)
    for number in (1, 2):
        try:
            with killed_at(number, after=after):
                keys.rotate(delete_after_days=days)
        except KilledError:
            aws.calls.clear()
            keys.rotate(delete_after_days=days)
    assert new.status == "Active"
    if days is None:
        assert old.status == "Inactive"
    else:
        assert new.access_key_id in ids()
        assert old.access_key_id not in ids()


@pytest.mark.parametrize("place", ["begin", "keep", "settle"])
def test_a_kill_at_the_file_loses_no_secret(aws: Account, tmp_path: Path, place: str) -> None:
    assert aws
    keys = Keys("file", tmp_path)
    (old,) = ids()
    with mock.patch.object(FileKey, place, side_effect=KilledError), pytest.raises(KilledError):
        keys.rotate()
    orphan = (set(ids()) - {old}) if place == "keep" else set()
    assert (keys.entry() or [""])[-1] == ("pending" if place != "begin" else "")
    made = keys.rotate()
    new = raw_keys()[-1]
    assert keys.entry() == (new.access_key_id, new.secret_access_key, "set")
    assert orphan.isdisjoint(ids())
    assert len(ids()) == 2
    operations = [change["operation"] for change in made["changes"]]
    assert (
        operations
        == {
            "begin": ["create_access_key", "tag_user"],
            "keep": ["delete_access_key", "create_access_key", "tag_user"],
            "settle": ["tag_user"],
        }[place]
    )
    planned = keys.rotate(check_mode=True)
    assert planned["stage"] == "waits_for_use"


@pytest.mark.parametrize("place", ["begin", "keep", "settle"])
def test_a_plan_of_a_new_key_is_finished_where_its_secret_is_stored(aws: Account, tmp_path: Path, place: str) -> None:
    keys = Keys("file", tmp_path)
    tmp_path.chmod(0o700)
    plan = tmp_path / "plan.json"

    def run(check_mode: bool = False, **variables: object) -> dict[str, t.Any]:
        options = {"job": "rotate_access_key", "user": "svc-backup", **keys.options}
        return run_action("iam_user_credentials", options, variables, check_mode=check_mode)

    planned = run(check_mode=True, plan_file=str(plan))
    assert planned["plan"]["lines"][0] == "~ user svc-backup: new access key to credentials_store"
    (old,) = ids()
    with mock.patch.object(FileKey, place, side_effect=KilledError), pytest.raises(KilledError):
        run(apply_plan_file=str(plan))
    aws.calls.clear()
    rest = run(apply_plan_file=str(plan))
    if place == "keep":
        # The key has to be deleted, which the plan does not do.
        assert "the rest of the plan is another one now: plan: user svc-backup" in rest["msg"]
        assert aws.writes == []
        assert not keys.rotate().get("failed")
    else:
        assert not rest.get("failed"), rest["msg"]
    new = raw_keys()[-1]
    assert keys.entry() == (new.access_key_id, new.secret_access_key, "set")
    assert tags_of("svc-backup")["cloudhsm.iam/access-key-rotation"] == f"{new.access_key_id} {old}"
    assert new.secret_access_key not in plan.read_text() + str(rest)
    aws.calls.clear()
    again = run(apply_plan_file=str(plan))
    assert (again["changed"] if place != "keep" else False, aws.writes) == (False, [])


def _orphaned(keys: Keys) -> str:
    """A run that was killed before the secret was in the store; the key that it left."""
    before = set(ids())
    with mock.patch.object(FileKey, "keep", side_effect=KilledError), pytest.raises(KilledError):
        keys.rotate()
    return (set(ids()) - before).pop()


@pytest.mark.parametrize("why", ["used", "later", "earlier"])
def test_a_key_that_may_be_somebody_elses_is_not_deleted(aws: Account, tmp_path: Path, why: str) -> None:
    keys = Keys("file", tmp_path)
    orphan = next(key for key in [_orphaned(keys)])
    raw = next(key for key in raw_keys() if key.access_key_id == orphan)
    if why == "used":
        use(raw)
    else:
        raw.create_date += datetime.timedelta(minutes=3 if why == "later" else -3)
    aws.calls.clear()
    refused = keys.rotate()["msg"]
    assert "an earlier run was stopped at " in refused
    assert f"{orphan} (active, created " in refused
    assert aws.writes == []
    if why == "used":
        assert "is in use, so somebody has its secret" in keys.rotate(lost_key=orphan)["msg"]
        return
    made = keys.rotate(lost_key=orphan)
    assert orphan not in ids()
    assert keys.entry() == (made["created_access_key_id"], raw_keys()[-1].secret_access_key, "set")


def test_a_secret_that_cant_be_stored_is_no_key(aws: Account, tmp_path: Path) -> None:
    assert aws
    keys = Keys("file", tmp_path)
    (old,) = ids()
    with mock.patch.object(FileKey, "keep", side_effect=StoreError("credentials_path: no room")):
        failed = keys.rotate()
    assert "no room" in failed["msg"]
    assert "was deleted again, since nobody has its secret" in failed["msg"]
    assert (ids(), keys.entry()) == ([old], None)
    assert keys.rotate()["stage"] == "created"


def test_a_refused_creation_leaves_no_note(aws: Account, keys: Keys) -> None:
    aws.denied.add("CreateAccessKey")
    failed = keys.rotate()
    assert "may not call iam:CreateAccessKey" in failed["msg"]
    assert "Not done: create access key, tag user" in failed["msg"]
    assert keys.entry() is None
    aws.denied.clear()
    assert keys.rotate()["stage"] == "created"


def test_two_keys_of_which_nothing_is_known_are_refused(aws: Account, tmp_path: Path) -> None:
    keys = Keys("file", tmp_path)
    client().create_access_key(UserName="svc-backup")
    first, second = raw_keys()
    aws.calls.clear()
    refused = keys.rotate()["msg"]
    assert f"svc-backup has {first.access_key_id} (active, created " in refused
    assert "neither was created by this playbook" in refused
    assert aws.writes == []
    assert "old_key: svc-backup has " in keys.rotate(old_key="AKIAIOSFODNN7EXAMPLE")["msg"]
    use(second)
    made = keys.rotate(old_key=first.access_key_id)
    assert (made["stage"], first.status, second.status) == ("deactivated", "Inactive", "Active")
    assert "is the old key by the notes of an earlier run" in keys.rotate(old_key=second.access_key_id)["msg"]


def test_a_key_that_somebody_made_after_ours_is_not_taken_for_the_old_one(aws: Account, tmp_path: Path) -> None:
    assert aws
    keys = Keys("file", tmp_path)
    keys.rotate()
    old, new = raw_keys()
    client().delete_access_key(UserName="svc-backup", AccessKeyId=old.access_key_id)
    keys.rotate()
    client().create_access_key(UserName="svc-backup")
    theirs = raw_keys()[-1]
    theirs.create_date += datetime.timedelta(seconds=5)
    use(new)
    refused = keys.rotate()["msg"]
    assert f"{theirs.access_key_id} was created after it by somebody else" in refused
    use(theirs)
    assert keys.rotate(old_key=new.access_key_id)["stage"] == "deactivated"
    assert (theirs.status, new.status) == ("Active", "Inactive")


def test_the_first_key_is_created_only_if_it_is_said(aws: Account, tmp_path: Path) -> None:
    options = Keys("file", tmp_path).options
    assert aws
    assert (
        "eve has no access key; to create the first, set create_first"
        in run("rotate_access_key", "eve", **options)["msg"]
    )
    made = run("rotate_access_key", "eve", create_first=True, **options)
    assert (made["stage"], [change["operation"] for change in made["changes"]]) == ("created", ["create_access_key"])


def test_a_run_does_not_switch_off_its_own_key(aws: Account, tmp_path: Path) -> None:
    keys = Keys("file", tmp_path)
    keys.rotate()
    old, new = raw_keys()
    use(new)
    aws.calls.clear()
    with mock.patch.object(snapshot, "_own_key", return_value=old.access_key_id):
        refused = keys.rotate()["msg"]
    assert f"this run calls with {old.access_key_id}, which is to be switched off" in refused
    assert aws.writes == []


def test_an_answer_that_is_lost_is_looked_into_by_the_next_run(aws: Account, tmp_path: Path) -> None:
    assert aws
    keys = Keys("file", tmp_path)
    (old,) = ids()
    with answer_lost("CreateAccessKey"):
        failed = keys.rotate()["msg"]
    assert "It is not known whether a key was created; run again, which finds out" in failed
    lost = set(ids()) - {old}
    assert (len(lost), keys.entry()) == (1, ("", "", "pending"))
    assert keys.rotate()["stage"] == "created"
    assert lost.isdisjoint(ids())


def test_a_run_that_may_still_be_at_work_is_left_alone(aws: Account, tmp_path: Path) -> None:
    keys = Keys("file", tmp_path)
    _orphaned(keys)
    aws.calls.clear()
    with mock.patch.object(planning, "PATIENCE", planning.WINDOW):
        assert (
            "another run may be creating a key at this moment; if none is, run this again after "
            in keys.rotate()["msg"]
        )
    assert aws.writes == []

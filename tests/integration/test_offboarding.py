# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""People leave: their users are shown, locked out first and deleted, or suspended, left alone and brought back."""

from __future__ import annotations

import json
import re
import typing as t

import yaml
from helpers.accounts.everything import describe, prepare
from helpers.documents.case_files import case_bytes
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode, Run

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

LOCK_OUT = {
    "UpdateAccessKey",
    "DeleteLoginProfile",
    "DeleteSSHPublicKey",
    "DeleteSigningCertificate",
    "RemoveUserFromGroup",
    "DeleteUserPolicy",
    "DetachUserPolicy",
}
TASK = "cloudhsm.iam.user_offboarding : Lock out the users, and delete them unless they are only suspended"
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"


def offboard(node: ControlNode, names: object, *args: str, how: str = "offboard", **variables: t.Any) -> Run:
    given = json.dumps({"user_offboarding_users": names, **variables})
    return node.playbook(f"cloudhsm.iam.{how}_users", "-e", given, *args)


def test_leavers_are_shown_locked_out_first_and_deleted(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    prepare(iam)
    store = node.folder / "private" / "passwords.yml"
    store.parent.mkdir(mode=0o700)
    entries = {"leaver": {"password": "not-a-secret-1", "state": "set"}, "zoe": {"password": "x", "state": "set"}}
    store.write_text(yaml.safe_dump({"123456789012": entries}))
    stored: dict[str, t.Any] = {
        "user_offboarding_credentials_store": "file",
        "user_offboarding_credentials_path": str(store),
    }
    names = "leaver, loser\nnobody"
    stored["user_offboarding_missing"] = "ignore"
    predicted = offboard(node, names, "--check", "--diff", **stored)
    assert predicted.status == 0, predicted.output
    assert aws.writes == []
    (key,) = iam.list_access_keys(UserName="leaver")["AccessKeyMetadata"]
    for shown in (
        "- user leaver (1 access key, 1 MFA device, 1 SSH public key, 1 signing certificate",
        "password for the console",
        f"access keys {key['AccessKeyId']}",
        "MFA devices arn:aws:iam::123456789012:mfa/leaver",
        "groups Old",
        "policies /first",
        "inline policies inline",
        "SSH public keys APKA",
        "signing certificates ",
        "- user loser",
        "Nothing to do for nobody",
    ):
        assert shown in predicted.output, shown
    assert "not-a-secret-1" not in predicted.output
    before = describe(iam)

    made = offboard(node, names, **stored)
    assert made.status == 0, made.output
    assert made.changed_tasks == predicted.changed_tasks == [TASK]
    check_order(aws)
    gone = {name: user for name, user in before["users"].items() if name not in ("leaver", "loser")}
    assert describe(iam) == {**before, "users": gone, "virtual MFA devices": ["arn:aws:iam::123456789012:mfa/spare"]}
    assert list(yaml.safe_load(store.read_text())["123456789012"]) == ["zoe"]

    aws.clear()
    again = offboard(node, names, **stored)
    assert again.status == 0, again.output
    assert (again.changed_tasks, aws.writes) == ([], [])
    assert "Nothing to do for leaver, loser, nobody" in again.output


def check_order(aws: FaultProxy) -> None:
    """Nobody is gone on with before all are locked out."""
    actions = [call.action for call in aws.writes]
    rest = next(index for index, action in enumerate(actions) if action not in LOCK_OUT)
    assert not LOCK_OUT & set(actions[rest:])
    assert set(actions[:rest]) == LOCK_OUT


def test_whoever_must_stay_is_refused(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    iam.create_group(GroupName="Administrators")
    for name in ("ann", "glass", "bob"):
        iam.create_user(UserName=name)
    iam.tag_user(UserName="glass", Tags=[{"Key": "cloudhsm.iam/protected", "Value": "true"}])
    iam.add_user_to_group(UserName="ann", GroupName="Administrators")
    for how, verb in (("offboard", "deletes"), ("suspend", "suspends")):
        run = offboard(node, ["ann", "bob", "glass"], how=how, user_offboarding_max_deletions=1)
        assert run.status != 0
        assert f"the plan {verb} glass, marked as protected" in run.failure
        assert "leaves the protected group Administrators without members (now ann)" in run.failure
        assert ("more than user_offboarding_max_deletions allows (1)" in run.failure) == (how == "offboard")
    slip = offboard(node, "bob, bib", how="suspend")
    assert "there is no user 'bib' to suspend; did you mean 'bob'?" in slip.failure
    for names, problem in (
        (" ,", "line 1: has a comma with nothing before it"),
        ("\n", "user_offboarding_users: no user is named"),
        (case_bytes("offboard-pasted-table", "leavers.txt").decode(), "line 1: 'user' looks like the heading"),
        ([83], "item 1: must be text, not a number: put it in quotes, as YAML changes 0123 to 83"),
        ("bob\nb/ob", "line 2: 'b/ob' is no name that IAM allows"),
    ):
        run = offboard(node, names)
        assert run.status != 0
        assert problem in run.output
    assert aws.writes == []


def test_a_misspelled_name_is_named_and_nobody_goes(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    for name in ("alice", "bob", "83"):
        iam.create_user(UserName=name)
    for check in ((), ("--check",)):
        run = offboard(node, ["alice", "bib", "zzz"], *check)
        assert run.status != 0
        assert (
            "user_offboarding_users: the account 123456789012 does not have bib (did you mean bob?), zzz."
            in run.failure
        )
        assert "set user_offboarding_missing to ignore" in run.failure
    other_case = offboard(node, "Alice", user_offboarding_missing="ignore")
    assert "the account has this user as 'alice'" in other_case.failure
    assert aws.writes == []
    gone = offboard(node, "alice, bib", user_offboarding_missing="ignore")
    assert gone.status == 0, gone.output
    assert "bib" in gone.output
    assert {user["UserName"] for user in iam.list_users()["Users"]} == {"bob", "83"}


def test_a_deleted_user_who_is_still_listed_is_named(node: ControlNode, iam: IAMClient) -> None:
    for name in ("alice", "bob", "eve"):
        iam.create_user(UserName=name)
    run = offboard(
        node,
        "alice, bob, eve",
        user_provisioning_users=[{"name": "Alice"}, {"name": "eve", "state": "absent"}],
        bootstrap_cloudhsm_administrators="alice bob",
    )
    assert run.status == 0, run.output
    said = "Still listed, so the next run over that list creates them again:"
    names = (
        "alice (user_provisioning_users, bootstrap_cloudhsm_administrators), bob (bootstrap_cloudhsm_administrators)"
    )
    assert f"{said} {names}. " in run.output
    iam.create_user(UserName="eve")
    wrong = offboard(node, "eve", user_provisioning_users="{{ 1 // 0 }}")
    assert wrong.status == 0, wrong.output
    assert "could not be read; see whether they still name these users" in wrong.output


def test_the_caller_is_refused(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    iam.create_user(UserName="chief")
    made = iam.create_access_key(UserName="chief")["AccessKey"]
    keys = {"AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"]}
    node.environment.update(keys)
    for how, verb in (("offboard", "deletes"), ("suspend", "suspends")):
        run = offboard(node, "chief", how=how)
        assert run.status != 0
        assert f"the plan {verb} chief, the user who runs it" in run.failure
    assert aws.writes == []


def test_a_suspended_user_is_left_alone_until_asked_for(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    prepare(iam)
    predicted = offboard(node, "leaver", "--check", how="suspend")
    assert (predicted.status, aws.writes) == (0, []), predicted.output
    assert "~ user leaver (suspended): " in predicted.output
    before = describe(iam)["users"]["leaver"]
    made = offboard(node, "leaver", how="suspend")
    assert made.status == 0, made.output
    assert made.changed_tasks == predicted.changed_tasks
    assert [call.action for call in aws.writes][:2] == ["TagUser", "AttachUserPolicy"]
    locked = describe(iam)["users"]["leaver"]
    assert locked["policies"] == ["AWSDenyAll", "first"]
    assert not locked["console"]
    assert statuses(iam) == {"Inactive"}

    aws.clear()
    usual = [{"name": "leaver", "groups": ["New"], "console_access": True, "password": "Another-1-given"}]
    for run in (offboard(node, "leaver", how="suspend"), provision(node, usual)):
        assert run.status == 0, run.output
        assert (run.changed_tasks, aws.writes) == ([], [])
    assert "user_provisioning_restore_suspended" in provision(node, usual).output

    (key,) = iam.list_access_keys(UserName="leaver")["AccessKeyMetadata"]
    back = provision(
        node,
        usual,
        user_provisioning_restore_suspended=["leaver"],
        user_provisioning_restore_credentials=[key["AccessKeyId"]],
    )
    assert back.status == 0, back.output
    # In the order of their identifiers, which the emulator draws by lot.
    assert re.search(r"leaver is restored, and these stay inactive: [^.]*\bAPKA", back.output), back.output
    assert [call.action for call in aws.writes][-3:] == ["CreateLoginProfile", "DetachUserPolicy", "UntagUser"]
    policies = ["IAMUserChangePassword", "first"]
    assert describe(iam)["users"]["leaver"] == {**before, "groups": ["New", "Old"], "policies": policies}
    assert statuses(iam) == {"Active", "Inactive"}
    assert iam.list_access_keys(UserName="leaver")["AccessKeyMetadata"][0]["Status"] == "Active"


def provision(node: ControlNode, users: list[dict[str, t.Any]], **variables: t.Any) -> Run:
    given = json.dumps({"user_provisioning_users": users, **variables})
    return node.playbook("cloudhsm.iam.provision_users", "-e", given)


def statuses(iam: IAMClient) -> set[str]:
    """Those of all that leaver could get in by."""
    keys = [key["Status"] for key in iam.list_access_keys(UserName="leaver")["AccessKeyMetadata"]]
    ssh = [key["Status"] for key in iam.list_ssh_public_keys(UserName="leaver")["SSHPublicKeys"]]
    certificates = [one["Status"] for one in iam.list_signing_certificates(UserName="leaver")["Certificates"]]
    return {*keys, *ssh, *certificates}

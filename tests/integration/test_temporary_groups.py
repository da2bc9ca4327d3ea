# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Memberships that end by themselves, from the first run to the one after their end, by AWS's clock."""

from __future__ import annotations

import json
import signal
import typing as t
from multiprocessing.process import BaseProcess

import moto_server
import pytest
from helpers.accounts.simulated_temporary import LONG
from helpers.modules.forked import run_here, start_action
from helpers.moto.answers import error
from helpers.moto.fault_proxy import NO_FAULTS, FaultProxy, Faults
from helpers.processes.control_node import ControlNode, Run

if t.TYPE_CHECKING:
    from helpers.moto.fault_rules import Moment
    from mypy_boto3_iam import IAMClient

ACTION = "cloudhsm.iam.iam_users"
GROUP = "Keepers"
UNTIL = "2030-06-01T18:00:00Z"
BEFORE, AFTER = "Sat, 01 Jun 2030 17:59:30 GMT", "Sat, 01 Jun 2030 18:00:00 GMT"
INLINE = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]}
WISH = {"group": GROUP, "until": "2030-06-01T20:00+02:00", "reason": "INC-1234"}
MEMBERSHIP = {"user": "alice", "group": GROUP, "until": UNTIL, "reason": "INC-1234"}
TIMEOUT = 60.0


def prepare(iam: IAMClient) -> None:
    """A group with a policy of AWS's, a long one of the account's, and an inline one; and a user."""
    iam.create_group(GroupName=GROUP)
    iam.create_user(UserName="alice")
    own = iam.create_policy(PolicyName="long", PolicyDocument=json.dumps(LONG))["Policy"]["Arn"]
    for arn in ("arn:aws:iam::aws:policy/AWSCloudHSMReadOnlyAccess", own):
        iam.attach_group_policy(GroupName=GROUP, PolicyArn=arn)
    iam.put_group_policy(GroupName=GROUP, PolicyName="no-iam", PolicyDocument=json.dumps(INLINE))


def users(*wishes: t.Mapping[str, t.Any], name: str = "alice", **more: t.Any) -> dict[str, t.Any]:
    return {"users": [{"name": name, "temporary_groups": list(wishes), **more}]}


def documents(iam: IAMClient, name: str = "alice") -> dict[str, t.Any]:
    """The default documents of the user's policies at our path, by ARN."""
    found = {}
    for policy in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]:
        arn = policy["PolicyArn"]
        assert len(iam.list_policy_versions(PolicyArn=arn)["Versions"]) == 1
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found[arn] = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return found


def left(iam: IAMClient) -> list[str]:
    """The names of the account's policies at our path."""
    return [one["PolicyName"] for one in iam.list_policies(PathPrefix="/cloudhsm.iam/temporary/")["Policies"]]


def test_a_membership_from_its_first_day_to_the_one_after_its_end(
    node: ControlNode, aws: FaultProxy, iam: IAMClient
) -> None:
    prepare(iam)
    aws.clock = BEFORE
    tasks: list[t.Mapping[str, t.Any]] = [
        {
            "name": "Users",
            "ansible.builtin.include_role": {"name": "cloudhsm.iam.user_provisioning"},
            "vars": {"user_provisioning_users": users(WISH)["users"]},
        }
    ]
    play = node.write_playbook(tasks)

    def run(*args: str) -> Run:
        aws.calls.clear()
        done = node.playbook(play, *args)
        assert done.status == 0, done.output
        return done

    line = f"~ user alice: temporary groups +{GROUP} until 2030-06-01T18:00Z (INC-1234)"
    predicted = run("--check", "--diff")
    assert line in predicted.output
    assert aws.writes == []
    first = run()
    assert line in first.output
    assert [call.action for call in aws.writes] == ["CreatePolicy", "AttachUserPolicy"] * 2
    found = documents(iam)
    text = json.dumps(list(found.values()))
    statements = [one for document in found.values() for one in document["Statement"]]
    assert all(one["Condition"]["DateLessThan"] == {"aws:CurrentTime": UNTIL} for one in statements)
    assert all(action in text for action in (LONG["Statement"][0]["Action"][199], "iam:*", "cloudhsm:"))
    assert iam.list_groups_for_user(UserName="alice")["Groups"] == []
    run()
    assert aws.writes == []
    iam.detach_group_policy(GroupName=GROUP, PolicyArn="arn:aws:iam::123456789012:policy/long")
    run()
    assert [call.action for call in aws.writes] == [
        "DetachUserPolicy",
        "DeletePolicy",
        "CreatePolicyVersion",
        "DeletePolicyVersion",
    ]
    aws.clock = AFTER
    over = run()
    assert f"-{GROUP} (ended 2030-06-01T18:00Z)" in over.output
    assert f"these have ended, so take them out of the list: alice in {GROUP}" in " ".join(over.output.split())
    assert [call.action for call in aws.writes] == ["DetachUserPolicy", "DeletePolicy"]
    assert left(iam) == []
    run()
    assert aws.writes == []


def test_an_end_or_a_reason_that_changes_is_written_and_the_result_tells(aws: FaultProxy, iam: IAMClient) -> None:
    prepare(iam)
    aws.clock = BEFORE
    first = run_here(ACTION, users(WISH), aws.url)
    assert first["temporary"] == [MEMBERSHIP]
    aws.calls.clear()
    later = {**WISH, "until": "2031-01-01T00:00Z", "reason": "on call, again"}
    second = run_here(ACTION, users(later), aws.url)
    assert second["temporary"] == [{**MEMBERSHIP, "until": "2031-01-01T00:00:00Z", "reason": "on call, again"}]
    assert {call.action for call in aws.writes} == {"CreatePolicyVersion", "DeletePolicyVersion", "TagPolicy"}
    assert not run_here(ACTION, users(later), aws.url)["changed"]
    # What is not listed stays until it ends, also with purge_policies.
    kept = run_here(ACTION, {"users": [{"name": "alice", "managed_policies": []}], "purge_policies": True}, aws.url)
    assert not kept["changed"]
    assert kept["users"][0]["managed_policies"] == []
    assert len(kept["users"][0]["temporary_groups"]) == 1
    gone = run_here(ACTION, {"users": [{"name": "alice", "leave_groups": [GROUP]}]}, aws.url)
    assert (gone["temporary"], gone["ended"], left(iam)) == ([], [], [])


def test_a_membership_moves_with_the_user_and_goes_with_it(aws: FaultProxy, iam: IAMClient) -> None:
    prepare(iam)
    aws.clock = BEFORE
    run_here(ACTION, users(WISH), aws.url)
    before = documents(iam)
    moved = run_here(ACTION, {"users": [{"name": "eve", "previous_name": "alice"}]}, aws.url)
    assert moved["temporary"] == [{**MEMBERSHIP, "user": "eve"}]
    after = documents(iam, "eve")
    assert sorted(map(json.dumps, after.values())) == sorted(map(json.dumps, before.values()))
    assert all("/temporary/eve/" in arn for arn in after)
    run_here(ACTION, {"users": [{"name": "eve", "state": "absent"}]}, aws.url)
    assert left(iam) == []


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"temporary_groups": [{**WISH, "group": "keepers"}]}, "the account has no group 'keepers'; did you mean"),
        ({"temporary_groups": [{**WISH, "group": "Empty"}]}, "'Empty' has no policies"),
        ({"temporary_groups": [{**WISH, "group": "Member"}]}, "the user is a member of 'Member' without an end"),
        ({"temporary_groups": [WISH, WISH]}, "names 'Keepers' more than once"),
        ({"temporary_groups": [WISH], "groups": [GROUP]}, "'Keepers' is listed in groups too"),
        ({"temporary_groups": [{**WISH, "until": "tomorrow"}]}, "temporary_groups[0].until: 'tomorrow' is not a time"),
        ({"temporary_groups": [{"group": GROUP}]}, "temporary_groups[0].reason: is missing"),
    ],
)
def test_what_can_not_be_is_refused_before_the_first_write(
    aws: FaultProxy, iam: IAMClient, more: dict[str, t.Any], problem: str
) -> None:
    prepare(iam)
    for group in ("Empty", "Member"):
        iam.create_group(GroupName=group)
    iam.add_user_to_group(UserName="alice", GroupName="Member")
    result = run_here(ACTION, {"users": [{"name": "alice", **more}]}, aws.url)
    assert result["failed"]
    assert problem in result["msg"]
    assert aws.writes == []


def test_a_policy_at_that_place_that_is_not_ours_is_left_alone(aws: FaultProxy, iam: IAMClient) -> None:
    prepare(iam)
    run_here(ACTION, users(WISH), aws.url)
    arn = min(documents(iam))
    iam.create_user(UserName="bob")
    iam.attach_user_policy(UserName="bob", PolicyArn=arn)
    shared = run_here(ACTION, users(WISH), aws.url)
    assert f"{arn} is in use elsewhere too" in shared["msg"]
    iam.detach_user_policy(UserName="bob", PolicyArn=arn)
    iam.untag_policy(PolicyArn=arn, TagKeys=["cloudhsm.iam/managed"])
    foreign = run_here(ACTION, users(WISH), aws.url)
    assert f"{arn}, which lacks the tag" in foreign["msg"]


def test_what_somebody_altered_is_put_right(aws: FaultProxy, iam: IAMClient) -> None:
    prepare(iam)
    run_here(ACTION, users(WISH), aws.url)
    made = documents(iam)
    for arn in made:
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(LONG), SetAsDefault=True)
    # Also where nobody lists the membership.
    assert run_here(ACTION, {"users": [{"name": "alice"}]}, aws.url)["changed"]
    assert documents(iam) == made


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("CreatePolicyVersion", "LimitExceeded"),
        ("CreatePolicy", "MalformedPolicyDocument"),
        ("AttachUserPolicy", "LimitExceeded"),
    ],
)
def test_a_refusal_of_aws_is_told_and_the_next_run_goes_on(
    aws: FaultProxy, iam: IAMClient, action: str, code: str
) -> None:
    prepare(iam)
    aws.clock = BEFORE
    if action == "CreatePolicyVersion":
        run_here(ACTION, users({**WISH, "until": "2031-01-01T00:00Z"}), aws.url)
    aws.says[action] = error(409, code, "Not today")
    failed = run_here(ACTION, users(WISH), aws.url)
    assert failed["failed"]
    assert code in failed["msg"]
    aws.says.clear()
    assert run_here(ACTION, users(WISH), aws.url)["temporary"] == [MEMBERSHIP]
    assert not run_here(ACTION, users(WISH), aws.url)["changed"]


def killed(options: t.Mapping[str, t.Any], aws: FaultProxy, number: int, moment: Moment) -> None:
    started: list[BaseProcess] = []

    def kill() -> None:
        started[0].kill()

    aws.faults = Faults(kill=(number, moment), on_kill=kill)
    started.append(start_action(ACTION, {**options, "workers": 1}, aws.url))
    started[0].join(TIMEOUT)
    assert started[0].exitcode == -signal.SIGKILL
    aws.faults = NO_FAULTS


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_run_killed_at_any_write_is_finished_by_the_next(
    aws: FaultProxy, iam: IAMClient, moto: str, moment: Moment
) -> None:
    steps: list[tuple[str, dict[str, t.Any], int]] = [
        (BEFORE, users(WISH), 4),
        (BEFORE, users({**WISH, "until": "2030-06-01T17:59:59.9Z", "reason": "on call"}), 4),
        (BEFORE, users(WISH, name="eve", previous_name="alice"), 9),
        (AFTER, users(WISH), 4),
        (AFTER, {"users": [{"name": "alice", "state": "absent"}]}, 5),
    ]
    for date, options, writes in steps:
        for number in range(1, writes + 1):
            moto_server.reset(moto)
            aws.clear()
            prepare(iam)
            if options != users(WISH) or date == AFTER:
                aws.clock = BEFORE
                run_here(ACTION, users({**WISH, "reason": "before"}), aws.url)
            aws.clock = date
            aws.clear()
            killed(options, aws, number, moment)
            done = run_here(ACTION, options, aws.url)
            assert not done.get("failed"), done
            assert not run_here(ACTION, options, aws.url)["changed"]
            expected = {one["user"] for one in done["temporary"]}
            assert len(left(iam)) == 2 * len(expected), (options, number, left(iam))


def test_an_export_has_the_membership_and_a_run_over_it_changes_nothing(aws: FaultProxy, iam: IAMClient) -> None:
    prepare(iam)
    aws.clock = BEFORE
    run_here(ACTION, users(WISH), aws.url)
    exported = run_here("cloudhsm.iam.iam_account_export_info", {}, aws.url)
    (item,) = exported["variables"]["user_provisioning_users"]
    assert item["temporary_groups"] == [{key: value for key, value in MEMBERSHIP.items() if key != "user"}]
    assert "managed_policies" not in item
    assert not run_here(ACTION, {"users": [item]}, aws.url)["changed"]
    aws.clock = AFTER
    over = run_here("cloudhsm.iam.iam_account_export_info", {}, aws.url)
    assert "temporary_groups" not in over["variables"]["user_provisioning_users"][0]
    assert [one["name"] for one in over["not_exported"] if one["kind"] == "temporary membership"] == [GROUP]

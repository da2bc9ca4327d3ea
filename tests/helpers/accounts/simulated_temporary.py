# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random temporary memberships for the planner, and what calls about managed policies do to them."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED, OWNED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import (
    REASON,
    UNTIL,
    limited,
    policy_name,
    policy_path,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.grants import granted
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    Change,
    TemporaryGroup,
    TemporaryPolicy,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.temporary import with_known
from hypothesis import strategies as st

ACCOUNT_ID = "123456789012"
NOW = "2026-11-27T12:00:30Z"
PAST, SOON, LATER = "2026-11-27T12:00:00Z", "2026-11-27T12:01:00Z", "2027-01-01T00:00:00Z"
READING: dict[str, t.Any] = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"},
}
LONG: dict[str, t.Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": [f"service{n}:Describe{n:030}" for n in range(200)], "Resource": "*"},
        {"Effect": "Deny", "Action": "iam:*", "Resource": "*"},
    ],
}
DOCUMENTS: Mapping[str, tuple[t.Any, ...]] = {
    "Administrators": ({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},),
    "CloudHSMAdministrators": (READING, {**READING, "Statement": {**READING["Statement"], "Action": "cloudhsm:*"}}),
    "Auditors": (LONG,),
    "Readers": (READING,),
}
_TWO_VERSIONS: dict[str, t.Any] = {"version": "v2", "other_versions": ("v1",)}
REASONS = {"INC-1234": "INC-1234", "on call": "on call", "ünruhe": "=C3=BCnruhe"}

wished = st.lists(
    st.builds(
        TemporaryGroup,
        st.sampled_from(sorted(DOCUMENTS)),
        st.sampled_from([PAST, SOON, LATER]),
        st.sampled_from(sorted(REASONS)),
    ),
    unique_by=lambda wish: wish.group,
    max_size=2,
).map(tuple)


def policy_arn(user: str, group: str, number: int = 1) -> str:
    """The ARN of the policy that stands for a membership."""
    return f"arn:aws:iam::{ACCOUNT_ID}:policy{policy_path(user, group)}{policy_name(user, group, number)}"


def policies_of(user: str, wish: TemporaryGroup, documents: Iterable[t.Any] | None = None) -> list[TemporaryPolicy]:
    """The policies that a run makes for a membership."""
    made, problems = granted(DOCUMENTS[wish.group] if documents is None else documents, wish.until)
    assert not problems
    tags = {MANAGED: OWNED, UNTIL: wish.until, REASON: REASONS[wish.reason]}
    return [
        TemporaryPolicy(policy_arn(user, wish.group, number), document, tags=tags)
        for number, document in enumerate(made, 1)
    ]


@st.composite
def with_memberships(draw: st.DrawFn, account: Account) -> Account:
    """The account with memberships of its users, some of which have ended, were altered, or were left half done."""
    policies: dict[str, TemporaryPolicy] = {}
    users = dict(account.users)
    for name in account.users:
        for made in (policy for wish in draw(wished)[:1] for policy in policies_of(name, wish)):
            kinds = [{}, {}, {"document": _stale(made)}, {"document": READING}, _TWO_VERSIONS]
            policies[made.arn] = replace(made, **draw(st.sampled_from(kinds)))
            has_room = len(users[name].managed_policies) < limits.POLICIES_PER_USER
            if draw(st.sampled_from([True, True, True, False])) and has_room:
                users[name] = replace(users[name], managed_policies=users[name].managed_policies | {made.arn})
    return counted(
        replace(
            account,
            caller=replace(account.caller, now=NOW),
            users=users,
            temporary_policies=policies,
            group_documents=DOCUMENTS,
        )
    )


def _stale(policy: TemporaryPolicy) -> dict[str, t.Any]:
    """What the group granted before its policies were changed."""
    statement = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
    return {**READING, "Statement": [limited(statement, policy.tags[UNTIL])]}


def counted(account: Account) -> Account:
    """The account with its policies as a read would have them: how many have each, and what they stand for."""
    policies = {
        arn: replace(policy, attachments=sum(arn in user.managed_policies for user in account.users.values()))
        for arn, policy in account.temporary_policies.items()
    }
    return with_known(replace(account, temporary_policies=policies))


class RefusedPolicyError(Exception):
    """IAM would refuse this call about a policy in this state."""


def carried_out(policies: dict[str, TemporaryPolicy], change: Change, attached: Iterable[str]) -> bool:
    """Make a call about a managed policy; False where it is about something else. attached are all that are in use."""
    params: Mapping[str, t.Any] = change.params
    if change.operation == "create_policy":
        arn = f"arn:aws:iam::{ACCOUNT_ID}:policy{params['Path']}{params['PolicyName']}"
        # An account has each name once, at whatever path.
        if params["PolicyName"] in {there.rpartition("/")[2] for there in policies}:
            raise RefusedPolicyError("EntityAlreadyExists")
        policies[arn] = TemporaryPolicy(arn, json.loads(params["PolicyDocument"]), tags=_tags(params))
        return True
    if not change.operation.endswith(("_policy", "_policy_version")) or "UserName" in params:
        return False
    policies[params["PolicyArn"]] = _EFFECTS[change.operation](policies[params["PolicyArn"]], params)
    if change.operation == "delete_policy":
        if params["PolicyArn"] in attached or policies[params["PolicyArn"]].other_versions:
            raise RefusedPolicyError("DeleteConflict")
        del policies[params["PolicyArn"]]
    return True


def _tags(params: Mapping[str, t.Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in params["Tags"]}


def _new_version(policy: TemporaryPolicy, params: Mapping[str, t.Any]) -> TemporaryPolicy:
    versions = (policy.version, *policy.other_versions)
    # IAM allows five. We never leave more than two.
    if len(versions) > 1:
        raise RefusedPolicyError("LimitExceeded: versions")
    new = f"v{max(int(version[1:]) for version in versions) + 1}"
    document = json.loads(params["PolicyDocument"])
    return replace(policy, document=document, version=new, other_versions=versions)


def _without_version(policy: TemporaryPolicy, params: Mapping[str, t.Any]) -> TemporaryPolicy:
    version = params["VersionId"]
    if version not in policy.other_versions:
        raise RefusedPolicyError("DeleteConflict: the default version, or none")
    return replace(policy, other_versions=tuple(one for one in policy.other_versions if one != version))


_EFFECTS: Mapping[str, t.Callable[[TemporaryPolicy, Mapping[str, t.Any]], TemporaryPolicy]] = {
    "create_policy_version": _new_version,
    "delete_policy_version": _without_version,
    "delete_policy": lambda policy, _params: policy,
    "tag_policy": lambda policy, params: replace(policy, tags={**policy.tags, **_tags(params)}),
}

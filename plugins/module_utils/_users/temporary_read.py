# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads what temporary memberships depend on: the policies that stand for them, and the groups' policies."""

from __future__ import annotations

import time
import typing as t
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import (
    Details,
    Group,
    Policy,
    read_authorization_details,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import membership_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    DesiredUser,
    Options,
    TemporaryPolicy,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.renaming import renamed_user
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.temporary import active, is_altered, owner, with_known

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

# AWS managed policies are read one by one: which of them a bulk read returns is not documented.
BULK = ("Group", "LocalManagedPolicy")
# IAM is eventually consistent: seconds to wait between reads until a new group has its policies.
_WAITS = (0.5, 1.0, 2.0, 4.0)


def with_temporary(
    iam: IAMClient,
    pool: Executor,
    account: Account,
    desired: Iterable[DesiredUser],
    deleted: Iterable[str],
    *,
    options: Options,
    sleep: Callable[[float], None] = time.sleep,
) -> Account:
    """Return the account with its temporary memberships if the run depends on them, else unchanged.

    deleted names the users that purge_users deletes. Raises IncompleteReadError and botocore's errors.
    """
    if options.adopt:
        return account
    here = [user for user in desired if user.present and not user.suspended]
    gone = [account.users[user.name] for user in desired if not user.present and user.name in account.users]
    gone += [account.users[name] for name in deleted]
    kept = [user for wish in here if (user := account.users.get(wish.name) or renamed_user(wish, account))]
    if not gone and not any(user.temporary is not None for user in here) and not any(map(_has_any, kept)):
        return account
    wished = {wish.group for user in here for wish in active(user, account.caller.now)}
    details = _settled(iam, wished & account.groups - options.pending_groups, options, sleep)
    details = options.pending_policies.laid_over(details)
    policies = {arn: policy for arn, policy in details.policies.items() if membership_of(arn)}
    owners = {name.lower() for user in here for name in (user.name, user.previous_name) if name}
    owners |= {user.name.lower() for user in (*kept, *gone)}
    attached = {arn for user in (*kept, *gone) for arn in user.managed_policies}
    concerned = [arn for arn in policies if arn in attached or owner(arn) in owners]
    tags = pool.map(lambda arn: _tags(iam, arn), concerned)
    read = {
        arn: _temporary(policies[arn], found, details.groups.values())
        for arn, found in zip(concerned, tags, strict=True)
    }
    groups = wished | {_group(arn) for arn, policy in read.items() if is_altered(policy)}
    return with_known(
        replace(
            account,
            temporary_policies=read,
            group_documents=_documents(iam, pool, details, groups),
            policy_count=len(details.policies),
        )
    )


def with_temporary_of(
    account: Account,
    groups: Mapping[str, Group],
    policies: Mapping[str, Policy],
    tags: Mapping[str, Mapping[str, str]],
    wished: Collection[str],
) -> Account:
    """Return the same from a complete read of the account. Pure.

    policies are by ARN, with the AWS managed policies that could be read. tags are those of policies that stand for
    temporary memberships, by ARN. wished are the groups of the memberships that the playbook asks for.
    """
    read = {
        arn: _temporary(policies[arn], tags.get(arn, {}), groups.values()) for arn in policies if membership_of(arn)
    }
    names = {*wished, *(_group(arn) for arn, policy in read.items() if is_altered(policy))} & groups.keys()
    documents = {arn: policy.document for arn, policy in policies.items()}
    return with_known(
        replace(
            account,
            temporary_policies=read,
            group_documents={name: tuple(_of_group(groups[name], documents)) for name in names},
            policy_count=sum(not _is_of_aws(arn) for arn in policies),
        )
    )


def _has_any(user: ActualUser) -> bool:
    return any(map(membership_of, user.managed_policies))


def _group(arn: str) -> str:
    found = membership_of(arn)
    return found.group if found else ""


def _settled(iam: IAMClient, wished: Collection[str], options: Options, sleep: Callable[[float], None]) -> Details:
    """Read the account's groups and policies. A run that writes waits until the wished groups have their policies."""
    details = read_authorization_details(iam, BULK)
    for wait in _WAITS if options.patient else ():
        if all(_is_whole(details.groups.get(group), details) for group in wished):
            break
        sleep(wait)
        details = read_authorization_details(iam, BULK)
    return details


def _is_whole(group: Group | None, details: Details) -> bool:
    """Whether the read contains the group, at least one policy of it, and all its customer managed policies."""
    if group is None or not (group.managed_policies or group.inline):
        return False
    return all(arn in details.policies for arn in group.managed_policies if not _is_of_aws(arn))


def _is_of_aws(arn: str) -> bool:
    return ":iam::aws:" in arn


def _documents(
    iam: IAMClient, pool: Executor, details: Details, names: Iterable[str]
) -> Mapping[str, tuple[t.Any, ...]]:
    """Return the documents of each group's policies, always in the same order."""
    groups = [details.groups[name] for name in sorted(names) if name in details.groups]
    others = sorted({arn for group in groups for arn in group.managed_policies} - details.policies.keys())
    read = dict(zip(others, pool.map(lambda arn: _document(iam, arn), others), strict=True))
    read |= {arn: policy.document for arn, policy in details.policies.items()}
    return {group.name: tuple(_of_group(group, read)) for group in groups}


def _of_group(group: Group, read: Mapping[str, t.Any]) -> Iterator[t.Any]:
    for arn in sorted(group.managed_policies):
        yield read.get(arn)
    for name in sorted(group.inline):
        yield group.inline[name]


def _document(iam: IAMClient, arn: str) -> t.Any:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def _tags(iam: IAMClient, arn: str) -> dict[str, str]:
    """Return a policy's tags; none if it was deleted meanwhile. The maximum of 50 tags fits on one page."""
    try:
        return {tag["Key"]: tag["Value"] for tag in iam.list_policy_tags(PolicyArn=arn)["Tags"]}
    except iam.exceptions.NoSuchEntityException:
        return {}


def _temporary(policy: Policy, tags: Mapping[str, str], groups: Iterable[Group]) -> TemporaryPolicy:
    in_groups = sum(policy.arn in group.managed_policies for group in groups)
    return TemporaryPolicy(
        policy.arn,
        policy.document,
        policy.version,
        policy.other_version_ids,
        tags,
        # AWS's count may lag behind, so groups that the read shows count at least.
        max(policy.attachments, in_groups),
        policy.bounds,
    )

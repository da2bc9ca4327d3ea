# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Plans temporary memberships and the policies that stand for them. Pure, like the plan itself.

The user does not join the group. It gets policies of its own with the statements of the group's policies, each with an
end. So AWS ends the rights even if nothing runs at that time, and a later run removes the policies.
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import OWNED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import (
    REASON,
    UNTIL,
    decode_reason,
    encode_reason,
    end_of,
    has_ended,
    membership_of,
    policy_name,
    policy_path,
    read_until,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import as_list, same_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.calls import change, tag_list
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.grants import granted
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    Change,
    DesiredUser,
    Options,
    TemporaryGroup,
    TemporaryPolicy,
)

FIELD = "temporary_groups"


@dataclass(frozen=True)
class Memberships:
    """A user's planned temporary memberships: calls that take and give rights, and the policies' ARNs after them."""

    taking: tuple[Change, ...] = ()
    giving: tuple[Change, ...] = ()
    attached: frozenset[str] = frozenset()
    known: Mapping[str, TemporaryGroup] = field(default_factory=dict)

    def applied(self, user: ActualUser) -> ActualUser:
        """Return the user with these memberships."""
        return replace(user, managed_policies=user.plain_policies | self.attached, temporary=self.known)


@dataclass(frozen=True)
class _Wanted:
    """A desired policy. The document is None if an earlier task of the same play creates the group."""

    membership: TemporaryGroup
    number: int
    document: t.Any
    # All tags of a new policy. If the policy exists, only the end and the reason among them are updated.
    tags: Mapping[str, str]


def with_known(account: Account) -> Account:
    """Return the account whose users know, by policy ARN, the temporary memberships that policies stand for."""
    known = memberships(account.temporary_policies.values(), account.caller.now)
    users = {name: replace(user, temporary=known) for name, user in account.users.items()} if known else {}
    return account.with_users(users)


def memberships(policies: Iterable[TemporaryPolicy], now: str) -> dict[str, TemporaryGroup]:
    """Return by ARN the membership that each policy stands for. One with several policies ends with the last."""
    parts: dict[tuple[str, str], list[TemporaryPolicy]] = {}
    for policy in policies:
        if found := membership_of(policy.arn):
            parts.setdefault((found.user, found.group), []).append(policy)
    read: dict[str, TemporaryGroup] = {}
    for (_user, group), several in parts.items():
        until = max(map(_end, several))
        reason = next((decode_reason(one.tags[REASON]) for one in several if REASON in one.tags), "")
        read |= {one.arn: TemporaryGroup(group, until, reason, has_ended(until, now)) for one in several}
    return read


def is_altered(policy: TemporaryPolicy) -> bool:
    """Whether a statement of the policy has no end, because another person has changed it."""
    return not _ends(policy)


def _end(policy: TemporaryPolicy) -> str:
    """Return when the policy ends: by its conditions, else by its tag. Empty, which counts as ended, without both."""
    return _ends(policy) or read_until(policy.tags.get(UNTIL, ""))[0]


def _ends(policy: TemporaryPolicy) -> str | None:
    statements = as_list(policy.document.get("Statement") or []) if isinstance(policy.document, Mapping) else []
    ends = [end_of(one) if isinstance(one, Mapping) else None for one in statements]
    return None if not ends or None in ends else max(filter(None, ends))


def active(desired: DesiredUser, now: str) -> tuple[TemporaryGroup, ...]:
    """Return the listed memberships that have not ended."""
    return tuple(wish for wish in desired.temporary or () if not has_ended(wish.until, now))


def problems(
    desired: DesiredUser, before: ActualUser | None, stays_in: Collection[str], account: Account, options: Options
) -> Iterator[str]:
    """Yield why the listed memberships can't be given. stays_in are the groups that the user is in after the run."""
    groups = account.groups | options.pending_groups
    spelling = {group.lower(): group for group in groups}
    for wish in active(desired, account.caller.now):
        group = wish.group
        if group == options.onboarding_group:
            yield f"{FIELD}: {group!r} is the onboarding group, which users enter and leave by themselves"
        elif group not in groups:
            close = spelling.get(group.lower())
            hint = f"did you mean {close!r}?" if close else "create it first"
            yield f"{FIELD}: the account has no group {group!r}; {hint}"
        elif group in stays_in:
            yield (
                f"{FIELD}: the user is a member of {group!r} without an end; remove it with leave_groups in a run of "
                "its own first"
            )
        else:
            yield from (f"{FIELD}: {problem}" for problem in _group_problems(wish, account, options))
    if desired.temporary is not None:
        yield from _foreign(desired, before, account, options)


def _group_problems(wish: TemporaryGroup, account: Account, options: Options) -> Iterator[str]:
    documents = account.group_documents.get(wish.group, ())
    unknown = wish.group in options.pending_groups - options.pending_policies.groups.keys()
    if not documents and not unknown:
        yield f"the group {wish.group!r} has no policies, so a membership would grant nothing"
    for problem in granted(documents, wish.until)[1]:
        yield f"the group {wish.group!r} {problem}; temporary members can't have the same permissions"


def _foreign(desired: DesiredUser, before: ActualUser | None, account: Account, options: Options) -> Iterator[str]:
    """Yield a problem for each policy at this user's paths that is not owned, or is in use elsewhere too."""
    groups = {wish.group.lower() for wish in active(desired, account.caller.now)}
    for policy in account.temporary_of.get(desired.name.lower(), ()):
        found = membership_of(policy.arn)
        if found is None or found.group.lower() not in groups:
            continue
        if not options.owns(policy.tags):
            yield (
                f"{FIELD}: the account has a policy {policy.arn}, which lacks the tag {options.managed_by_tag}; "
                "delete or rename it first"
            )
        elif _has_others(policy, before, account):
            yield f"{FIELD}: the policy {policy.arn} is in use elsewhere too; detach it there first"


def _has_others(policy: TemporaryPolicy, user: ActualUser | None, account: Account) -> bool:
    """Whether anything except the user has the policy, attached or as permissions boundary."""
    own = int(user is not None and policy.arn in user.managed_policies)
    others = account.temporary_holders.get(policy.arn, set()) - ({user.name} if user else set())
    return policy.bounds or policy.attachments > own or bool(others)


def plan(desired: DesiredUser, before: ActualUser, options: Options, account: Account) -> Memberships:
    """Plan the temporary memberships of a user who is not deleted."""
    there = {policy.arn: policy for policy in _at_hand(desired, before, options, account)}
    known = memberships(there.values(), account.caller.now)
    wanted = {
        _arn(account, desired.name, one): one
        for one in (
            *_asked_for(desired, options, account),
            *_kept(desired, before, options, account, there),
        )
    }
    surplus = [policy for arn, policy in there.items() if arn not in wanted]
    # If a membership's policies move to new names, the new ones are attached before the old ones are removed. A policy
    # of the same name is removed before: that of a user or group that exists again, spelled in another case.
    moved = {arn: one.membership.group.lower() for arn, one in wanted.items() if arn not in there}
    groups, names = set(moved.values()), set(map(_name, moved))
    late = [one for one in reversed(surplus) if known[one.arn].group.lower() in groups and _name(one.arn) not in names]
    # The denials of a membership with several policies are in the first of them, and so go last.
    taking = [call for policy in reversed(surplus) if policy not in late for call in removal(policy, before, account)]
    giving = [call for arn, one in wanted.items() for call in _put(arn, one, there.get(arn), before, desired.name)]
    giving += [call for policy in late for call in removal(policy, before, account)]
    untouched = frozenset(arn for arn in before.managed_policies if membership_of(arn)) - there.keys()
    after = {arn: one.membership for arn, one in wanted.items()}
    return Memberships(tuple(taking), tuple(giving), untouched | after.keys(), {**before.temporary, **after})


def _at_hand(desired: DesiredUser, before: ActualUser, options: Options, account: Account) -> Iterator[TemporaryPolicy]:
    """Yield the owned policies that stand for this user's memberships, also under previous names, in order."""
    there = account.temporary_policies
    named = {before.name.lower(), desired.name.lower()}
    theirs = account.lower_names - named
    found = {policy.arn for name in named for policy in account.temporary_of.get(name, ())}
    found |= {arn for arn in before.managed_policies & there.keys() if owner(arn) not in theirs}
    yield from (there[arn] for arn in sorted(found, key=_order) if options.owns(there[arn].tags))


def _name(arn: str) -> str:
    """Return the name in a policy's ARN. An account has each name only once, at whatever path.

    "Names are not distinguished by case" (IAM API reference, CreatePolicy).
    """
    return arn.rpartition("/")[2].lower()


def owner(arn: str) -> str:
    """Return the lower-case name of the user in a policy's path; empty if it stands for no membership."""
    found = membership_of(arn)
    return found.user.lower() if found else ""


def _order(arn: str) -> tuple[str, str, int]:
    found = membership_of(arn)
    return (found.user, found.group, found.number) if found else (arn, "", 0)


def _asked_for(desired: DesiredUser, options: Options, account: Account) -> Iterator[_Wanted]:
    for wish in active(desired, account.caller.now):
        yield from _from_group(wish, options, account)


def _from_group(wish: TemporaryGroup, options: Options, account: Account) -> Iterator[_Wanted]:
    """Yield policies that grant what the group's do. Documents are unknown if the same play creates the group."""
    tags = {options.managed_by_tag: OWNED, UNTIL: wish.until, REASON: encode_reason(wish.reason)}
    documents, _problems = granted(account.group_documents.get(wish.group, ()), wish.until)
    for number, document in enumerate(documents or [None], 1):
        yield _Wanted(wish, number, document, tags)


def _kept(
    desired: DesiredUser,
    before: ActualUser,
    options: Options,
    account: Account,
    there: Mapping[str, TemporaryPolicy],
) -> Iterator[_Wanted]:
    """Yield policies of unlisted memberships that stay. Altered ones are made anew from the group's policies."""
    named = {group.lower() for group in desired.leaves} | {wish.group.lower() for wish in desired.temporary or ()}
    purged = options.purge_groups and desired.temporary is not None
    known = memberships(there.values(), account.caller.now)
    groups: dict[str, list[TemporaryPolicy]] = {}
    for arn, policy in there.items():
        groups.setdefault(known[arn].group, []).append(policy)
    for group, policies in groups.items():
        has_it = any(policy.arn in before.managed_policies for policy in policies)
        membership = known[policies[0].arn]
        if purged or group.lower() in named or membership.ended or not has_it:
            continue
        if not any(map(is_altered, policies)):
            yield from _as_they_are(policies, known)
        elif account.group_documents.get(group):
            yield from _from_group(membership, options, account)


def _as_they_are(policies: Sequence[TemporaryPolicy], known: Mapping[str, TemporaryGroup]) -> Iterator[_Wanted]:
    """Yield the policies of one membership. After an interrupted rename, some may exist under both names."""
    for policy in policies:
        found = membership_of(policy.arn)
        if found:
            yield _Wanted(known[policy.arn], found.number, policy.document, policy.tags)


def _arn(account: Account, user: str, wanted: _Wanted) -> str:
    group = wanted.membership.group
    name = policy_name(user, group, wanted.number)
    return f"arn:{account.caller.partition}:iam::{account.caller.account_id}:policy{policy_path(user, group)}{name}"


def _put(arn: str, wanted: _Wanted, policy: TemporaryPolicy | None, user: ActualUser, name: str) -> Iterator[Change]:
    """Yield the calls that create or correct the policy, and attach it. name is the user's name after the run."""
    document = {} if wanted.document is None else {"PolicyDocument": _text(wanted.document)}
    if policy is None:
        yield Change(
            user.name,
            "create_policy",
            {
                "PolicyName": arn.rpartition("/")[2],
                "Path": policy_path(name, wanted.membership.group),
                **document,
                "Description": f"Permissions of the group {wanted.membership.group} for {name} until a time",
                "Tags": tag_list(wanted.tags),
            },
        )
    else:
        yield from _refreshed(policy, wanted, user.name, document)
    if arn not in user.managed_policies:
        yield change(user.name, "attach_user_policy", PolicyArn=arn)


def _refreshed(policy: TemporaryPolicy, wanted: _Wanted, user: str, document: Mapping[str, str]) -> Iterator[Change]:
    """Yield the calls that correct a policy. It has at most two versions in between, and one in the end."""
    yield from _without_versions(policy, policy.other_versions, user)
    if _differs(policy, wanted):
        params = {"PolicyArn": policy.arn, **document, "SetAsDefault": True}
        yield Change(user, "create_policy_version", params)
        yield from _without_versions(policy, (policy.version,), user)
    new = {key: value for key, value in wanted.tags.items() if key in (UNTIL, REASON) and policy.tags.get(key) != value}
    if new:
        yield Change(user, "tag_policy", {"PolicyArn": policy.arn, "Tags": tag_list(new)})


def _differs(policy: TemporaryPolicy, wanted: _Wanted) -> bool:
    if wanted.document is None:
        return policy.tags.get(UNTIL) != wanted.membership.until
    return not same_policy(policy.document, wanted.document)


def _without_versions(policy: TemporaryPolicy, versions: Iterable[str], user: str) -> Iterator[Change]:
    for version in versions:
        yield Change(user, "delete_policy_version", {"PolicyArn": policy.arn, "VersionId": version})


def removal(policy: TemporaryPolicy, user: ActualUser, account: Account, *, detach: bool = True) -> Iterator[Change]:
    """Yield the calls that detach a policy from the user, and delete it unless anything else has it too."""
    if detach and policy.arn in user.managed_policies:
        yield change(user.name, "detach_user_policy", PolicyArn=policy.arn)
    if _has_others(policy, user, account):
        return
    yield from _without_versions(policy, policy.other_versions, user.name)
    yield Change(user.name, "delete_policy", {"PolicyArn": policy.arn})


def deletions(user: ActualUser, account: Account, options: Options) -> list[Change]:
    """Return the calls that delete the temporary memberships' policies of a deleted user, after they are detached."""
    policies = _at_hand(DesiredUser(user.name, present=False), user, options, account)
    return [call for policy in policies for call in removal(policy, user, account, detach=False)]


def _text(document: t.Any) -> str:
    return json.dumps(document, separators=(",", ":"))


def ended_warning(desired: Iterable[DesiredUser], now: str) -> list[str]:
    """Return one warning about all listed memberships that have ended; empty if none has."""
    told = [
        f"{user.name} in {wish.group} (until {wish.until})"
        for user in desired
        for wish in user.temporary or ()
        if has_ended(wish.until, now)
    ]
    more = f", and {len(told) - 10} more" if len(told) > 10 else ""
    return [f"{FIELD}: these have ended, so take them out of the list: {', '.join(told[:10])}{more}"] if told else []

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Refuses plans that must not be carried out. Pure, like the plan itself.

A protected group has to keep a member who can act for it. A user's level says how well: 2 for a member who can sign in
or use an access key, 1 for a member who can't but is not locked out, 0 for all other users.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import nearest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import PROTECTED
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Account, ActualUser, Options, UserPlan

# The default of protected_groups. Unlike other protected groups, this one does not have to exist.
DEFAULT_PROTECTED = frozenset({"Administrators"})


def refusals(plans: Sequence[UserPlan], account: Account, options: Options) -> list[str]:
    """Return why this plan is refused, one sentence for each reason; empty if it may be carried out."""
    return [
        *_unknown_groups(account, options),
        *_caller(plans, account),
        *_protected(plans, protected_groups(account, options)),
        *_too_many_deletions(plans, options),
        *_emptied_groups(plans, account, options),
        *_renamed_leavers(plans, protected_groups(account, options)),
    ]


def refusals_of_user(plan: UserPlan, account: Account, options: Options) -> list[str]:
    """Return why this plan, made again during a run, is refused. All users together were checked before the run."""
    groups = protected_groups(account, options)
    return [*_caller([plan], account), *_protected([plan], groups), *_renamed_leavers([plan], groups)]


def _renamed_leavers(plans: Iterable[UserPlan], groups: Iterable[str]) -> Iterable[str]:
    """Yield a refusal for each renamed user who leaves a protected group: the last checks find users by name."""
    for group in sorted(groups):
        for plan in plans:
            if plan.renamed_from and level(plan.after, group) < level(plan.before, group):
                yield (
                    f"the plan renames {plan.renamed_from}, and takes it or its way in from the protected group "
                    f"{group}; do one in a run of its own"
                )


def _caller(plans: Iterable[UserPlan], account: Account) -> Iterable[str]:
    for plan in plans:
        if plan.before is None or plan.before.name != account.caller.user_name:
            continue
        does = "renames" if plan.renamed_from else None
        if plan.after is None:
            does = "deletes"
        elif plan.suspends:
            does = "suspends"
        elif plan.before.console_access and not plan.after.console_access:
            does = "takes console access from"
        if does:
            yield f"the plan {does} {plan.before.name}, the user who runs it; run it with another user's credentials"


def protected_groups(account: Account, options: Options) -> frozenset[str]:
    """Return the protected groups that exist, as the account spells them: IAM ignores case in names."""
    wanted = {name.lower() for name in options.protected_groups}
    return frozenset(group for group in account.groups if group.lower() in wanted)


def unknown_groups(account: Account, options: Options) -> frozenset[str]:
    """Return the protected groups, without the default, that don't exist and that no earlier task creates."""
    known = {group.lower() for group in account.groups | options.pending_groups}
    return frozenset(group for group in options.protected_groups - DEFAULT_PROTECTED if group.lower() not in known)


def _unknown_groups(account: Account, options: Options) -> Iterable[str]:
    for group in sorted(unknown_groups(account, options)):
        close = nearest(group, account.groups)
        hint = f"did you mean {close[0]!r}?" if close else "take it out of the list, or create it first"
        yield f"protected_groups: the account has no group {group!r}; {hint}"


def _protected(plans: Iterable[UserPlan], groups: Iterable[str]) -> Iterable[str]:
    marked = [plan for plan in plans if plan.before and plan.before.protected]
    stay = [plan for plan in marked if plan.after is not None and not plan.suspends]
    for verb, names in (
        ("deletes", [plan.name for plan in marked if plan.after is None]),
        ("suspends", [plan.name for plan in marked if plan.suspends]),
        ("renames", [plan.renamed_from for plan in marked if plan.renamed_from]),
        ("takes console access from", [plan.name for plan in stay if _loses_console(plan)]),
        *(
            (f"takes from the protected group {group}", [plan.name for plan in stay if _leaves(plan, group)])
            for group in sorted(groups)
        ),
    ):
        if names:
            yield (
                f"the plan {verb} {', '.join(names)}, marked as protected (tag {PROTECTED}); if that is what you want, "
                "take the mark away first, with protected: false in a run of its own"
            )


def _loses_console(plan: UserPlan) -> bool:
    return bool(plan.before and plan.before.console_access and plan.after and not plan.after.console_access)


def _leaves(plan: UserPlan, group: str) -> bool:
    return bool(plan.before and group in plan.before.groups and plan.after and group not in plan.after.groups)


def _too_many_deletions(plans: Iterable[UserPlan], options: Options) -> Iterable[str]:
    names = [plan.name for plan in plans if plan.action == "deleted"]
    if len(names) > options.max_deletions:
        yield (
            f"the plan deletes {len(names)} users ({', '.join(names[:20])}{', …' if len(names) > 20 else ''}), "
            f"more than max_deletions allows ({options.max_deletions}); raise it if that is what you want"
        )


@dataclass(frozen=True)
class Standing:
    """How the plans change a protected group. before is the highest level of any member before them."""

    group: str
    before: int
    # By user: the lower of the levels before and after, which the group has whatever plans are carried out.
    staying: Mapping[str, int]
    # By user: the level after the plans, of users who join or become more able to act.
    joining: Mapping[str, int]
    leaving: frozenset[str]

    @property
    def relied_on(self) -> frozenset[str]:
        """Names of the users who have to join before any member may leave."""
        if not self.leaving or _best(self.staying) >= self.before:
            return frozenset()
        return frozenset(self.joining)

    @property
    def after(self) -> int:
        """The highest level after the plans."""
        return max(_best(self.staying), _best(self.joining))


def _best(levels: Mapping[str, int]) -> int:
    return max(levels.values(), default=0)


def level(user: ActualUser | None, group: str) -> int:
    """Return how well the user can act for the group: 0, 1 or 2."""
    if user is None or group not in user.groups or user.locked:
        return 0
    return 2 if user.can_act else 1


def standings(plans: Iterable[UserPlan], account: Account, options: Options) -> list[Standing]:
    """Return how the plans change each protected group."""
    changing = {plan.name: plan for plan in plans if plan.changes}
    groups = sorted(protected_groups(account, options))
    leaving = {
        group: frozenset(n for n, p in changing.items() if level(p.after, group) < level(p.before, group))
        for group in groups
    }
    # A user who leaves one protected group waits for those who join it, so no other group can wait for this user.
    leavers = frozenset().union(*leaving.values()) if leaving else frozenset()
    return [_standing(group, leaving[group], leavers, changing, account) for group in groups]


def _standing(
    group: str, leaving: frozenset[str], leavers: frozenset[str], changing: Mapping[str, UserPlan], account: Account
) -> Standing:
    before = {name: level(user, group) for name, user in account.users.items()}
    staying = {name: how for name, how in before.items() if how and name not in changing}
    joining = {}
    for name, plan in changing.items():
        how = level(plan.after, group)
        if how and how <= before.get(name, 0):
            staying[name] = how
        elif how and name in leavers:
            staying[name] = min(how, before.get(name, 0))
        elif how > before.get(name, 0):
            joining[name] = how
            staying[name] = before.get(name, 0)
    for name in leaving:
        staying[name] = level(changing[name].after, group)
    return Standing(group, _best(before), staying, joining, leaving)


def _emptied_groups(plans: Iterable[UserPlan], account: Account, options: Options) -> Iterable[str]:
    for standing in standings(plans, account, options):
        group = standing.group
        if not standing.leaving or standing.after >= standing.before:
            continue
        locked = sorted(account.members(group, suspended=True))
        helpless = sorted(name for name, how in standing.staying.items() if how == 1)
        without = "who can sign in or use an access key" if helpless else ""
        yield (
            f"the plan leaves the protected group {group} without members {without}{' ' if without else ''}"
            f"(now {', '.join(sorted(account.members(group)))}"
            f"{'; suspended, which does not count: ' + ', '.join(locked) if locked else ''}"
            f"{'; no password and no active access key: ' + ', '.join(helpless) if helpless else ''}); "
            "keep one, or take the group out of protected_groups"
        )


def held(standing: Standing, now: Mapping[str, ActualUser], what: str = "left as it is") -> str | None:
    """Return why no user may leave the group, by the current users; None if they may. what begins the message."""
    staying = {name: level(user, standing.group) for name, user in now.items() if name not in standing.leaving}
    if _best(staying) >= standing.before:
        return None
    expected = sorted(set(standing.relied_on) | {name for name, how in standing.staying.items() if how})
    missing = [name for name in expected if not staying.get(name) and name not in standing.leaving]
    why = f", because {', '.join(missing)} can't act for it now" if missing else ""
    return f"{what}: no member of the protected group {standing.group} could act for it any more{why}; run again"


def over_default_quota(plans: Iterable[UserPlan], account: Account) -> bool:
    """Whether the plan exceeds a default quota, which AWS may have raised for this account."""
    return bool(list(quota_problems(plans, account, {})))


def quota_problems(plans: Iterable[UserPlan], account: Account, live: Mapping[str, int]) -> Iterable[tuple[str, str]]:
    """Yield users and the quotas they would exceed: the live ones (GetAccountSummary), or else the default ones."""
    plans = list(plans)
    groups_quota = live.get("GroupsPerUserQuota", limits.GROUPS_PER_USER)
    policies_quota = live.get("AttachedPoliciesPerUserQuota", limits.POLICIES_PER_USER)
    users_quota = live.get("UsersQuota", limits.USERS_PER_ACCOUNT)
    own_quota = live.get("PoliciesQuota", limits.POLICIES_PER_ACCOUNT)
    for plan in plans:
        # No quota prevents a deletion or a lock-out.
        if plan.after is None or plan.urgent or not plan.changes:
            continue
        for field, count, quota in (
            ("groups", len(plan.after.groups), groups_quota),
            ("managed_policies", len(plan.after.managed_policies), policies_quota),
            ("tags", len(plan.after.tags), limits.TAGS_PER_USER),
        ):
            if count > quota:
                yield plan.name, f"{field}: the user would have {count}, with those it has now; IAM allows {quota}"
    makes = [plan.name for plan in plans for change in plan.changes if change.operation == "create_policy"]
    if makes and account.policy_count + len(makes) > own_quota:
        count = account.policy_count + len(makes)
        yield (
            makes[-1],
            f"temporary_groups: the account would have {count} customer managed policies; its quota is {own_quota}",
        )
    created = [plan.name for plan in plans if plan.action == "created"]
    # Users that the same run deletes still count: they may be deleted after the new ones are created.
    if created and len(account.users) + len(created) > users_quota:
        problem = f"the account would have {len(account.users) + len(created)} users; its quota is {users_quota}"
        yield created[-1], problem

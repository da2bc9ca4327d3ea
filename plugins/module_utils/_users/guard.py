# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Plans that must not be carried out, whoever asked for them. Pure, like the plan itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._users import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import PROTECTED, Account, Options, UserPlan


def refusals(plans: Sequence[UserPlan], account: Account, options: Options) -> list[str]:
    """Why this plan is refused: one sentence a reason, empty when it may go on."""
    return [
        *_caller(plans, account),
        *_protected(plans),
        *_too_many_deletions(plans, options),
        *_emptied_groups(plans, account, options),
    ]


def _caller(plans: Iterable[UserPlan], account: Account) -> Iterable[str]:
    for plan in plans:
        if plan.name != account.caller.user_name or plan.before is None:
            continue
        if plan.after is None:
            yield f"the plan deletes {plan.name}, the user who runs it; run it as somebody else"
        elif plan.suspends:
            yield f"the plan suspends {plan.name}, the user who runs it; run it as somebody else"
        elif plan.before.console_access and not plan.after.console_access:
            yield f"the plan takes console access from {plan.name}, the user who runs it; run it as somebody else"


def _protected(plans: Iterable[UserPlan]) -> Iterable[str]:
    marked = [plan for plan in plans if plan.before and plan.before.protected]
    for verb, names in (
        ("deletes", [plan.name for plan in marked if plan.after is None]),
        ("suspends", [plan.name for plan in marked if plan.suspends]),
    ):
        if names:
            yield (
                f"the plan {verb} {', '.join(names)}, marked as protected (tag {PROTECTED}); if that is what you want, "
                "take the mark away first, with protected: false in a run of its own"
            )


def _too_many_deletions(plans: Iterable[UserPlan], options: Options) -> Iterable[str]:
    names = [plan.name for plan in plans if plan.action == "deleted"]
    if len(names) > options.max_deletions:
        yield (
            f"the plan deletes {len(names)} users ({', '.join(names[:20])}{', …' if len(names) > 20 else ''}), "
            f"more than max_deletions allows ({options.max_deletions}); raise it if that is what you want"
        )


def _emptied_groups(plans: Iterable[UserPlan], account: Account, options: Options) -> Iterable[str]:
    after = members_after(plans, account, options.protected_groups)
    for group in sorted(options.protected_groups):
        before = account.members(group)
        if before and not after[group]:
            locked = sorted(account.members(group, suspended=True))
            yield (
                f"the plan leaves the protected group {group} without members (now {', '.join(sorted(before))}"
                f"{'; suspended, which does not count: ' + ', '.join(locked) if locked else ''}); "
                "keep one, or take the group out of protected_groups"
            )


def members_after(plans: Iterable[UserPlan], account: Account, groups: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Who is in each of the groups and not suspended once the plans are carried out."""
    planned = {plan.name: plan for plan in plans}
    result = {}
    for group in groups:
        stay = {name for name in account.members(group) if name not in planned}
        join = {
            name
            for name, plan in planned.items()
            if plan.after is not None and group in plan.after.groups and not plan.after.suspended
        }
        result[group] = frozenset(stay | join)
    return result


def over_default_quota(plans: Iterable[UserPlan], account: Account) -> bool:
    """Whether the plan goes beyond a default quota that AWS may have raised for this account."""
    return bool(list(quota_problems(plans, account, {})))


def quota_problems(plans: Iterable[UserPlan], account: Account, live: Mapping[str, int]) -> Iterable[tuple[str, str]]:
    """Users and what they would have too much of, by the live quotas (GetAccountSummary) or the default ones."""
    plans = list(plans)
    groups_quota = live.get("GroupsPerUserQuota", limits.GROUPS_PER_USER)
    policies_quota = live.get("AttachedPoliciesPerUserQuota", limits.POLICIES_PER_USER)
    users_quota = live.get("UsersQuota", limits.USERS_PER_ACCOUNT)
    for plan in plans:
        if plan.after is None or not plan.changes:
            continue
        for field, count, quota in (
            ("groups", len(plan.after.groups), groups_quota),
            ("managed_policies", len(plan.after.managed_policies), policies_quota),
            ("tags", len(plan.after.tags), limits.TAGS_PER_USER),
        ):
            if count > quota:
                yield plan.name, f"{field}: the user would have {count}, with those it has now; IAM allows {quota}"
    created = [plan.name for plan in plans if plan.action == "created"]
    # Users that go in the same run may go later than the new ones come.
    if created and len(account.users) + len(created) > users_quota:
        problem = f"the account would have {len(account.users) + len(created)} users; its quota is {users_quota}"
        yield created[-1], problem

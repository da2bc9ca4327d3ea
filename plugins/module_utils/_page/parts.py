# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The parts of the guide's page in order, each with its module, and with its problems in the user's words."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._page.removal import Removal
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.wanted import (
    CREDENTIALS_PATH,
    SERVICE_LINKED_ROLE_OPTIONS,
    Page,
)

GROUP = "cloudhsm.iam.iam_group_with_policies"
USERS = "cloudhsm.iam.iam_users"
SERVICE_LINKED_ROLE = "cloudhsm.iam.iam_service_linked_role"
GUARDED_MODULE = "cloudhsm.iam.guarded_module"
IDENTITY_CENTER = "cloudhsm.iam.identity_center_access"
IDENTITY_USERS = "cloudhsm.iam.identity_center_users"
# A problem with a listed user begins with this.
_ITEM = re.compile(r"\busers\[(\d+)\]")
# Start of a module's refusal. The message for the page has it once, and only if it is true.
REFUSAL = "Nothing was changed. "


@dataclass(frozen=True)
class Part:
    """One module's share of the page."""

    key: str
    # What messages call the part.
    title: str
    module: str
    options: dict[str, t.Any] = field(repr=False)
    # The user's names for the options, by option.
    variables: Mapping[str, str] = field(default_factory=dict)
    # The user's names for the items of the list of users, in its order.
    labels: Sequence[str] = ()

    def told(self, **options: t.Any) -> Part:
        """Return the part with these additional options."""
        return replace(self, options={**self.options, **options})

    def without_wrong_users(self, result: Mapping[str, t.Any]) -> Part | None:
        """Return the part with only the users without problems, to compare; None if all have problems."""
        wrong = {int(found[1]) for text in result.get("problems") or () if (found := _ITEM.match(text))}
        places = [place for place in range(len(self.options["users"])) if place not in wrong]
        if not places:
            return None
        users, labels = ([each[place] for place in places] for each in (self.options["users"], self.labels))
        return replace(self, options={**self.options, "users": users, "compare_only": True}, labels=labels)

    def problems(self, result: Mapping[str, t.Any]) -> list[str]:
        """Return all problems if the result is a failure."""
        if not result.get("failed"):
            return []
        return [self.said(str(text)) for text in result.get("problems") or [result.get("msg", "failed")]]

    def said(self, text: str) -> str:
        """Return a message of the module with the user's names for options and listed users."""
        text = _ITEM.sub(lambda found: self._label(int(found[1])), text.removeprefix(REFUSAL))
        # A name of one word may be an ordinary word of the sentence. It is the option only at the start of a problem.
        longer = [name for name in self.variables if "_" in name]
        for names, pattern in ((longer, r"\b(?:{})\b"), (self.variables, r"^(?:{})(?=[:.\[])")):
            if names:
                text = re.sub(pattern.format("|".join(names)), lambda found: self.variables[found[0]], text)
        return text

    def _label(self, place: int) -> str:
        return self.labels[place] if place < len(self.labels) else f"users[{place}]"


# A variable of the role user_provisioning whose name is not the prefix and the option, as messages have it.
_ONBOARDING = {"user_provisioning_onboarding_name": "user_provisioning_onboarding_group"}


def parts_of(page: Page) -> list[Part]:
    """Return the parts that bootstrap creates, in order."""
    groups = [
        # The tags of its policy record all groups that bootstrap creates, so it comes before the others.
        group_part("cloudhsm_group", "the CloudHSM group", page.cloudhsm_group, "bootstrap_cloudhsm_group_name"),
        group_part("admin_group", "the administrators group", page.admin_group, "bootstrap_admin_group_name"),
    ]
    if page.onboarding_group:
        groups.append(onboarding_part(page.onboarding_group))
    return [*groups, _users(page), _service_linked_role(page)]


def users_of_role(
    prefix: str, names: Iterable[str], variables: Mapping[str, t.Any], users: Sequence[t.Any], labels: Sequence[str]
) -> Part:
    """Return the part for a role's users. names are options of iam_users that have a variable of the same name."""
    options = {name: variables[prefix + name] for name in names if variables.get(prefix + name) is not None}
    options.setdefault("credentials_path", CREDENTIALS_PATH)
    called = {name: prefix + name for name in ("users", *names)}
    return Part("users", "the users", USERS, {"users": users, **options}, called, labels)


def onboarding_part(options: dict[str, t.Any]) -> Part:
    """Return the part for the group of pending users."""
    return replace(group_part("onboarding_group", "the group of pending users", options), variables=_ONBOARDING)


def group_part(key: str, title: str, options: dict[str, t.Any], name: str = "") -> Part:
    """Return the part for a group with its policies. name is the variable with its name, if it has another prefix."""
    prefix = options["variables_prefix"]
    return Part(key, f"{title} {options['name']}", GROUP, options, {f"{prefix}name": name} if name else {})


def _users(page: Page) -> Part:
    own = ("credentials_store", "credentials_path", "max_deletions")
    handed = [name for name in page.users if name not in own]
    variables = {
        **{name: f"user_provisioning_{name}" for name in handed},
        **{name: f"bootstrap_{name}" for name in own},
    }
    del variables["users"], variables["managed_by_tag"], variables["protected_groups"]
    return Part("users", "the users", USERS, page.users, variables, page.user_labels)


def _service_linked_role(page: Page) -> Part:
    variables = {name: f"service_linked_role_{name}" for name in SERVICE_LINKED_ROLE_OPTIONS}
    variables["service_name"] = "bootstrap_service_name"
    return Part(
        "service_linked_role", "the service-linked role", SERVICE_LINKED_ROLE, page.service_linked_role, variables
    )


def user_removal(page: Page, max_deletions: int) -> Part:
    """Return the part that deletes all users whom bootstrap created, as their tag shows, without a list of names."""
    options = {
        **page.users,
        "users": [],
        "purge_users": True,
        "purge_users_allow_empty": True,
        "max_deletions": max_deletions,
        "protected_groups": [],
        "onboarding_group": None,
    }
    return replace(
        _users(page), options={name: value for name, value in options.items() if value is not None}, labels=()
    )


def removal_parts(page: Page, gone: Removal, with_role: bool) -> list[Part]:
    """Return the parts for everything else that a teardown deletes, in order.

    The CloudHSM group is the last group, because the tags of its policy record which groups bootstrap created.
    """
    # IAM ignores the case of names.
    going = {name.casefold(): name for name in gone.groups}
    parts = []
    for part in sorted(parts_of(page), key=lambda part: part.key == "cloudhsm_group"):
        spelled = going.get(str(part.options.get("name")).casefold()) if part.module == GROUP else None
        if spelled:
            parts.append(part.told(state="absent", name=spelled))
    onboarding = going.get(page.onboarding_group_name.casefold())
    if page.onboarding_group is None and onboarding:
        options = {"state": "absent", "name": onboarding}
        parts.insert(0, Part("onboarding_group", f"the group of pending users {options['name']}", GROUP, options))
    parts += [
        Part(
            f"policy {name}",
            f"the policy {name}",
            GUARDED_MODULE,
            {"name": "amazon.aws.iam_managed_policy", "options": {"state": "absent", "name": name}},
        )
        for name in gone.policies
    ]
    if with_role:
        parts.append(_service_linked_role(page).told(state="absent"))
    return parts


def with_made_policies(found: Mapping[str, t.Any], results: Iterable[Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """Return iam_account_info's result with the policies that parts create, because later parts may need them."""
    made = [
        {"arn": arn, "attachments": 0, "boundary_of": 0, **after}
        for arn, before, after in _changed_policies(found["account"], results)
        if not before
    ]
    return {**found, "policies": [*found["policies"], *made]}


def pending_policies(account: Mapping[str, t.Any], results: Iterable[Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """Return the policies that the parts with these results give to groups, as iam_users takes them."""
    results = list(results)
    groups = [(before, after) for before, after in _steps(results) if "managed_policies" in after]
    return {
        # Names are case-insensitive in IAM, so an existing group may have another spelling than the variable.
        "groups": {before.get("name", after["name"]): after["managed_policies"] for before, after in groups},
        "documents": {arn: after["document"] for arn, _before, after in _changed_policies(account, results)},
    }


def _changed_policies(
    account: Mapping[str, t.Any], results: Iterable[Mapping[str, t.Any]]
) -> Iterator[tuple[str, Mapping[str, t.Any], Mapping[str, t.Any]]]:
    """Yield the customer managed policies that parts create or change: the ARN, and the policy before and after."""
    own = f"arn:{account['partition']}:iam::{account['account_id']}:policy"
    for before, after in _steps(results):
        if "document" in after:
            yield after.get("arn") or f"{own}{after['path']}{after['name']}", before, after


def _steps(results: Iterable[Mapping[str, t.Any]]) -> Iterator[tuple[Mapping[str, t.Any], Mapping[str, t.Any]]]:
    """Yield before and after of each step of the results of iam_group_with_policies."""
    for result in results:
        yield from ((step["before"], step["after"]) for step in result.get("diff") or ())


def outcome(done: Iterable[Part], left: Iterable[Part]) -> str:
    """Return what was changed before a failure, and what is not finished."""
    changed = [part.title for part in done]
    sentences = [f"Changed before that, and kept: {', '.join(changed)}." if changed else ""]
    sentences.append(f"Not finished: {', '.join(part.title for part in left)}. Run again to go on.")
    return " ".join(filter(None, sentences))

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Turns the option O(users) into desired users, and finds all mistakes that don't depend on the account."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import kind, text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.item import Fields
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.item import label as item_label
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import RESERVED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import tag_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._users import renaming
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import typing_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import DesiredUser, TemporaryGroup
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.temporary_input import read_temporary_groups

STATES = ("present", "absent", "suspended")
# The options of a user, in the order in which messages list them.
USER_SPEC: dict[str, dict[str, t.Any]] = {
    "name": {"type": "str", "required": True},
    "previous_name": {"type": "str"},
    "state": {"type": "str", "choices": [*STATES], "default": "present"},
    "protected": {"type": "bool"},
    "path": {"type": "str"},
    "tags": {"type": "dict"},
    "groups": {"type": "list", "elements": "str"},
    "leave_groups": {"type": "list", "elements": "str"},
    "temporary_groups": {
        "type": "list",
        "elements": "dict",
        "options": {
            "group": {"type": "str", "required": True},
            "until": {"type": "raw", "required": True},
            "reason": {"type": "str", "required": True},
        },
    },
    "managed_policies": {"type": "list", "elements": "str"},
    "boundary": {"type": "str"},
    "console_access": {"type": "bool"},
    "password": {"type": "str", "no_log": True},
    "password_reset_required": {"type": "bool", "default": True, "no_log": False},
}


def label(index: int, name: object = None) -> str:
    """Return the name of a list item in messages."""
    return item_label("users", index, name)


def parse_users(users: object, managed_by_tag: str) -> tuple[list[DesiredUser], list[str]]:
    """Read the option O(users). Return the desired users and the problems found.

    Each problem is one sentence that begins with item and field. If there are any, the users must not be used.
    """
    if not isinstance(users, Sequence) or isinstance(users, (str, bytes)):
        return [], [f"users: must be a list of dictionaries, not {kind(users)}"]
    desired: list[DesiredUser] = []
    # The index in the list of each desired user.
    places: list[int] = []
    problems: list[str] = []
    for index, item in enumerate(users):
        if not isinstance(item, Mapping):
            problems.append(f"{label(index)}: must be a dictionary with at least a name, not {kind(item)}")
            continue
        reader = _ItemReader(item, managed_by_tag)
        user = reader.read()
        problems += [f"{label(index, item.get('name'))}: {problem}" for problem in reader.problems]
        desired.append(user)
        places.append(index)
    problems += [
        f"{label(places[number], desired[number].name)}: {problem}" for number, problem in renaming.clashes(desired)
    ]
    return desired, problems + _duplicates([item.get("name") if isinstance(item, Mapping) else None for item in users])


def _duplicates(names: Sequence[object]) -> list[str]:
    """Return a problem for each name that is listed again. IAM ignores case: "bob" and "Bob" are the same user."""
    seen: dict[str, int] = {}
    problems = []
    for index, name in enumerate(names):
        if not isinstance(name, str):
            continue
        first = seen.setdefault(name.lower(), index)
        if first == index:
            continue
        how = "is also" if names[first] == name else "differs only by case from"
        problems.append(f"{label(index, name)}: name: {how} {label(first, names[first])}; list each user once")
    return problems


class _ItemReader(Fields):
    """Reads one item of the list."""

    def __init__(self, item: Mapping[str, t.Any], managed_by_tag: str) -> None:
        super().__init__(item)
        self.managed_by_tag = managed_by_tag

    def read(self) -> DesiredUser:
        self.only(USER_SPEC, "a user")
        reset = self.boolean("password_reset_required")
        state = self._state()
        user = DesiredUser(
            name=self._name(),
            previous_name=self._previous_name(),
            present=state != "absent",
            suspended=state == "suspended",
            protected=self.boolean("protected"),
            path=self._path(),
            tags=self._tags(),
            groups=self._groups("groups"),
            leaves=self._groups("leave_groups") or frozenset(),
            temporary=self._temporary_groups(),
            managed_policies=self._managed_policies(),
            boundary=self._boundary(),
            console_access=self.boolean("console_access"),
            password=self._password(),
            password_reset_required=True if reset is None else reset,
        )
        if user.password is not None and user.present and user.console_access is not True:
            self.problem("password", "is given, but console_access is not true; a password is only for console access")
        self._check_leaving(user)
        if user.previous_name is not None and state != "present":
            self.problem("previous_name", f"is given, and only users that are present are renamed; this one is {state}")
        if user.protected and state != "present":
            self.problem("protected", f"is true, and a protected user can't be {state}")
        return user

    def _string(self, field: str) -> str | None:
        value = self.item.get(field)
        if value is None or isinstance(value, str):
            return value
        self.problem(field, str(text_problem(value)))
        return None

    def _strings(self, field: str) -> list[str] | None:
        value = self.sequence(field)
        if value is None:
            return None
        for index, element in enumerate(value):
            if problem := text_problem(element):
                self.problem(f"{field}[{index}]", problem)
        strings = [element for element in value if isinstance(element, str)]
        for element, times in sorted(Counter(strings).items()):
            if times > 1:
                self.problem(field, f"names {element[:140]!r} more than once")
        return strings

    def _name(self) -> str:
        name = self._string("name")
        if name is None or name == "":
            if not any(problem.startswith("name:") for problem in self.problems):
                self.problem("name", "is missing")
            return ""
        self._check_user_name("name", name)
        return name

    def _previous_name(self) -> str | None:
        name = self._string("previous_name")
        if name is not None:
            self._check_user_name("previous_name", name)
        return name

    def _check_user_name(self, field: str, name: str) -> None:
        if len(name) > limits.USER_NAME_LENGTH:
            self.problem(field, f"has {len(name)} characters, IAM allows {limits.USER_NAME_LENGTH}")
        if not limits.NAME.fullmatch(name):
            self.problem(field, f"{name[:80]!r} has characters that IAM does not allow; use A-Z a-z 0-9 and _+=,.@-")

    def _state(self) -> str:
        state = self.item.get("state")
        if state is None or state in STATES:
            return state or "present"
        self.problem("state", f"must be {', '.join(STATES[:-1])} or {STATES[-1]}, not {str(state)[:80]!r}")
        return "present"

    def _path(self) -> str | None:
        path = self._string("path")
        if path is None:
            return None
        if len(path) > limits.PATH_LENGTH:
            self.problem("path", f"has {len(path)} characters, IAM allows {limits.PATH_LENGTH}")
        if not limits.PATH.fullmatch(path):
            self.problem("path", f"{path[:80]!r} must begin and end with a slash and hold no spaces, as in /staff/")
        return path

    def _tags(self) -> dict[str, str] | None:
        tags = self.item.get("tags")
        self.problems += tag_problems(tags)
        if not isinstance(tags, Mapping):
            return None
        # The ownership tag is added to the listed tags.
        if len(tags) == limits.TAGS_PER_USER:
            self.problem(
                "tags",
                f"lists {len(tags)}, IAM allows {limits.TAGS_PER_USER} a user, and this collection uses one of them",
            )
        for key in map(str, tags):
            field = f"tags.{key[:80]}"
            if key == self.managed_by_tag:
                self.problem(field, "is the ownership tag (managed_by_tag), which is set for you")
            elif key.lower() == self.managed_by_tag.lower():
                self.problem(
                    field, f"differs only by case from the ownership tag {self.managed_by_tag} (managed_by_tag)"
                )
            elif key.lower().startswith(RESERVED):
                hint = "to protect a user say protected: true"
                self.problem(field, f"keys that begin with {RESERVED} are reserved; {hint}")
        return {str(key): str(value) for key, value in tags.items()}

    def _groups(self, field: str) -> frozenset[str] | None:
        groups = self._strings(field)
        if groups is None:
            return None
        for group in groups:
            if not limits.NAME.fullmatch(group) or len(group) > limits.GROUP_NAME_LENGTH:
                self.problem(field, f"{group[:140]!r} can't be the name of a group: 1 to 128 of A-Z a-z 0-9 _+=,.@-")
        if field == "groups" and len(set(groups)) > limits.GROUPS_PER_USER:
            self.problem(field, f"lists {len(set(groups))}, IAM allows {limits.GROUPS_PER_USER} a user")
        return frozenset(groups)

    def _temporary_groups(self) -> tuple[TemporaryGroup, ...] | None:
        listed = self.sequence("temporary_groups")
        if listed is None:
            return None
        read, problems = read_temporary_groups(listed, self.item)
        self.problems += problems
        return read

    def _check_leaving(self, user: DesiredUser) -> None:
        """Add a problem for each group that is in both groups and leave_groups."""
        wanted = {group.lower() for group in user.groups or ()}
        for group in sorted(user.leaves):
            if group.lower() in wanted:
                self.problem("leave_groups", f"{group!r} is listed in groups too; list it once")

    def _managed_policies(self) -> frozenset[str] | None:
        policies = self._strings("managed_policies")
        if policies is None:
            return None
        for policy in policies:
            self._check_policy_arn("managed_policies", policy)
        if len(set(policies)) > limits.POLICIES_PER_USER_MAX:
            self.problem(
                "managed_policies", f"lists {len(set(policies))}, IAM allows {limits.POLICIES_PER_USER_MAX} a user"
            )
        return frozenset(policies)

    def _boundary(self) -> str | None:
        boundary = self._string("boundary")
        if boundary:
            self._check_policy_arn("boundary", boundary)
        return boundary

    def _check_policy_arn(self, field: str, arn: str) -> None:
        if not limits.POLICY_ARN.fullmatch(arn) or len(arn) > limits.POLICY_ARN_LENGTH:
            self.problem(
                field,
                f"{arn[:140]!r} is not the ARN of a managed policy, as in arn:aws:iam::aws:policy/ReadOnlyAccess",
            )

    def _password(self) -> str | None:
        password = self._string("password")
        if password is None:
            return None
        # No message contains the password itself.
        if not 1 <= len(password) <= limits.PASSWORD_LENGTH:
            self.problem("password", f"has {len(password)} characters, IAM allows 1 to {limits.PASSWORD_LENGTH}")
        elif not limits.PASSWORD.fullmatch(password):
            self.problem("password", "has characters that IAM does not allow; use printable Latin-1 characters")
        elif problem := typing_problem(password):
            self.problem("password", problem)
        return password

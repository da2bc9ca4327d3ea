# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the pages and policies of the permissions that callers need, from docs/permissions.yml.

tools/permissions.py FOLDER      writes permissions.md and permissions/PLAYBOOK.json into the folder
"""

from __future__ import annotations

import json
import sys
import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from rendering import render as render_page

DATA = Path(__file__).resolve().parents[1] / "docs" / "permissions.yml"
# No one should be able to create or change service-linked roles other than CloudHSM's.
SERVICE_LINKED_ROLE = "arn:aws:iam::*:role/aws-service-role/cloudhsm.amazonaws.com/*"
# Sessions of root users are for the tasks that root_access has, and for no others of AWS's task policies.
ASSUME_ROOT = "sts:AssumeRoot"
ROOT_TASKS = [
    f"arn:aws:iam::aws:policy/root-task/{task}"
    for task in ("IAMAuditRootUserCredentials", "IAMCreateRootUserPassword", "IAMDeleteRootUserCredentials")
]
ON_SERVICE_LINKED_ROLE = frozenset({"iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole", "iam:UpdateRole"})


@dataclass(frozen=True)
class Needs:
    """Required actions, and optional actions with what is lost without each."""

    required: frozenset[str] = frozenset()
    optional: Mapping[str, str] = field(default_factory=dict)

    def __or__(self, other: Needs) -> Needs:
        required = self.required | other.required
        optional = {
            action: lost for action, lost in {**self.optional, **other.optional}.items() if action not in required
        }
        return Needs(required, optional)

    @property
    def actions(self) -> list[str]:
        """All actions, sorted."""
        return sorted({*self.required, *self.optional})


@dataclass(frozen=True)
class Permissions:
    """What each role needs by use, and which uses of which roles each playbook makes."""

    roles: Mapping[str, Mapping[str, Needs]]
    playbooks: Mapping[str, Mapping[str, list[str]]]

    def of_role(self, role: str) -> Needs:
        """What a role needs for all its uses."""
        return _union(self.roles[role].values())

    def of_playbook(self, playbook: str) -> Needs:
        """What a playbook needs."""
        return _union(self.roles[role][use] for role, uses in self.playbooks[playbook].items() for use in uses)


def _union(all_needs: Iterable[Needs]) -> Needs:
    union = Needs()
    for needs in all_needs:
        union |= needs
    return union


def load(path: Path = DATA) -> Permissions:
    """Read the data."""
    data = yaml.safe_load(path.read_text())
    return Permissions(
        {
            role: {
                use: Needs(frozenset(needs.get("required", [])), needs.get("optional", {}))
                for use, needs in uses.items()
            }
            for role, uses in data["roles"].items()
        },
        data["playbooks"],
    )


def policy(actions: Iterable[str]) -> dict[str, t.Any]:
    """A policy that allows these actions: to service-linked roles only for CloudHSM's, as root users only for tasks."""
    wanted = set(actions)
    narrow = sorted(wanted & ON_SERVICE_LINKED_ROLE)
    if "iam:CreateRole" in wanted:
        # Then the caller also updates ordinary roles.
        narrow = [action for action in narrow if action != "iam:UpdateRole"]
    anything = sorted(wanted - set(narrow) - {ASSUME_ROOT})
    statements: list[dict[str, t.Any]] = []
    if anything:
        statements.append({"Effect": "Allow", "Action": anything, "Resource": "*"})
    if narrow:
        statements.append({"Effect": "Allow", "Action": narrow, "Resource": SERVICE_LINKED_ROLE})
    if ASSUME_ROOT in wanted:
        tasks = {"ArnEquals": {"sts:TaskPolicyArn": ROOT_TASKS}}
        statements.append({"Effect": "Allow", "Action": [ASSUME_ROOT], "Resource": "*", "Condition": tasks})
    return {"Version": "2012-10-17", "Statement": statements}


def render(permissions: Permissions) -> dict[str, str]:
    """All files, by their paths inside the folder."""
    policies = {
        f"permissions/{name}.json": json.dumps(policy(permissions.of_playbook(name).actions), indent=2) + "\n"
        for name in permissions.playbooks
    }
    page = render_page(
        Path(__file__).with_name("permissions.md.j2"),
        permissions=permissions,
        count={name: len(permissions.of_playbook(name).actions) for name in permissions.playbooks},
    )
    return {"permissions.md": page, **policies}


def main() -> None:
    folder = Path(sys.argv[1])
    for name, content in render(load()).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


if __name__ == "__main__":
    main()

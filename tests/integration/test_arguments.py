# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments of roles as a command line or a survey gives them: as text, they do the same or are refused at once.

Generated from the argument specs: an option that is new has to be given a value here.
"""

from __future__ import annotations

import datetime
import json
import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import moto_server
import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED, OWNED
from helpers.accounts.break_glass import seal
from helpers.moto.clients import iam_client, organizations_client
from helpers.moto.fault_proxy import Call, FaultProxy
from helpers.processes.control_node import ControlNode

ROLES = Path(__file__).resolve().parents[2] / "roles"
METADATA = Path(__file__).resolve().parents[2] / "extensions" / "molecule" / "federated_access" / "metadata.xml"
ACCOUNT = "123456789012"
ADMIN = f"arn:aws:iam::{ACCOUNT}:role/Admin"
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]}
# Users of each account to begin with.
PEOPLE = ("alice", "bob")
# Groups of each account to begin with: protected groups have to exist.
GROUPS = ("Readers", "Ops")
PASSING = ("generated_at", "changed", "files", "create_date", "role_id", "organization_id")
# Of a root and a policy of an organization.
RANDOM_ID = re.compile(r"(?<![\w-])[pr]-[0-9a-z]{4,10}(?![\w-])")
# Start of the name of a group that the run asks about before each inclusion.
BEGIN = "case-"
TYPES = ("bool", "int", "list", "dict")
EATEN = "must be text, not a number"
Variables = dict[str, t.Any]


@dataclass(frozen=True)
class Role:
    """What a role is given: what it needs anyway, and a value for each number, list and dictionary."""

    base: Variables = field(default_factory=dict)
    values: Variables = field(default_factory=dict)
    # Switches that can't be the other way round together with the values.
    fixed: Variables = field(default_factory=dict)
    # What other roles hand over, and no user gives.
    internal: tuple[str, ...] = ()
    # Whether the account is that of an organization.
    organization: bool = False
    # What stands between the elements of a list.
    between: tuple[str, str] = (", ", " ")


CASES = {
    # A list with choices is split by Ansible itself, at commas alone.
    "access_report": Role(
        {"folder": "reports", "artifact": "none", "region": "us-east-1"},
        {
            "formats": ["md", "json"],
            "accepted_risks": [
                {
                    "finding": "no_service_linked_role",
                    "subjects": ["account"],
                    "reason": "There is no cluster yet",
                    "expires": str(datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(30)),
                    "accepted_by": "Security team",
                }
            ],
            "expected_users": [{"name": "alice"}],
            "expected_groups": [{"name": "Readers", "managed_policies": ["ReadOnlyAccess", "SecurityAudit"]}],
            "max_key_age": 30,
            "max_unused": 31,
            "max_temporary": 34,
            "live_limit": 32,
            "wait_timeout": 33,
        },
        between=(",", ","),
    ),
    "account_export": Role(
        {"folder": "exports"},
        {
            "names": ["alice", "bob"],
            "paths": ["/", "/hsm/"],
            "groups": ["Readers", "Ops"],
            "tags": {"team": "a"},
            "live_limit": 32,
            "wait_timeout": 33,
            "identity_center_names": {"alice": "alice@example.com"},
        },
    ),
    "account_guard": Role(values={"account_ids": [ACCOUNT, "210987654321"]}, between=(",", ", ")),
    "account_password_policy": Role(
        {"allow_weaker": True},
        {"min_pw_length": 15, "pw_max_age": 90, "pw_reuse_prevent": 4},
        fixed={"allow_weaker": True},
    ),
    "account_session": Role(
        {"role_arn": ADMIN},
        {"duration": 900, "renew_before": 60, "tags": {"team": "a", "cost": "0042"}, "source": {"region": "us-east-1"}},
    ),
    "admin_group": Role(
        values={"aws_managed_policies": ["AdministratorAccess", "ReadOnlyAccess"], "members": ["alice", "bob"]},
        internal=("found",),
    ),
    "bootstrap": Role(
        {"credentials_path": "private/passwords.yml"},
        {"cloudhsm_administrators": ["alice", "bob"], "users": [{"name": "eve"}], "max_deletions": 3},
    ),
    "break_glass": Role(
        # A user who is sealed, since another password would be another result each time.
        {"users": "sealed", "group": "Ops"},
        {
            "users": ["sealed"],
            "stores": [
                {"store": "secretsmanager", "tags": {"team": "0042"}},
                {"store": "ssm_parameter", "tags": {"team": "0042"}},
            ],
            "half_length": 20,
        },
        fixed={"reseal": False},
    ),
    "cloudhsm_group": Role(
        {"policy_profile": "hardened", "policy_name": "Hsm"},
        {
            "regions": ["us-east-1", "eu-west-1"],
            "resource_tags": {"team": "a"},
            "tags": {"team": "b"},
            "creation_tags": {"made": "here"},
        },
        internal=("found", "cluster_arns"),
    ),
    "cloudhsm_guardrails": Role(
        {"enable_policy_type": True},
        {
            "targets": ["/", "organization"],
            "regions": ["us-east-1", "eu-west-1"],
            "break_glass_roles": ["arn:aws:iam::*:role/BreakGlass", "arn:aws:iam::*:role/Rescue"],
            "tags": {"team": "a"},
            "canary_wait": 5,
            "max_detachments": 3,
            "wait_timeout": 33,
            "workers": 4,
        },
        fixed={"enable_policy_type": True},
        organization=True,
    ),
    "cloudhsm_role": Role(
        # What is deleted may have been of any kind of trust.
        {"state": "absent"},
        {
            "trusted_accounts": ["210987654321", "012345678901"],
            "trusted_principals": ["arn:aws:iam::210987654321:role/A", "arn:aws:iam::210987654321:role/B"],
            "managed_policies": ["arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/B"],
            "oidc_audiences": ["a", "b"],
            "oidc_subjects": ["repo:a/b:*", "repo:a/c:*"],
            "source_arns": ["arn:aws:s3:::a", "arn:aws:s3:::b"],
            "tags": {"team": "a"},
            "creation_tags": {"made": "here"},
            "policy_options": {"profile": "hardened", "regions": ["us-east-1"]},
            "max_session_duration": 7200,
        },
    ),
    "federated_access": Role(
        {"provider_name": "Example", "saml_metadata": METADATA.read_text()},
        {
            "session_tags": ["Department", "Team"],
            "audiences": ["https://signin.aws.amazon.com/saml", "https://eu-west-1.signin.aws.amazon.com/saml"],
            "tags": {"team": "a"},
            "creation_tags": {"made": "here"},
            "policy_options": {"profile": "hardened", "allow_backup_copy": True, "regions": ["us-east-1"]},
            "max_session_duration": 7200,
        },
    ),
    "group_provisioning": Role(values={"groups": [{"name": "Readers", "aws_managed_policies": ["ReadOnlyAccess"]}]}),
    "identity_center_access": Role(
        {"region": "us-east-1", "state": "absent"},
        {
            "permission_sets": [{"name": "Readers"}],
            "assignments": [{"permission_set": "Readers", "groups": ["Ops"], "all_accounts": True}],
            "groups": [{"name": "Ops"}],
            "max_deletions": 3,
            "wait_timeout": 33,
            "workers": 4,
        },
        organization=True,
    ),
    "root_access": Role(
        # Whoever is in no organization is told so before anything else is looked at.
        {"state": "enabled"},
        {
            "accounts": ["111122223333", "444455556666"],
            "organizational_units": ["/Workloads", "/Sandbox"],
            "exclude_accounts": ["777788889999", "888899990000"],
            "account_tags": {"stage": "live"},
            "features": ["RootCredentialsManagement", "RootSessions"],
            "max_removals": 3,
            "workers": 4,
        },
        organization=True,
        # Ansible itself splits a list with choices, at commas alone.
        between=(",", ","),
    ),
    "service_linked_role": Role(values={"wait_timeout": 10}),
    "shared_policy": Role(
        {"name": "Shared", "document": DOCUMENT}, {"creation_tags": {"made": "here"}}, internal=("account",)
    ),
    "user_credentials": Role(
        # The one job without a secret, which is another one each time. Other jobs' options are left out.
        {"job": "replace_mfa_device", "user": "alice"},
        {
            "protected_groups": ["Readers", "Ops"],
            "password_length": 20,
            "min_age_days": None,
            "delete_after_days": None,
            "store_tags": {},
        },
        fixed={"console_access": False, "create_first": False, "deactivate_used": False},
    ),
    "user_offboarding": Role(
        {"users": "alice"},
        {
            "users": ["alice", "bob"],
            "protected_groups": ["Readers", "Ops"],
            "max_deletions": 3,
            "identity_center": {"region": "us-east-1"},
        },
        organization=True,
    ),
    "user_provisioning": Role(
        {"onboarding": "two_phase"},
        {
            "users": [{"name": "alice"}, {"name": "new", "tags": {"team": "0042"}}],
            "credentials_tags": {},
            "password_length": 20,
            "max_deletions": 3,
            "protected_groups": ["Readers", "Ops"],
            "pending_groups": ["Pending", "Other"],
            "require_mfa_groups": ["Readers", "Ops"],
            "restore_credentials": ["AKIAEXAMPLE000000001", "AKIAEXAMPLE000000002"],
            "workers": 4,
            "batch_size": 5,
        },
        fixed={"purge_users": False, "adopt": False},
    ),
}


def options_of(role: str) -> dict[str, dict[str, t.Any]]:
    """The options of a role without its prefix, as far as text can stand for their values."""
    spec = yaml.safe_load((ROLES / role / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]
    options = {name.removeprefix(f"{role}_"): option for name, option in spec["options"].items()}
    return {
        name: option
        for name, option in options.items()
        if option["type"] in TYPES or (role, name) == ("user_offboarding", "users")
    }


def of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(element, str) for element in value)


def as_text(value: t.Any, between: str) -> t.Any:
    """The value as a command line gives it; a dictionary as it is."""
    if of_texts(value):
        return between.join(value)
    return str(value).lower() if isinstance(value, (bool, int)) else value


def cases_of(role: str) -> tuple[list[tuple[Variables, Variables]], list[tuple[Variables, bool]]]:
    """Pairs that have to do the same, and variables to be refused, or (True) to do the same as the typed ones."""
    case, options = CASES[role], options_of(role)
    pairs = []
    for switch, between in zip((True, False), case.between, strict=True):
        switches = {name: switch for name, option in options.items() if option["type"] == "bool"}
        typed = {**case.base, **case.values, **switches, **case.fixed}
        pairs.append(
            (typed, {**case.base, **{name: as_text(typed[name], between) for name in typed if name in options}})
        )
    pairs = [(typed, {**typed, **text}) for typed, text in pairs]
    usual = pairs[1][0]
    wrong: list[tuple[Variables, bool]] = []
    for name, option in options.items():
        if name in case.internal:
            continue
        value = usual[name]
        if of_texts(value):
            wrong += [({**usual, name: ",".join(value) + ","}, False), ({**usual, name: [*value, 0o123]}, False)]
        elif option["type"] in ("list", "dict"):
            wrong += [({**usual, name: json.dumps(value)}, True), ({**usual, name: "alice"}, False)]
    return pairs, wrong


def test_every_option_that_can_be_text_has_a_value() -> None:
    assert set(CASES) == {path.name for path in ROLES.iterdir()}
    for role, case in CASES.items():
        options = options_of(role)
        given = {*case.values, *case.internal, *(name for name, option in options.items() if option["type"] == "bool")}
        assert given == set(options), role


def tasks_of(role: str, number: int, variables: Variables) -> list[Variables]:
    """One inclusion of a role, after a call that tells where it begins."""
    said = "{{ ansible_failed_result.msg | default('?') | string }}"
    result = f"{{{{ lookup('ansible.builtin.vars', '{role}_result', default={{}}) }}}}"

    def keep(message: str) -> Variables:
        return {"ansible.builtin.set_fact": {f"case_{number}": [message, result]}}

    return [
        {"cloudhsm.iam.iam_account_info": {"groups": [f"{BEGIN}{number}"]}},
        {
            "block": [
                {
                    "ansible.builtin.include_role": {"name": f"cloudhsm.iam.{role}"},
                    "vars": {f"{role}_{name}": value for name, value in variables.items()},
                },
                keep(""),
            ],
            "rescue": [keep(said)],
        },
    ]


class Cases:
    """Inclusions of a role in one run. Some find an account that is made anew when they begin."""

    def __init__(self, role: str, runs: list[Variables], anew: list[bool], moto: str) -> None:
        self.runs = runs
        self.tasks = [task for number, variables in enumerate(runs) for task in tasks_of(role, number, variables)]
        self._anew = [BEGIN + str(number) for number, new in enumerate(anew) if new]
        self._moto = moto
        self._role = role
        self._organization = CASES[role].organization

    def before(self, _action: str, params: Mapping[str, str]) -> None:
        """Make the account anew where this is the call with which such an inclusion begins."""
        if params.get("GroupName") in self._anew:
            moto_server.reset(self._moto)
            iam = iam_client(self._moto)
            for name in PEOPLE:
                iam.create_user(UserName=name, Tags=[{"Key": MANAGED, "Value": OWNED}])
            for name in GROUPS:
                iam.create_group(GroupName=name)
            if self._role == "break_glass":
                seal(self._moto, "sealed")
            if self._organization:
                organizations_client(self._moto).create_organization(FeatureSet="ALL")

    def calls(self, aws: FaultProxy) -> list[list[Call]]:
        """The calls of each inclusion."""
        begins = [place for place, call in enumerate(aws.calls) if call.params.get("GroupName", "").startswith(BEGIN)]
        assert len(begins) == len(self.runs)
        return [aws.calls[first:last] for first, last in zip(begins, [*begins[1:], None], strict=True)]

    def play(self, node: ControlNode) -> list[tuple[str, t.Any]]:
        """What each inclusion said where it was refused, and its result."""
        kept = node.folder / "kept.json"
        every = "{{ [" + ", ".join(f"case_{number}" for number in range(len(self.runs))) + "] | to_json }}"
        run = node.playbook(node.write_playbook([*self.tasks, node.keep(every, kept)]))
        assert kept.exists(), run.output[-4000:]
        return list(json.loads(kept.read_text()))


@pytest.mark.parametrize("role", sorted(CASES))
def test_text_does_the_same_or_is_refused(node: ControlNode, aws: FaultProxy, moto: str, role: str) -> None:
    pairs, wrong = cases_of(role)
    # Of the stores of break_glass.
    node.environment["AWS_REGION"] = "us-east-1"
    runs = [variables for pair in pairs for variables in pair] + [variables for variables, _same in wrong]
    cases = Cases(role, runs, [True] * 4 + [may_be_the_same for _variables, may_be_the_same in wrong], moto)
    aws.before = cases.before
    said, results = zip(*cases.play(node), strict=True)
    done = [_writes(part) for part in cases.calls(aws)]
    for place in (0, 2):
        assert said[place] == said[place + 1] == "", (role, runs[place + 1])
        assert done[place] == done[place + 1], (role, runs[place + 1])
        assert _lasting(results[place]) == _lasting(results[place + 1]), (role, runs[place + 1])
    for place, (variables, may_be_the_same) in enumerate(wrong, start=4):
        if said[place]:
            assert done[place] == [], (role, variables, said[place])
            assert "Traceback" not in said[place]
        else:
            assert may_be_the_same, (role, variables)
            assert done[place] == done[2], (role, variables)


def _writes(calls: t.Sequence[Call]) -> list[tuple[str, str]]:
    """What was written, in an order that workers don't change."""
    return sorted(
        (
            call.action,
            RANDOM_ID.sub("id", json.dumps({**call.params, "Password": "Password" in call.params}, sort_keys=True)),
        )
        for call in calls
        if call.is_write
    )


def _lasting(result: t.Any) -> t.Any:
    """A result without what is another one each time."""
    if isinstance(result, dict):
        return {key: _lasting(value) for key, value in result.items() if key not in PASSING}
    if isinstance(result, list):
        return [_lasting(value) for value in result]
    return RANDOM_ID.sub("id", result) if isinstance(result, str) else result

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Extra variables win over everything that a role can say, except for what it says by internal names.

What one role hands another, and what a playbook hands a role, must not be anything that people may set for another use.
"""

from __future__ import annotations

import json
import re
import typing as t
from collections import Counter
from pathlib import Path

import moto_server
import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._unknown_variables import FACTS
from helpers.documents.case_files import case_file
from helpers.moto.clients import iam_client
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode, Run
from helpers.processes.permission_cases import CASES, just_bootstrapped

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ROLES = Path(__file__).resolve().parents[2] / "roles"
ACCOUNT = "123456789012"
CONFIRM = ("-e", f"bootstrap_teardown_confirm={ACCOUNT}")
Variables = dict[str, t.Any]


@pytest.fixture
def account_file(node: ControlNode) -> str:
    """One file with the variables of all roles, as docs/control_node.md recommends."""
    return f"@{case_file('extra-vars-win-over-include-vars', 'account.yml', node.folder)}"


def run(node: ControlNode, playbook: str | Path, *args: str) -> Run:
    """A run that ends well."""
    name = playbook if isinstance(playbook, Path) else f"cloudhsm.iam.{playbook}"
    done = node.playbook(name, *args)
    assert done.status == 0, done.output
    return done


def shows(done: Run, *texts: str) -> bool:
    return all(text in done.output for text in texts)


def users(iam: IAMClient) -> set[str]:
    return {user["UserName"] for user in iam.list_users()["Users"]}


def groups(iam: IAMClient) -> set[str]:
    return {group["GroupName"] for group in iam.list_groups()["Groups"]}


def test_neither_bootstrap_nor_teardown_deletes_users_of_provision_users(
    node: ControlNode, iam: IAMClient, account_file: str
) -> None:
    run(node, "bootstrap")
    run(node, "provision_users", "-e", account_file, "-e", "user_provisioning_purge_users=false")
    run(node, "bootstrap", "-e", account_file)
    assert users(iam) == {"Administrator", "alice", "dora", "emil"}
    torn = run(node, "teardown", "-e", account_file, *CONFIRM)
    assert users(iam) == {"dora", "emil"}
    assert shows(torn, "- user Administrator: ", "- user alice: ")
    # dora and emil are its members.
    assert groups(iam) == {"CloudHSMAdministrators"}


def test_a_teardown_leaves_what_other_runs_made(node: ControlNode, iam: IAMClient) -> None:
    group = f"@{case_file('extra-vars-win-over-include-vars', 'group.yml', node.folder)}"
    run(node, case_file("extra-vars-win-over-include-vars", "own.yml", node.folder), "-e", group)
    run(node, "bootstrap")
    torn = run(node, "teardown", "-e", group, *CONFIRM)
    assert shows(torn, "- group Administrators: ", "- group CloudHSMAdministrators: ")
    assert (users(iam), groups(iam)) == ({"dora"}, {"HSMOperators"})
    assert [policy["PolicyName"] for policy in iam.list_policies(Scope="Local")["Policies"]] == ["HSMOperators"]
    paths = [role["Path"] for role in iam.list_roles(PathPrefix="/aws-service-role/")["Roles"]]
    assert paths == ["/aws-service-role/autoscaling.amazonaws.com/"]


def test_a_state_for_provision_users_is_none_for_bootstrap(node: ControlNode, iam: IAMClient) -> None:
    absent = {"user_provisioning_state": "absent", "bootstrap_cloudhsm_administrators": ["alice"]}
    run(node, "bootstrap")
    iam.create_user(UserName="zoe")
    iam.add_user_to_group(GroupName="Administrators", UserName="zoe")
    run(node, "bootstrap", "-e", json.dumps(absent))
    assert users(iam) == {"Administrator", "alice", "zoe"}


def test_suspend_users_never_deletes(node: ControlNode, iam: IAMClient) -> None:
    iam.create_user(UserName="bob")
    done = run(node, "suspend_users", "-e", "user_offboarding_users=bob", "-e", "user_offboarding_mode=delete")
    assert users(iam) == {"bob"}
    assert "~ user bob (suspended): " in done.output


def test_misspelt_variables_are_refused_all_at_once(node: ControlNode, aws: FaultProxy) -> None:
    wrong = {
        "account_guard_account_id": "999999999999",
        "cloudhsm_group_policy_profil": "hardened",
        "user_provisioning_user": [{"name": "dora"}],
        "bootstrap_servers": ["kafka-1"],
    }
    done = node.playbook("cloudhsm.iam.bootstrap", "-e", json.dumps(wrong))
    assert done.status != 0
    assert aws.calls == []
    for meant in ("account_guard_account_ids", "cloudhsm_group_policy_profile", "user_provisioning_users"):
        assert f"did you mean {meant}?" in done.failure
    assert "bootstrap_servers" not in done.failure


def public_variables() -> dict[str, Variables]:
    """The options of each role, by its name."""
    return {
        path.parents[1].name: yaml.safe_load(path.read_text())["argument_specs"]["main"]["options"]
        for path in sorted(ROLES.glob("*/meta/argument_specs.yml"))
    }


def hostile(option: Variables) -> t.Any:
    """A value of the option's type that is not its default and, where that can be, matters."""
    default = option.get("default")
    kind = option.get("type", "str")
    if "choices" in option:
        other = [choice for choice in option["choices"] if choice != default][-1]
        return [other] if kind == "list" else other
    if kind == "int":
        return 33 if default is None else default + 1
    values: Variables = {
        "bool": not default,
        "dict": {"hostile": "hostile"},
        "list": [{"name": "hostile"}] if option.get("elements") == "dict" else ["hostile"],
        "path": "/nowhere/hostile",
    }
    return values.get(kind, "hostile")


def honoured() -> set[str]:
    """The variables of other roles that bootstrap's page says it goes by."""
    page = (ROLES / "bootstrap" / "README.md").read_text()
    section = page.partition("## Variables of the other roles")[2].partition("\n## ")[0].partition("<!--")[0]
    return set(re.findall(r"`([a-z_]+)`", section))


# Every playbook begins with these two, and says so.
ALWAYS = ("account_guard", "account_session")
BOB = {"user_offboarding_users": "bob"}
# moto's IDs of objects of IAM Identity Center, which are other ones each time.
# What differs from account to account: IDs, and the digest of a note that has them.
IDS = re.compile(
    r"\bd-[0-9a-z]{10}\b|\b(ssoins|ps)-[0-9a-z]{16}\b|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{16}(?=-1\b)"
)
# What these have to find beside an account as bootstrap leaves it.
MORE = {"restore_users": CASES["restore_users"].prepare}
# Of each playbook: the roles whose variables are its own, and the variables of a run.
PLAYBOOKS: dict[str, tuple[tuple[str, ...], Variables]] = {
    "bootstrap": (("bootstrap",), {"bootstrap_cloudhsm_administrators": ["alice"]}),
    "teardown": (("bootstrap",), {"bootstrap_teardown_confirm": ACCOUNT}),
    "drift_check": (("bootstrap", "user_provisioning"), {"user_provisioning_users": [{"name": "bob"}]}),
    "provision_users": (
        ("user_provisioning",),
        {"user_provisioning_users": [{"name": "ann"}], "user_provisioning_onboarding": "two_phase"},
    ),
    "suspend_users": (("user_offboarding",), BOB),
    "offboard_users": (("user_offboarding",), BOB),
    "restore_users": (("user_offboarding",), {**BOB, "user_offboarding_identity_center": {"region": "us-east-1"}}),
    # CloudTrail is not asked about bob.
    "move_to_identity_center": (("user_offboarding",), {**BOB, "user_offboarding_signed_in": "bob"}),
    "service_linked_role": (("service_linked_role",), {}),
    "account_password_policy": (("account_password_policy",), {"account_password_policy_min_pw_length": 20}),
}
# The modes of the role that these two are.
DECIDED = {
    name: {"user_offboarding_mode"}
    for name in ("suspend_users", "offboard_users", "restore_users", "move_to_identity_center")
}


def foreign_variables(playbook: str) -> Variables:
    """Every public variable that is not one of the playbook's own, with a hostile value, and every result."""
    own, _variables = PLAYBOOKS[playbook]
    spared = honoured() if "bootstrap" in own else set()
    found: Variables = {}
    for role, options in public_variables().items():
        if role in (*own, *ALWAYS):
            continue
        found |= {name: hostile(option) for name, option in options.items() if name not in spared}
    if playbook != "drift_check":
        found |= {name: {"hostile": {"state": "present"}} for name in FACTS - {"account_session_module_defaults"}}
    specs = public_variables()
    return found | dict.fromkeys(DECIDED.get(playbook, set()) & set(specs["user_offboarding"]), "delete")


def prepare(iam: IAMClient) -> None:
    """An account as bootstrap and provision_users leave it."""
    just_bootstrapped(iam, ACCOUNT)
    groups: t.Any = [{"Key": "cloudhsm.iam/bootstrap-groups", "Value": "Administrators CloudHSMAdministrators"}]
    iam.tag_policy(PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/CloudHSMAdministrators", Tags=groups)
    iam.tag_user(UserName="Administrator", Tags=[{"Key": "cloudhsm.iam/bootstrap", "Value": "true"}])
    iam.create_user(UserName="bob", Tags=[{"Key": "cloudhsm.iam/managed", "Value": "true"}])


def what_it_writes(node: ControlNode, aws: FaultProxy, moto: str, playbook: str, extra: Variables) -> t.Any:
    """How a run ends in such an account, or with bootstrap in an empty one, and all that it writes."""
    moto_server.reset(moto)
    (node.home / ".cloudhsm-iam" / "credentials.yml").unlink(missing_ok=True)
    if playbook != "bootstrap":
        prepare(iam_client(moto))
        if playbook in MORE:
            MORE[playbook](iam_client(moto), ACCOUNT)
    aws.clear()
    _own, variables = PLAYBOOKS[playbook]
    done = node.playbook(f"cloudhsm.iam.{playbook}", "-e", json.dumps({**extra, **variables}))
    shown = Counter(
        IDS.sub("ID", json.dumps([call.action, {k: value for k, value in call.params.items() if k != "Password"}]))
        for call in aws.writes
    )
    return done.status, shown, done.output if done.status else ""


@pytest.mark.parametrize("playbook", sorted(PLAYBOOKS))
def test_nothing_set_for_another_role_changes_what_a_playbook_does(
    playbook: str, node: ControlNode, aws: FaultProxy, moto: str
) -> None:
    foreign = foreign_variables(playbook)
    assert len(foreign) > 50
    alone = what_it_writes(node, aws, moto, playbook, {})
    assert alone[0] == 0, alone[2]

    def differs(names: list[str]) -> bool:
        return bool(what_it_writes(node, aws, moto, playbook, {name: foreign[name] for name in names}) != alone)

    suspects = sorted(foreign)
    guilty = differs(suspects)
    while guilty and len(suspects) > 1:
        half = len(suspects) // 2
        suspects = suspects[:half] if differs(suspects[:half]) else suspects[half:]
    assert not guilty, f"{suspects} changes what {playbook} does"


def test_what_bootstrap_says_it_goes_by_exists() -> None:
    every = {name for options in public_variables().values() for name in options}
    assert honoured()
    assert honoured() <= every

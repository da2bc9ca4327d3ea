# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every job template of the AWX pattern as AWX runs it, and what is kept of the jobs."""

from __future__ import annotations

import json
import typing as t
from datetime import date, timedelta

import pytest
import yaml
from helpers.accounts.identity_center import IdentityCenter
from helpers.accounts.organization import Member, make_organization, member_iam
from helpers.accounts.root_users import root_user, say_root_user, switch_on
from helpers.awx.definitions import definitions
from helpers.awx.job import ACCOUNT, PATTERN, REGION, ROOT, TEMPLATES, Awx, form, survey
from helpers.moto.clients import client_in, iam_client, organizations_client, secretsmanager_client
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode
from helpers.processes.permission_cases import CASES
from helpers.processes.webhook import SECRET_PATH, receiver

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


@pytest.fixture
def awx(node: ControlNode) -> Awx:
    return Awx(node)


def passwords(aws: FaultProxy) -> list[str]:
    """Those that were set."""
    found = [call.params["Password"] for call in aws.calls if call.action == "CreateLoginProfile"]
    assert all(len(password) == 32 for password in found)
    return found


def users(iam: IAMClient) -> list[str]:
    return sorted(user["UserName"] for user in iam.list_users()["Users"])


# Answers to every question, other than the defaults. The drift check's are those of bootstrap too.
FULL: dict[str, dict[str, t.Any]] = {
    "cloudhsm_guardrails": {
        "guarded_targets": "/Workloads",
        "guarded_regions": "eu-central-1, us-east-1",
        "exempt_roles": "arn:aws:iam::*:role/BreakGlass",
        "cloudhsm_guardrails_canary_ou": "/Workloads",
        "cloudhsm_guardrails_canary_wait": 1,
        "cloudhsm_guardrails_impact_role_name": "OrganizationAccountAccessRole",
        "aws_region": REGION,
    },
    "access_report": {
        "access_report_artifact": "full",
        "access_report_max_key_age": 30,
        "access_report_min_severity": "high",
        "access_report_fail_on": "critical",
        "accepted_risks_file": "accepted.yml",
        "aws_region": REGION,
    },
    "drift_check": {
        "bootstrap_administrator_name": "First.Administrator",
        "cloudhsm_administrators": "carol, dave\nerin",
        "users_file": "users.csv",
        "bootstrap_cloudhsm_group_access": "power_user",
        "bootstrap_credentials_store": "ssm_parameter",
    },
    "break_glass": {
        "sealing": "reseal",
        "emergency_users": "emergency-1, emergency-2",
        "break_glass_group": "Emergency",
        "halves_credentials_store": "ssm_parameter",
        "first_half_encrypted_with": "alias/first",
        "second_half_encrypted_with": "alias/second",
    },
    "lock_root_users": {
        "root_access_state": "enabled",
        "account_ids": " 111122223333\n",
        "unit_paths": "/Workloads, /Sandbox",
        "root_access_organization_id": "o-exampleorgid",
        "root_access_max_removals": 0,
        "root_access_reason": "Billing",
        "aws_region": REGION,
    },
    "offboard_users": {
        "user_offboarding_credentials_store": "ssm_parameter",
        "user_offboarding_max_deletions": 2,
    },
    "provision_users": {
        "users_file": "users.csv",
        "user_provisioning_credentials_store": "ssm_parameter",
        "user_provisioning_max_deletions": 0,
    },
    "move_to_identity_center": {"user_offboarding_credentials_store": "ssm_parameter"},
    "reset_password": {
        "user_credentials_user": "ann",
        "without_one": "create",
        "user_credentials_store": "ssm_parameter",
    },
    "rotate_access_key": {
        "user_credentials_user": "svc-backup",
        "without_one": "create",
        "key_to_replace": "the ID of the user's key",
        "user_credentials_delete_after_days": 0,
        "user_credentials_store": "ssm_parameter",
    },
    "service_linked_role": {"service_linked_role_state": "absent", "aws_region": REGION},
}
# What the account has before jobs for one user, or for people of IAM Identity Center.
PREPARED = {
    name: CASES[name].prepare
    for name in (
        *("move_to_identity_center", "replace_mfa_device", "reset_password", "restore_users", "rotate_access_key"),
    )
}
# Without these the job has nothing to do, or a default would not fit the account.
NEEDED = {
    "cloudhsm_guardrails": {"guarded_targets": '/Workloads, "shop live"'},
    "identity_center_access": {"access_file": "access.yml", "aws_region": "us-east-1"},
    "offboard_users": {"user_offboarding_users": "alice, bob\n"},
    "move_to_identity_center": {"user_offboarding_users": "leaver"},
    "replace_mfa_device": {"user_credentials_user": "eve", "lost_device": "phone"},
    "reset_password": {"user_credentials_user": "eve"},
    "restore_users": {"user_offboarding_users": "bob", "aws_region": "us-east-1"},
    "rotate_access_key": {"user_credentials_user": "svc-backup"},
    "provision_users": {"users_text": "name,console_access\nzoe,yes\n"},
    "suspend_users": {"user_offboarding_users": "alice"},
}
FILES = {
    "accepted.yml": json.dumps(
        [
            {
                "finding": "root_without_mfa",
                "subjects": ["root"],
                "reason": "an emulated account",
                "expires": str(date.today() + timedelta(days=30)),
                "accepted_by": "the tests",
            }
        ]
    ),
    "users.csv": "name,groups\ncarol,CloudHSMAdministrators\n",
    "access.yml": json.dumps(
        {
            "identity_center_access_permission_sets": [{"name": "Readers", "access": "read_only"}],
            "identity_center_access_assignments": [
                {"permission_set": "Readers", "users": ["ann"], "all_accounts": True}
            ],
        }
    ),
}


def organization_inventory(awx: Awx) -> dict[str, t.Any]:
    """What AWX's update of the organization's inventory finds. Values from AWS are marked as data in it."""
    source = str(PATTERN / "inventories" / "organization.yml")
    listed = awx.node.run("ansible-inventory", "-i", source, "--list", "--export", **awx.injected)
    assert listed.status == 0, listed.output
    hosts = json.loads(listed.output[listed.output.index("{") :])["_meta"]["hostvars"]
    return {"all": {"hosts": hosts}, "groups": {"organization": list(hosts)}}


@pytest.mark.parametrize(
    ("name", "answers"), [*((name, "required") for name in TEMPLATES), *((name, "all") for name in FULL)]
)
def test_every_template_ends_green(name: str, answers: str, awx: Awx, iam: IAMClient, moto: str) -> None:
    iam.create_group(GroupName="CloudHSMAdministrators") if name == "provision_users" else None
    for user in ("alice", "bob") if "users" in name and name not in PREPARED else ():
        iam.create_user(UserName=user)
    if name in PREPARED:
        PREPARED[name](iam, ACCOUNT)
    given = FULL[name] if answers == "all" else {}
    # Only one of the two ways to give users can be answered.
    given = {**({} if "users_file" in given and name == "provision_users" else NEEDED.get(name, {})), **given}
    asked = {question["variable"] for question in survey(name)["spec"]}
    unanswered = {variable for variable, answer in form(name, given).items() if answer == ""}
    assert answers == "required" or unanswered <= {"users_text"}
    if name == "break_glass":
        iam.create_group(GroupName=given.get("break_glass_group", "Administrators"))
    inventory = None
    if name == "bootstrap_organization":
        make_organization(moto, [Member("shop"), Member("sandbox")])
        inventory = organization_inventory(awx)
    if name == "cloudhsm_guardrails":
        make_organization(moto, [Member("shop live", "/Workloads")])
        organizations = client_in(moto, "organizations")
        root = organizations.list_roots()["Roots"][0]["Id"]
        organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    if name == "identity_center_access":
        make_organization(moto, [Member("shop")])
        IdentityCenter(moto).add_user("ann")
    if name == "lock_root_users":
        make_organization(moto, [Member("shop")])
        switch_on(moto)
        made = organizations_client(moto).describe_organization()["Organization"]["Id"]
        given = {**given, **({"root_access_organization_id": made} if given else {})}
    if "key_to_replace" in given:
        (key,) = iam.list_access_keys(UserName="svc-backup")["AccessKeyMetadata"]
        given = {**given, "key_to_replace": key["AccessKeyId"]}
    if name == "drift_check":
        before = awx.launch("bootstrap_account", **{key: value for key, value in given.items() if key != "users_file"})
        assert before.status == 0, before.output
    job = awx.launch(name, inventory=inventory, files=FILES, **given)
    assert job.status == 0, job.output
    assert set(given) <= asked
    assert awx.find_secrets() == []


def test_what_the_api_leaves_out_is_left_out(awx: Awx, iam: IAMClient, moto: str) -> None:
    required = {question["variable"] for question in survey("bootstrap_account")["spec"] if question["required"]}
    answers = {variable: answer for variable, answer in form("bootstrap_account", {}).items() if variable in required}
    made = awx.launch_with("bootstrap_account", answers)
    assert made.status == 0, made.output
    assert users(iam) == ["Administrator"]
    # Nothing but the answer tells the region.
    (secret,) = secretsmanager_client(moto, REGION).list_secrets()["SecretList"]
    assert secret["Name"].endswith("/Administrator")


def test_the_schedule_refuses_to_run_before_it_has_the_accounts_answers(awx: Awx, aws: FaultProxy) -> None:
    [schedule] = definitions()["controller_schedules"]
    job = awx.launch_with("drift_check", schedule["extra_data"])
    assert job.status != 0
    assert "000000000000" in job.failure
    assert aws.writes == []


def test_answers_that_mean_something_else_are_refused_before_the_first_call(awx: Awx, aws: FaultProxy) -> None:
    wrong = {"bootstrap_administrator_name": "0042", "cloudhsm_administrators": "yes", "aws_region": "Frankfurt"}
    refused = awx.launch("bootstrap_account", **wrong)
    assert refused.status != 0
    for variable in wrong:
        assert f"{variable}: " in refused.failure
    assert aws.calls == []


def test_names_in_an_answer_are_separated_in_every_way(awx: Awx, iam: IAMClient) -> None:
    # The answer of the case "list-as-text", with blanks and lines as well.
    made = awx.launch("bootstrap_account", cloudhsm_administrators="alice, bob carol\ndave")
    assert made.status == 0, made.output
    assert users(iam) == ["Administrator", "alice", "bob", "carol", "dave"]


def test_accounts_beside_the_answer_are_refused(awx: Awx, aws: FaultProxy) -> None:
    # A variable of the template's own, which its editor may set.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(
            TEMPLATES["service_linked_role"], "extra_vars", {"account_guard_account_ids": [ACCOUNT, "9" * 12]}
        )
        refused = awx.launch("service_linked_role")
    assert refused.status != 0
    assert "account_guard_account_ids: is set beside the survey" in refused.failure
    assert aws.calls == []


def test_an_account_is_bootstrapped_and_what_drifts_is_told(awx: Awx, aws: FaultProxy, iam: IAMClient) -> None:
    wanted: dict[str, t.Any] = {
        "cloudhsm_administrators": "alice\nbob\n",
        "bootstrap_credentials_store": "ssm_parameter",
    }
    made = awx.launch("bootstrap_account", **wanted)
    assert made.status == 0, made.output
    assert users(iam) == ["Administrator", "alice", "bob"]
    set_passwords = passwords(aws)
    assert len(set_passwords) == 3

    aws.clear()
    as_it_was = awx.launch("drift_check", "--check", **wanted)
    assert as_it_was.status == 0, as_it_was.output
    assert (as_it_was.changed, aws.writes) == ([], [])

    iam.remove_user_from_group(GroupName="CloudHSMAdministrators", UserName="bob")
    iam.detach_group_policy(GroupName="Administrators", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    aws.clear()
    more = {"users.csv": "name,groups\nalice,CloudHSMAdministrators\ncarol,CloudHSMAdministrators\n"}
    drifted = awx.launch("drift_check", "--check", files=more, users_file="users.csv", **wanted)
    assert drifted.status != 0
    assert drifted.failure == (
        "Drift in account 123456789012: "
        "the group Administrators lacks the policy arn:aws:iam::aws:policy/AdministratorAccess; "
        "bob is not in CloudHSMAdministrators; the user carol does not exist. This check changed nothing"
    )
    assert aws.writes == []
    assert awx.find_secrets(*set_passwords) == []


def test_users_come_as_text_or_from_a_file(awx: Awx, aws: FaultProxy, iam: IAMClient) -> None:
    iam.create_group(GroupName="Readers")
    text = "name,groups,console_access\nalice,Readers,yes\nbob,Readers;Nobody Knows,perhaps\nBob,,\n"
    refused = awx.launch("provision_users", users_text=text)
    assert refused.status != 0
    for part in ("line 3 (bob): console_access: must be true or false", "line 4 (Bob): name: is in line 3 too"):
        assert part in refused.failure
    assert aws.writes == []

    given = "- name: alice\n  groups: [Readers]\n  console_access: true\n- name: bob\n"
    made = awx.launch("provision_users", users_text=given)
    assert made.status == 0, made.output
    assert users(iam) == ["alice", "bob"]
    (password,) = passwords(aws)

    aws.clear()
    file = {"users.csv": "name,groups\nalice,Readers\ncarol,Readers\n"}
    predicted = awx.launch("provision_users", "--check", files=file, users_file="users.csv")
    assert predicted.status == 0, predicted.output
    assert "+ user carol" in predicted.output
    assert aws.writes == []

    report = awx.launch("access_report")
    assert report.status == 0, report.output
    assert report.stats["access_report"]["123456789012"]["summary"]["users"] == 2
    assert awx.find_secrets(password) == []


def test_users_that_leave_are_locked_out_and_then_deleted(awx: Awx, aws: FaultProxy, iam: IAMClient) -> None:
    for name in ("alice", "bob", "zoe"):
        iam.create_user(UserName=name)
        iam.create_login_profile(UserName=name, Password="Chosen-by-the-user-1")
    leaving: dict[str, t.Any] = {"user_offboarding_users": "alice, bob\n"}
    suspended = awx.launch("suspend_users", **leaving)
    assert suspended.status == 0, suspended.output
    assert users(iam) == ["alice", "bob", "zoe"]
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_login_profile(UserName="alice")
    aws.clear()
    refused = awx.launch("offboard_users", user_offboarding_max_deletions=1, **leaving)
    assert refused.status != 0
    assert "max_deletions" in refused.failure
    assert aws.writes == []
    deleted = awx.launch("offboard_users", **leaving)
    assert deleted.status == 0, deleted.output
    assert users(iam) == ["zoe"]
    assert awx.find_secrets() == []


def test_what_was_approved_is_applied_or_nothing(awx: Awx, aws: FaultProxy, iam: IAMClient) -> None:
    iam.create_user(UserName="alice")
    leaving: dict[str, t.Any] = {"user_offboarding_users": "alice"}
    planned = awx.launch("offboard_users", "--check", **leaving)
    assert planned.status == 0, planned.output
    assert planned.stats["reviewed_user_offboarding_plan"]["lines"][0] == "- user alice"
    iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    refused = awx.launch("offboard_users", handed=planned.stats, **leaving)
    assert "approved_plan_digest: the plan is another one now" in refused.failure
    iam.detach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    # AWX tells a job its workflow, and leaves out a node's job type that the template does not prompt for.
    reviewed = {"awx_workflow_job_name": "cloudhsm.iam / Reviewed offboarding"}
    unasked = awx.launch("offboard_users", handed=reviewed, **leaving)
    assert "has no approved plan, and is not a check" in unasked.failure
    assert aws.writes == []
    applied = awx.launch("offboard_users", handed={**reviewed, **planned.stats}, **leaving)
    assert applied.status == 0, applied.output
    assert users(iam) == []


def test_root_users_are_locked_by_the_plan_that_was_approved(awx: Awx, aws: FaultProxy, moto: str) -> None:
    ids = make_organization(moto, [Member("shop")])
    switch_on(moto)
    say_root_user(moto, ids["shop"], password=True)
    aws.clear()
    given: dict[str, t.Any] = {
        "root_access_state": "locked",
        "account_ids": f" {ids['shop']}",
        "root_access_organization_id": organizations_client(moto).describe_organization()["Organization"]["Id"],
        "root_access_max_removals": 1,
    }
    planned = awx.launch("lock_root_users", "--check", **given)
    assert planned.status == 0, planned.output
    (line, _count) = planned.stats["reviewed_root_access_plan"]["lines"]
    assert line == f"~ root user {ids['shop']} (shop): password removed"
    reviewed = {"awx_workflow_job_name": "cloudhsm.iam / Reviewed root users"}
    unasked = awx.launch("lock_root_users", handed=reviewed, **given)
    assert "has no approved plan, and is not a check" in unasked.failure
    assert aws.writes == []
    applied = awx.launch("lock_root_users", handed={**reviewed, **planned.stats}, **given)
    assert applied.status == 0, applied.output
    assert root_user(moto, ids["shop"])["password"] is False


def test_another_account_than_the_one_meant_is_left_alone(awx: Awx, aws: FaultProxy) -> None:
    refused = awx.launch("service_linked_role", expected_account="999999999999")
    assert refused.status != 0
    assert "123456789012" in refused.failure
    assert aws.writes == []
    made = awx.launch("service_linked_role")
    assert made.status == 0, made.output
    assert [call.action for call in aws.writes] == ["CreateServiceLinkedRole"]
    assert awx.find_secrets() == []


def test_a_slice_of_the_organization_is_bootstrapped(awx: Awx, aws: FaultProxy, moto: str) -> None:
    ids = make_organization(moto, [Member("shop"), Member("sandbox")])
    hosts = organization_inventory(awx)["all"]["hosts"]
    assert set(hosts) == {"master", "shop", "sandbox"}
    # AWX's other slice has the others.
    inventory = {"all": {"hosts": {"shop": hosts["shop"]}}, "groups": {"organization": ["shop"]}}
    job = awx.launch("bootstrap_organization", inventory=inventory, cloudhsm_administrators="alice")
    assert job.status == 0, job.output
    assert "1 account: 1 changed, 0 unchanged, 0 failed" in job.output
    assert users(member_iam(moto, ids["shop"])) == ["Administrator", "alice"]
    assert users(member_iam(moto, ids["sandbox"])) == users(iam_client(moto)) == []
    assert awx.find_secrets(*passwords(aws)) == []


def test_a_limit_does_not_go_past_the_check_and_fails_a_slice_that_it_leaves_empty(awx: Awx, aws: FaultProxy) -> None:
    hosts = {"shop": {"ansible_connection": "local", "account_id": "999999999999"}}
    inventory = {"all": {"hosts": hosts}, "groups": {"organization": ["shop"]}}
    refused = awx.launch("bootstrap_organization", "-l", "shop", inventory=inventory, aws_region="Frankfurt")
    assert refused.status != 0
    assert refused.failure.startswith("aws_region: 'Frankfurt' is not the name of an AWS region")
    empty = awx.launch("bootstrap_organization", "-l", "sandbox", inventory=inventory)
    assert empty.status != 0
    assert aws.calls == []


def test_the_execution_environment_can_be_built(node: ControlNode) -> None:
    definition = PATTERN / "exec_env" / "execution-environment.yml"
    context = node.folder / "context"
    run = node.run("ansible-builder", "create", "--file", str(definition), "--context", str(context))
    assert run.status == 0, run.output
    built = (context / "_build" / "requirements.yml").read_text()
    assert "github.com/cloudhsm/iam" in built
    assert f"version: {yaml.safe_load((ROOT / 'galaxy.yml').read_text())['version']}" in built
    # What the collection itself asks for, which ansible-builder looks up when it builds.
    needed = yaml.safe_load((ROOT / "meta" / "execution-environment.yml").read_text())["dependencies"]
    for file in needed.values():
        assert (ROOT / file).is_file()


def test_a_job_tells_a_chat_and_keeps_the_webhooks_url_out_of_all_that_awx_keeps(awx: Awx, iam: IAMClient) -> None:
    iam.create_user(UserName="alice")
    with receiver() as hook:
        # An extra variable, as a credential of a type of one's own injects it.
        handed = {"notify_webhook_url": hook.url}
        job = awx.launch("suspend_users", "-vvv", handed=handed, user_offboarding_users="alice")
        assert job.status == 0, job.output
        (body,) = hook.bodies
        checked = awx.launch("suspend_users", "--check", handed=handed, user_offboarding_users="alice")
        assert (checked.status, len(hook.bodies)) == (0, 1), checked.output
    assert (body["kind"], body["outcome"], body["account_id"]) == ("suspend_users", "changed", ACCOUNT)
    assert "Notified: the webhook at 127.0.0.1" in job.output
    assert awx.find_secrets(SECRET_PATH) == []

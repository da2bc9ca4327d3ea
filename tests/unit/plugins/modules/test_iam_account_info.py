# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module iam_account_info: its results as documented, and how it fails."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.modules import iam_account_info as module

if t.TYPE_CHECKING:
    from helpers.modules.scripted import RunModule, Stubbed

ACCOUNT = "123456789012"
IAM = f"arn:aws:iam::{ACCOUNT}"
ALICE = f"{IAM}:user/team/alice"
WHEN = "2026-11-24T10:00:00Z"


def script_caller(sts: Stubbed, arn: str = ALICE) -> None:
    sts.answers("get_caller_identity", {"Account": ACCOUNT, "Arn": arn, "UserId": "AIDACKCEVSQ6C2EXAMPLE"})


def script_alias(iam: Stubbed, *aliases: str) -> None:
    iam.answers("list_account_aliases", {"AccountAliases": list(aliases), "IsTruncated": False})


def script_user(iam: Stubbed) -> None:
    user = {"UserName": "alice", "Path": "/team/", "UserId": "AIDACKCEVSQ6C2EXAMPLE", "Arn": ALICE, "CreateDate": WHEN}
    iam.answers("get_user", {"User": user}, UserName="alice")


def script_group(iam: Stubbed) -> None:
    arn = f"{IAM}:group/Admins"
    group = {"GroupName": "Admins", "Path": "/", "GroupId": "AGPACKCEVSQ6C2EXAMPLE", "Arn": arn, "CreateDate": WHEN}
    iam.answers("get_group", {"Group": group, "Users": []}, GroupName="Admins")
    iam.answers("list_attached_group_policies", {"AttachedPolicies": []}, GroupName="Admins")
    iam.answers("list_group_policies", {"PolicyNames": []}, GroupName="Admins")


def script_policy(iam: Stubbed) -> None:
    arn = f"{IAM}:policy/Own"
    policy = {"PolicyName": "Own", "Path": "/", "Arn": arn, "DefaultVersionId": "v1", "AttachmentCount": 0}
    version = {"Document": '{"Version": "2012-10-17"}', "VersionId": "v1"}
    iam.answers("list_policies", {"Policies": [policy]}, Scope="Local", MaxItems=1000)
    iam.answers("get_policy", {"Policy": policy}, PolicyArn=arn)
    iam.answers("get_policy_version", {"PolicyVersion": version}, PolicyArn=arn, VersionId="v1")


def script_role(iam: Stubbed) -> None:
    role = {"RoleName": "Own", "RoleId": "AROACKCEVSQ6C2EXAMPLE", "Path": "/", "Arn": f"{IAM}:role/Own"}
    role |= {"CreateDate": WHEN, "AssumeRolePolicyDocument": '{"Version": "2012-10-17"}'}
    iam.answers("get_role", {"Role": role}, RoleName="Own")
    iam.answers("list_attached_role_policies", {"AttachedPolicies": []}, RoleName="Own")
    iam.answers("list_role_policies", {"PolicyNames": []}, RoleName="Own")


def script_saml_provider(iam: Stubbed) -> None:
    arn = f"{IAM}:saml-provider/Own"
    iam.answers("list_saml_providers", {"SAMLProviderList": [{"Arn": arn}]})
    iam.answers("get_saml_provider", {"SAMLMetadataDocument": "<a/>" * 250}, SAMLProviderArn=arn)
    iam.answers("list_roles", {"Roles": []}, MaxItems=1000)


def script_instance_profiles(iam: Stubbed) -> None:
    """One with the name, and one that holds a role of the name."""
    profiles: list[t.Any] = [
        {
            "InstanceProfileName": name,
            "InstanceProfileId": "AIPA1234567890123456",
            "Arn": f"{IAM}:instance-profile/{name}",
            "Path": "/",
            "CreateDate": "2026-11-24T10:00:00Z",
            "Roles": [],
        }
        for name in ("Own", "Web")
    ]
    iam.answers("get_instance_profile", {"InstanceProfile": profiles[0]}, InstanceProfileName="Own")
    iam.answers("list_instance_profiles_for_role", {"InstanceProfiles": profiles}, RoleName="Own")


def script_oidc_provider(iam: Stubbed) -> None:
    arn = f"{IAM}:oidc-provider/gitlab.com"
    iam.answers("list_open_id_connect_providers", {"OpenIDConnectProviderList": [{"Arn": arn}]})
    iam.answers("get_open_id_connect_provider", {"ClientIDList": ["b", "a"]}, OpenIDConnectProviderArn=arn)
    iam.answers("list_roles", {"Roles": []}, MaxItems=1000)


def test_the_options_are_as_documented() -> None:
    options = yaml.safe_load(module.DOCUMENTATION)["options"]
    kept = ("type", "elements", "default")
    documented = {name: {key: option[key] for key in kept if key in option} for name, option in options.items()}
    spec = {name: {key: option[key] for key in kept if key in option} for name, option in module.ARGUMENT_SPEC.items()}
    assert documented == spec


@pytest.mark.parametrize("check", [True, False])
def test_the_account_and_the_caller_are_told(iam: Stubbed, sts: Stubbed, run_module: RunModule, check: bool) -> None:
    script_caller(sts)
    script_alias(iam, "example-corp")
    assert run_module(module.main, check=check) == {
        "changed": False,
        "check_mode": check,
        "account": {
            "account_id": ACCOUNT,
            "account_alias": "example-corp",
            "partition": "aws",
            "caller_arn": ALICE,
            "caller_user_id": "AIDACKCEVSQ6C2EXAMPLE",
            "caller_user_name": "alice",
            "is_root": False,
            "sign_in_url": "https://example-corp.signin.aws.amazon.com/console",
        },
        "users": [],
        "groups": [],
        "policies": [],
        "missing_aws_managed_policies": [],
        "roles": [],
        "saml_providers": [],
        "instance_profiles": [],
        "oidc_providers": [],
        "findings": [],
        "missing_permissions": [],
    }


@pytest.mark.parametrize("denied", [True, False])
def test_without_an_alias_users_sign_in_by_number(
    iam: Stubbed, sts: Stubbed, run_module: RunModule, denied: bool
) -> None:
    script_caller(sts, f"arn:aws-cn:sts::{ACCOUNT}:assumed-role/ops/alice")
    if denied:
        iam.refuses("list_account_aliases", "AccessDenied", "No.")
    else:
        script_alias(iam)
    account = run_module(module.main)["account"]
    assert (account["partition"], account["account_alias"], account["caller_user_name"]) == ("aws-cn", None, None)
    assert account["sign_in_url"] == f"https://{ACCOUNT}.signin.amazonaws.cn/console"


def test_results_have_the_documented_keys(
    iam: Stubbed, sts: Stubbed, run_module: RunModule, documented: Callable[..., set[str]]
) -> None:
    script_caller(sts)
    script_alias(iam)
    iam.answers("get_account_summary", {"SummaryMap": {"Users": 12}})
    iam.answers("get_account_password_policy", {"PasswordPolicy": {"MinimumPasswordLength": 14}})
    script_user(iam)
    script_group(iam)
    script_policy(iam)
    iam.refuses("get_policy", "NoSuchEntity", PolicyArn="arn:aws:iam::aws:policy/Nothing")
    script_role(iam)
    script_instance_profiles(iam)
    script_oidc_provider(iam)
    script_saml_provider(iam)
    named: dict[str, t.Any] = {"users": ["alice"], "groups": ["Admins"]}
    named |= {kind: ["Own"] for kind in ("policies", "roles", "saml_providers", "instance_profiles")}
    named["oidc_providers"] = ["https://gitlab.com"]
    asked: dict[str, t.Any] = {**named, "aws_managed_policies": ["Nothing"]}
    result = run_module(module.main, **asked, summary=True, password_policy=True)
    assert set(result) - {"changed"} == documented(module.RETURN)
    assert set(result["account"]) == documented(module.RETURN, "account")
    for kind in ("root_user", "password_policy"):
        assert set(result[kind]) == documented(module.RETURN, kind)
    for kind in (*named, "findings"):
        assert len(result[kind]) == (2 if kind == "instance_profiles" else 1)
        for described in result[kind]:
            assert set(described) == documented(module.RETURN, kind)


def test_what_the_caller_may_not_read_of_the_account_is_none(iam: Stubbed, sts: Stubbed, run_module: RunModule) -> None:
    script_caller(sts, f"arn:aws:iam::{ACCOUNT}:root")
    script_alias(iam)
    iam.refuses("get_account_summary", "AccessDenied", "No.")
    iam.refuses("get_account_password_policy", "AccessDenied", "No.")
    result = run_module(module.main, summary=True, password_policy=True)
    assert result["account"]["is_root"]
    assert (result["summary"], result["root_user"], result["password_policy"]) == (None, None, None)
    assert result["missing_permissions"] == ["iam:GetAccountSummary", "iam:GetAccountPasswordPolicy"]
    assert [finding["id"] for finding in result["findings"]] == ["summary_unknown", "password_policy_unknown"]


def test_what_is_not_there_is_left_out(iam: Stubbed, sts: Stubbed, run_module: RunModule) -> None:
    script_caller(sts)
    script_alias(iam)
    iam.refuses("get_user", "NoSuchEntity", UserName="nobody")
    iam.refuses("get_group", "NoSuchEntity", GroupName="None")
    iam.answers("list_policies", {"Policies": []}, Scope="Local", MaxItems=1000)
    result = run_module(module.main, users=["nobody"], groups=["None"], policies=["No"])
    assert [result["users"], result["groups"], result["policies"]] == [[], [], []]


def test_credentials_that_aws_does_not_take_are_told_in_a_sentence(sts: Stubbed, run_module: RunModule) -> None:
    sts.refuses("get_caller_identity", "ExpiredToken", "The security token included in the request is expired")
    result = run_module(module.main)
    assert result["failed"]
    assert result["msg"] == (
        "Could not look up the account: the credentials have expired; get new ones "
        "(ExpiredToken: The security token included in the request is expired)"
    )


def test_a_refused_look_up_names_the_missing_permission(iam: Stubbed, sts: Stubbed, run_module: RunModule) -> None:
    script_caller(sts)
    script_alias(iam)
    message = f"User: {ALICE} is not authorized to perform: iam:GetUser on resource: user zoe"
    iam.refuses("get_user", "AccessDenied", message, UserName="zoe")
    msg = run_module(module.main, users=["zoe"])["msg"]
    assert msg.startswith(
        f"Could not look up the account: {ALICE} may not call iam:GetUser; add that action to a policy"
    )

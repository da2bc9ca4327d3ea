# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random accounts that people have worked in for years."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

import boto3.session
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED, OWNED, PROTECTED, SUSPENDED
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_trust import saml_trust_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.self_service import (
    require_mfa_policy,
    self_service_policy,
)
from helpers.accounts.everything import ACCOUNT, ANYTHING
from helpers.documents.policy_variants import documents
from helpers.documents.saml import METADATA
from hypothesis import strategies as st

# What YAML or Ansible could take for something other than text.
WORDS = ["yes", "null", "0123", "1e3", "2026-01-01", "on", "alice", "Bob.B+c=d,e@f-g", "_", "-", "12", "0x1F", "true"]
PATHS = ["/", "/hsm/", "/!vault/", "/{{x}}/", "/a/b&*c/"]
OWN = f"arn:aws:iam::{ACCOUNT}:policy"
DOCUMENTS: dict[str, t.Any] = {
    **documents(),
    "mfa": require_mfa_policy("aws"),
    "self": self_service_policy("aws"),
    "other": ANYTHING,
}
TEXTS = [*WORDS[:7], "", " ", "a b", "Größe", "中 文", "a: b", "@home", "=1+1", "- a", ": ", "0x1F", "::"]
Made = dict[str, t.Any]


@dataclass(frozen=True)
class LivedIn:
    """What is in an account: options of the calls that make it."""

    policies: list[Made] = field(default_factory=list)
    groups: list[Made] = field(default_factory=list)
    users: list[Made] = field(default_factory=list)
    password_policy: Made | None = None
    service_linked_role: str | None = None
    saml_roles: list[Made] = field(default_factory=list)

    def make(self) -> None:
        """Make it in the account of this process."""
        iam: t.Any = boto3.session.Session().client("iam")
        for policy in self.policies:
            iam.create_policy(**policy)
        for group in self.groups:
            iam.create_group(GroupName=group["name"], Path=group["path"])
            for arn in group["policies"]:
                iam.attach_group_policy(GroupName=group["name"], PolicyArn=arn)
            if group["inline"]:
                iam.put_group_policy(GroupName=group["name"], PolicyName="own", PolicyDocument=json.dumps(ANYTHING))
        for user in self.users:
            _make_user(iam, user)
        if self.password_policy is not None:
            iam.update_account_password_policy(**self.password_policy)
        if self.service_linked_role is not None:
            iam.create_service_linked_role(
                AWSServiceName="cloudhsm.amazonaws.com", Description=self.service_linked_role
            )
        for provider in sorted({role["provider"] for role in self.saml_roles}):
            iam.create_saml_provider(Name=provider, SAMLMetadataDocument=METADATA)
        for role in self.saml_roles:
            _make_saml_role(iam, role)


def _make_saml_role(iam: t.Any, role: Made) -> None:
    name = role["name"]
    boundary = {"PermissionsBoundary": role["boundary"]} if role["boundary"] else {}
    provider = f"arn:aws:iam::{ACCOUNT}:saml-provider/{role['provider']}"
    trust = saml_trust_policy(provider, role["required"], role["session_tags"], role["audiences"])
    trust["Statement"][0]["Condition"]["StringEquals"] |= role["more"]
    iam.create_role(
        RoleName=name,
        Path=role["path"],
        AssumeRolePolicyDocument=json.dumps(trust),
        MaxSessionDuration=role["session"],
        Tags=_tagged(role["tags"]),
        **boundary,
    )
    for arn in role["policies"]:
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)


def _make_user(iam: t.Any, user: Made) -> None:
    name = user["name"]
    boundary = {"PermissionsBoundary": user["boundary"]} if user["boundary"] else {}
    tags = [{"Key": key, "Value": value} for key, value in user["tags"].items()]
    iam.create_user(UserName=name, Path=user["path"], Tags=tags, **boundary)
    for group in user["groups"]:
        iam.add_user_to_group(UserName=name, GroupName=group)
    for arn in user["policies"]:
        iam.attach_user_policy(UserName=name, PolicyArn=arn)
    if user["inline"]:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(ANYTHING))
    if user["console"]:
        iam.create_login_profile(UserName=name, Password="Was-there-1", PasswordResetRequired=user["reset"])
    if user["key"]:
        iam.create_access_key(UserName=name)


def _tagged(tags: t.Mapping[str, str]) -> list[Made]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


policies = st.lists(
    st.fixed_dictionaries(
        {
            "PolicyName": st.sampled_from(["CloudHSMAdministrators", "CloudHSMIamRequireMFA", *WORDS]),
            "PolicyDocument": st.sampled_from(sorted(DOCUMENTS)).map(lambda name: json.dumps(DOCUMENTS[name])),
            "Path": st.sampled_from(PATHS[:2]),
            "Tags": st.sampled_from([{}, {MANAGED: OWNED}, {"team": "0123"}, {"team": "a: b"}]).map(_tagged),
        }
    ),
    max_size=3,
    unique_by=lambda policy: str(policy["PolicyName"]).lower(),
)
password_policies = st.none() | st.fixed_dictionaries(
    {
        "MinimumPasswordLength": st.integers(6, 128),
        "RequireSymbols": st.booleans(),
        "AllowUsersToChangePassword": st.booleans(),
        "MaxPasswordAge": st.integers(1, 1095),
    }
)
descriptions = st.none() | st.sampled_from(["", "Created by hand", "{{ 7 * 7 }}", "{% x %} # \"'", "!vault |", "~ ü"])


@st.composite
def accounts(draw: st.DrawFn) -> LivedIn:
    """An account."""
    made = draw(policies)
    arns = [f"{OWN}{policy['Path']}{policy['PolicyName']}" for policy in made]
    arns += [
        f"arn:aws:iam::aws:policy/{name}" for name in ("AdministratorAccess", "job-function/Billing", "AWSDenyAll")
    ]
    some = st.lists(st.sampled_from(arns), unique=True, max_size=3)
    names = st.lists(st.sampled_from(["Administrators", "CloudHSMAdministrators", *WORDS]), unique=True, max_size=3)
    groups = [
        {"name": name, "path": draw(st.sampled_from(PATHS)), "policies": draw(some), "inline": draw(st.booleans())}
        for name in draw(names)
    ]
    members = st.lists(st.sampled_from([group["name"] for group in groups]), unique=True) if groups else st.just([])
    users = [
        _user(draw, name, arns, some, members)
        for name in draw(st.lists(st.sampled_from(WORDS), unique=True, max_size=3))
    ]
    roles = [
        _saml_role(draw, name, arns)
        for name in draw(st.lists(st.sampled_from(["CloudHSMAdministrators", *WORDS[6:8]]), unique=True, max_size=2))
    ]
    return LivedIn(made, groups, users, draw(password_policies), draw(descriptions), roles)


def _user(draw: st.DrawFn, name: str, arns: list[str], some: t.Any, members: t.Any) -> Made:
    tags = st.dictionaries(
        st.sampled_from(["team", "yes", "0123", "Größe", "a b", PROTECTED, SUSPENDED, MANAGED]),
        st.sampled_from([*TEXTS, OWNED]),
        max_size=4,
    )
    console = draw(st.booleans())
    return {
        "name": name,
        "path": draw(st.sampled_from(PATHS)),
        "tags": draw(tags),
        "groups": draw(members),
        "policies": draw(some),
        "boundary": draw(st.none() | st.sampled_from(arns)),
        "inline": draw(st.booleans()),
        "console": console,
        "reset": console and draw(st.booleans()),
        "key": draw(st.booleans()),
    }


def _saml_role(draw: st.DrawFn, name: str, arns: list[str]) -> Made:
    tags = st.dictionaries(
        st.sampled_from(["team", "yes", MANAGED]), st.sampled_from(["0123", "a: b", OWNED]), max_size=2
    )
    return {
        "name": name,
        "provider": draw(st.sampled_from(["Okta", "0123"])),
        "required": draw(st.sampled_from([{}, {"MFA": "true"}, {"0123": "yes"}])),
        "session_tags": draw(st.sampled_from([[], ["team"], ["yes", "Größe"]])),
        "audiences": draw(st.sampled_from([[], ["https://eu-west-1.signin.aws.amazon.com/saml"]])),
        # What no variable can say.
        "more": draw(st.sampled_from([{}, {}, {}, {"SAML:iss": "https://idp.example.com"}])),
        "path": draw(st.sampled_from(PATHS)),
        "session": draw(st.sampled_from([3600, 7200])),
        "boundary": draw(st.none() | st.sampled_from(arns)),
        "tags": draw(tags),
        "policies": draw(st.lists(st.sampled_from(arns), unique=True, min_size=1, max_size=2)),
    }

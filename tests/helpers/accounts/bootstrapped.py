# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random variables of bootstrap, and random accounts that have lived for a while.

What a variable may be comes from the roles' argument specs, as far as these say it: choices and booleans. The table
VALUES has the others; a test sees to it that no variable is in neither.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

import boto3.session
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.wanted import HONOURED
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_specs import SPECS
from helpers.accounts.everything import ACCOUNT, ANYTHING
from hypothesis import strategies as st

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

Variables = dict[str, t.Any]
Draw = t.Callable[[st.SearchStrategy[t.Any]], t.Any]

# What the test itself decides.
OF_THE_TEST = {
    "bootstrap_state",
    "bootstrap_teardown_confirm",
    "bootstrap_credentials_path",
    # The play has one vault secret, which the usual choice is.
    "user_provisioning_credentials_vault_id",
}
OPTIONS: dict[str, dict[str, t.Any]] = {
    name: option
    for spec in SPECS.values()
    for name, option in spec.items()
    if (name in HONOURED or name in SPECS["bootstrap"]) and name not in OF_THE_TEST
}
OWN = f"arn:aws:iam::{ACCOUNT}:policy/"
THERE = ("ann", "Ben.Old", "carl@example.com")
# Alice is there under another spelling in some accounts.
PEOPLE = (*THERE, "alice", "bob", "Dora", "eve+1", "Administrator")
GROUPS = ("Auditors", "Old-Group")
POLICIES = (f"{OWN}Team", "arn:aws:iam::aws:policy/ReadOnlyAccess")
BOUNDARY = f"{OWN}Boundary"
CLUSTER = f"arn:aws:cloudhsm:us-east-1:{ACCOUNT}:cluster/cluster-abcdefghijk"
PATHS = st.sampled_from(["/", "/hsm/", "/staff/emea/"])
TAGS = st.dictionaries(st.sampled_from(["team", "Cost Center"]), st.sampled_from(["", "HSM", "1+1=2"]), max_size=2)
TEXT = st.sampled_from(["", "What it is for: HSMs"])

VALUES: dict[str, st.SearchStrategy[t.Any]] = {
    "bootstrap_administrator_name": st.sampled_from(["Administrator", "root.admin", "ann"]),
    "bootstrap_administrator_password": st.just("Given-1-password"),
    "bootstrap_cloudhsm_administrators": st.lists(st.sampled_from(PEOPLE), max_size=3, unique=True),
    "bootstrap_users": st.just([]),
    "bootstrap_max_deletions": st.integers(10, 20),
    "bootstrap_admin_group_name": st.sampled_from(["Administrators", "Admins+1"]),
    "bootstrap_cloudhsm_group_name": st.sampled_from(["CloudHSMAdministrators", "HSM,People"]),
    "bootstrap_service_name": st.sampled_from(["cloudhsm.amazonaws.com", "elasticbeanstalk.amazonaws.com"]),
    "admin_group_path": PATHS,
    "admin_group_aws_managed_policies": st.sampled_from(
        [["AdministratorAccess"], ["AdministratorAccess", "job-function/Billing"], []]
    ),
    "admin_group_members": st.lists(st.sampled_from(THERE), max_size=2, unique=True),
    "admin_group_require_mfa_policy_name": st.sampled_from(["CloudHSMIamRequireMFA", "AdminsNeedMFA"]),
    "cloudhsm_group_path": PATHS,
    "cloudhsm_group_require_mfa_policy_name": st.sampled_from(["CloudHSMIamRequireMFA", "HsmNeedsMFA"]),
    "cloudhsm_group_cluster_arns": st.just([CLUSTER]),
    "cloudhsm_group_regions": st.sampled_from([["us-east-1"], ["us-east-1", "eu-west-1"]]),
    "cloudhsm_group_resource_tags": st.sampled_from([{"team": "HSM"}, {"a": "1", "b": "2"}]),
    "cloudhsm_group_policy": st.just(
        {**ANYTHING, "Statement": [{"Effect": "Allow", "Action": "cloudhsm:ListTags", "Resource": "*"}]}
    ),
    "cloudhsm_group_policy_name": st.just("HsmRights"),
    "cloudhsm_group_policy_description": TEXT,
    "cloudhsm_group_tags": TAGS,
    "user_provisioning_credentials_prefix": st.sampled_from(["/cloudhsm-iam/first-passwords/", "/hsm/"]),
    "user_provisioning_credentials_kms_key_id": st.just("alias/aws/ssm"),
    "user_provisioning_credentials_tags": TAGS,
    "user_provisioning_password_length": st.integers(8, 40),
    "user_provisioning_workers": st.integers(1, 9),
    "user_provisioning_batch_size": st.integers(1, 4),
    "user_provisioning_require_mfa_policy_name": st.just("CloudHSMIamRequireMFA"),
    "user_provisioning_onboarding_group": st.sampled_from(["CloudHSMIamOnboarding", "Newcomers"]),
    "user_provisioning_onboarding_policy_name": st.sampled_from(["CloudHSMIamSelfService", "SelfService"]),
    "service_linked_role_custom_suffix": st.just("second"),
    "service_linked_role_description": st.just("For HSMs"),
    "service_linked_role_wait_timeout": st.integers(1, 9),
}


def values(name: str) -> st.SearchStrategy[t.Any]:
    """Values of a variable that are right by themselves."""
    if name in VALUES:
        return VALUES[name]
    option = OPTIONS[name]
    return st.booleans() if option["type"] == "bool" else st.sampled_from(option["choices"])


# When memberships end: never in a test, or before all of them.
ENDS = st.sampled_from(["2099-12-01T18:00Z", "2099-12-01T18:00Z", "2020-01-01T00:00Z"])
# What a user of bootstrap_users may have beside its name, each in half of the users.
USER: dict[str, st.SearchStrategy[t.Any]] = {
    "state": st.sampled_from(["present", "present", "present", "absent", "suspended"]),
    "protected": st.sampled_from([False, False, True]),
    "path": PATHS,
    "tags": TAGS,
    "managed_policies": st.lists(st.sampled_from(POLICIES), max_size=2, unique=True),
    "boundary": st.sampled_from(["", BOUNDARY]),
    "console_access": st.booleans(),
    "password_reset_required": st.booleans(),
}


@st.composite
def variables(draw: Draw) -> Variables:
    """Variables of a bootstrap, each in a third of the sets, that mostly go together."""
    sometimes = st.sampled_from([True, False, False])
    chosen = [name for name in sorted(OPTIONS) if name != "bootstrap_users" and draw(sometimes)]
    made: Variables = {name: draw(values(name)) for name in chosen}
    _agree(made)
    admin = made.get("bootstrap_administrator_name", "Administrator")
    taken = {admin, *made.get("bootstrap_cloudhsm_administrators", ())}
    made["bootstrap_cloudhsm_administrators"] = sorted(taken - {admin})
    groups = [*GROUPS, made.get("bootstrap_cloudhsm_group_name", "CloudHSMAdministrators")]
    names = draw(st.lists(st.sampled_from([name for name in PEOPLE if name not in taken]), max_size=3, unique=True))
    made["bootstrap_users"] = [_user(draw, name, groups, made) for name in names]
    return made


# What a later run changes of a group's policies, of which temporary members have a copy.
CHANGES: st.SearchStrategy[Variables] = st.sampled_from(
    [
        {"bootstrap_cloudhsm_group_access": "read_only"},
        {"cloudhsm_group_require_mfa": True},
        {"cloudhsm_group_require_mfa": False},
        {"admin_group_aws_managed_policies": ["AdministratorAccess", "job-function/Billing"]},
    ]
)


def _agree(made: Variables) -> None:
    """Leave out what is refused beside other variables, which tests of refusals are about."""
    if "cloudhsm_group_policy" in made:
        for name in (
            "cluster_arns",
            "regions",
            "resource_tags",
            "policy_profile",
            "allow_backup_copy",
            "allow_backup_sharing",
        ):
            made.pop(f"cloudhsm_group_{name}", None)
    limited = [
        f"cloudhsm_group_{name}"
        for name in ("cluster_arns", "regions", "resource_tags")
        if f"cloudhsm_group_{name}" in made
    ]
    options = [f"cloudhsm_group_allow_backup_{name}" for name in ("copy", "sharing")]
    if limited or any(made.get(name) for name in options):
        made["cloudhsm_group_policy_profile"] = "hardened"
    if "cloudhsm_group_cluster_arns" in made or made.get("bootstrap_cloudhsm_group_access", "admin") != "admin":
        for name in options:
            made.pop(name, None)
    # Who has to change the password could not sign in with MFA required at once.
    if made.get("admin_group_require_mfa") or made.get("cloudhsm_group_require_mfa"):
        made["user_provisioning_onboarding"] = "two_phase"
    # moto gives such a role the name of the one without, as AWS does not.
    if made.get("bootstrap_service_name", "cloudhsm.amazonaws.com") == "cloudhsm.amazonaws.com":
        made.pop("service_linked_role_custom_suffix", None)
    if made.get("bootstrap_credentials_store") == "none":
        made["bootstrap_administrator_password"] = "Given-1-password"
        made.pop("bootstrap_cloudhsm_administrators", None)
    if made.get("bootstrap_credentials_store") not in ("secretsmanager", "ssm_parameter"):
        made.pop("user_provisioning_credentials_tags", None)
        made.pop("user_provisioning_credentials_kms_key_id", None)


def _user(draw: Draw, name: str, groups: list[str], made: Variables) -> dict[str, t.Any]:
    user: dict[str, t.Any] = {"name": name}
    user |= {key: draw(strategy) for key, strategy in USER.items() if draw(st.booleans())}
    if draw(st.booleans()):
        user["groups"] = draw(st.lists(st.sampled_from(groups), max_size=2, unique=True))
    # Of these groups only the last is sure to have policies, which can get an end.
    if groups[-1] not in user.get("groups", ()) and draw(st.booleans()):
        user["temporary_groups"] = [{"group": groups[-1], "until": draw(ENDS), "reason": "INC-1, on call"}]
    if user.get("state", "present") != "present":
        user.pop("protected", None)
    elif user.get("console_access") and (made.get("bootstrap_credentials_store") == "none" or draw(st.booleans())):
        user["password"] = "Given-2-password"
    return user


@dataclass(frozen=True)
class Before:
    """An account before bootstrap."""

    # Of each user, the groups, and whether there is a password, an access key and an MFA device.
    users: dict[str, tuple[list[str], bool, bool, bool]] = field(default_factory=dict)
    # Groups beside those of GROUPS, with the policies that they have.
    groups: dict[str, list[str]] = field(default_factory=dict)
    # Whether the service-linked role is there, with somebody else's description.
    role: bool = False
    alias: bool = False
    changeable: bool = False

    def make(self) -> None:
        """Make the account, whose server is in this process."""
        iam: IAMClient = boto3.session.Session().client("iam")
        for name in ("Team", "Boundary"):
            iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(ANYTHING))
        for name, policies in {**{name: [] for name in GROUPS}, **self.groups}.items():
            iam.create_group(GroupName=name)
            for arn in policies:
                iam.attach_group_policy(GroupName=name, PolicyArn=arn)
        for name in self.users:
            self._make_user(iam, name)
        if self.role:
            iam.create_service_linked_role(AWSServiceName="cloudhsm.amazonaws.com", Description="Somebody's")
        if self.alias:
            iam.create_account_alias(AccountAlias="example-corp")
        if self.changeable:
            iam.update_account_password_policy(AllowUsersToChangePassword=True)

    def _make_user(self, iam: IAMClient, name: str) -> None:
        groups, password, key, device = self.users[name]
        iam.create_user(UserName=name, Tags=[{"Key": "team", "Value": "old"}])
        for group in groups:
            iam.add_user_to_group(UserName=name, GroupName=group)
        if password:
            iam.create_login_profile(UserName=name, Password="Was-there-1")
        if key:
            iam.create_access_key(UserName=name)
        if device:
            serial = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]["SerialNumber"]
            codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "234567"}
            iam.enable_mfa_device(UserName=name, SerialNumber=serial, **codes)


@st.composite
def accounts(draw: Draw) -> Before:
    """Accounts with users, groups and policies of other people's, some of which bootstrap has to get along with."""
    groups: dict[str, list[str]] = {}
    for name, policies in (
        ("Administrators", ["arn:aws:iam::aws:policy/AdministratorAccess", *POLICIES]),
        ("CloudHSMAdministrators", list(POLICIES)),
    ):
        if draw(st.sampled_from([True, False, False])):
            groups[name] = draw(st.lists(st.sampled_from(policies), max_size=2, unique=True))
    everywhere = st.lists(st.sampled_from([*GROUPS, *groups]), max_size=2, unique=True)
    named = draw(st.lists(st.sampled_from([name for name in PEOPLE if name not in THERE]), max_size=2, unique=True))
    users = {
        name: (draw(everywhere), draw(st.booleans()), draw(st.booleans()), draw(st.booleans()))
        for name in (*THERE, *named)
    }
    return Before(users, groups, *(draw(st.booleans()) for _each in range(3)))

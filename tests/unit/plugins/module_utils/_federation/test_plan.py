# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role federated_access: what is wrong with its variables, and what it plans for an account."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.filter import (
    cloudhsm_policy,
    federated_access_plan,
    federated_access_problems,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_trust import saml_trust_policy
from helpers.documents.saml import METADATA

problems = federated_access_problems.FilterModule().filters()["federated_access_problems"]
plan = federated_access_plan.FilterModule().filters()["federated_access_plan"]

HERE = "arn:aws:iam::123456789012"
PROVIDER = f"{HERE}:saml-provider/Example"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
OWN = f"{HERE}:policy/HSM"
OTHER = "arn:aws:iam::aws:policy/SecurityAudit"
MARK = {"cloudhsm.iam/managed": "true"}

Values = dict[str, t.Any]


def options(**changes: t.Any) -> Values:
    """Variables without a mistake, with these changes."""
    return {
        "state": "present",
        "role_name": "HSM",
        "path": None,
        "access": "admin",
        "policy_options": {},
        "policy_name": "HSM",
        "purge_policies": False,
        "boundary": None,
        "provider_state": "present",
        "pending_providers": [],
        "provider_name": "Example",
        "provider_arn": None,
        "saml_metadata": METADATA,
        "saml_metadata_file": None,
        "metadata": METADATA,
        "max_session_duration": 3600,
        "require_mfa": False,
        "mfa_tag_key": "MFA",
        "mfa_tag_value": "true",
        "session_tags": [],
        "audiences": [],
        "tags": {},
        "purge_tags": False,
        "creation_tags": MARK,
        **changes,
    }


def existing(**changes: t.Any) -> Values:
    """Variables for a provider that exists."""
    return options(provider_name=None, provider_arn=PROVIDER, saml_metadata=None, metadata="", **changes)


def account(partition: str = "aws", **found: Values) -> Values:
    """What iam_account_info tells, with these things in the account."""
    return {
        "account": {
            "account_id": "123456789012",
            "partition": partition,
            "caller_arn": "arn:aws:sts::123456789012:assumed-role/Ops/alice",
        },
        "roles": [found["role"]] if "role" in found else [],
        "policies": [found["policy"]] if "policy" in found else [],
        "saml_providers": [found["provider"]] if "provider" in found else [],
    }


def role(**changes: t.Any) -> Values:
    return {
        "name": "HSM",
        "arn": f"{HERE}:role/HSM",
        "path": "/",
        "tags": MARK,
        "trusts": [PROVIDER],
        "managed_policies": [OWN],
        "inline_policies": [],
        **changes,
    }


def policy(**changes: t.Any) -> Values:
    return {"name": "HSM", "arn": OWN, "path": "/", "tags": MARK, "attachments": 1, **changes}


def provider(*roles: str) -> Values:
    return {"name": "Example", "arn": PROVIDER, "trusted_by": list(roles)}


@pytest.mark.parametrize(
    "given",
    [
        options(),
        options(saml_metadata=None, saml_metadata_file="metadata.xml", metadata=f"\ufeff{METADATA}\r\n"),
        existing(max_session_duration="43200", require_mfa=True, path="/hsm/", boundary=""),
        existing(access="administrator"),
        existing(policy_options={"profile": "hardened", "regions": ["eu-central-1"]}),
        options(state="absent", provider_name=None, saml_metadata=None, metadata=""),
        options(state="absent", provider_state="absent", saml_metadata=None, metadata=""),
    ],
)
def test_variables_without_a_mistake_have_no_problems(given: Values) -> None:
    assert problems(given) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (options(role_name="no good"), "role_name: 'no good' can't be a name: 1 to 64"),
        (options(policy_name="x" * 129), "policy_name: "),
        (options(path="hsm"), "path: 'hsm' is not a path"),
        (options(boundary="ReadOnlyAccess"), "boundary: 'ReadOnlyAccess' is not the ARN of a managed policy"),
        (
            options(provider_arn=PROVIDER),
            "provider_arn: is for a provider that exists; give it or federated_access_provider_name",
        ),
        (
            options(provider_name=None, saml_metadata=None),
            "provider_name: is needed, or the federated_access_provider_arn",
        ),
        (options(provider_name="a b"), "provider_name: 'a b' can't be the name of a provider"),
        (existing() | {"provider_arn": "Example"}, "provider_arn: 'Example' is not the ARN of a SAML provider"),
        (existing() | {"saml_metadata": METADATA}, "saml_metadata: is for a provider that is made here"),
        (
            options(saml_metadata_file="metadata.xml"),
            "saml_metadata_file: give it or federated_access_saml_metadata, not both",
        ),
        (options(saml_metadata=None), "saml_metadata: is needed for a provider that is made here"),
        (
            options(saml_metadata=None, saml_metadata_file="none.xml", metadata=""),
            "saml_metadata_file: none.xml can't be read: No such file",
        ),
        (options(metadata="<a/>"), "saml_metadata: has 4 characters"),
        (
            options(provider_state="absent"),
            "provider_state: can be absent only together with federated_access_state: absent",
        ),
        (
            existing(state="absent", provider_state="absent"),
            "provider_state: absent needs federated_access_provider_name; a provider given by its ARN is never deleted",
        ),
        (options(max_session_duration=3599), "max_session_duration: must be from 3600 to 43200 seconds"),
        (options(max_session_duration=43201), "max_session_duration: "),
        (options(max_session_duration="an hour"), "max_session_duration: "),
        (options(require_mfa=True, mfa_tag_key="aws:mfa"), "mfa_tag_key: 'aws:mfa': keys that begin with aws:"),
        (options(require_mfa=True, mfa_tag_value=""), "mfa_tag_value: is needed with federated_access_require_mfa"),
        (options(require_mfa=True, mfa_tag_value=True), "mfa_tag_value: must be text, not a boolean: put it in quotes"),
        (
            options(role_name=0o123),
            "role_name: must be text, not a number: put it in quotes, as YAML changes 0123 to 83",
        ),
        (options(tags={"cost": 0o42}), "tags.cost: the value must be text, not a number"),
        (options(creation_tags={"a\n": ""}), "creation_tags.a\n: the key has characters that IAM does not allow"),
        (options(policy_options="profile=hardened"), "policy_options: must be a dictionary, not a string"),
        (options(session_tags=["*"]), "session_tags: '*' has characters"),
        (options(audiences=["signin"]), "audiences: 'signin' is not the address"),
        (options(policy_options={"profile": "strict"}), "policy_options.profile: is 'strict'"),
        (options(policy_options={"level": "admin"}), "policy_options: there is no level; there are"),
        (
            options(access="administrator", policy_options={"profile": "hardened"}),
            "policy_options: are for the CloudHSM",
        ),
    ],
)
def test_each_mistake_is_told_with_its_variable(given: Values, said: str) -> None:
    (problem,) = problems(given)
    assert problem.startswith(f"federated_access_{said}"), problem


def test_all_mistakes_are_told_at_once() -> None:
    wrong = options(
        role_name="", path="x", provider_name="?", metadata="<a/>", max_session_duration=0, session_tags=["?"]
    )
    assert len(problems(wrong)) == 6


def test_a_new_role_gets_the_creation_tags_and_its_arns_are_foretold() -> None:
    new = plan(options(path="/hsm/", tags={"team": "a"}, require_mfa=True, max_session_duration=7200), account())
    assert (new["problems"], new["role_is_new"], new["policy_is_new"]) == ([], True, True)
    assert new["role_tags"] == new["policy_tags"] == {**MARK, "team": "a"}
    assert new["policy_arn"] == f"{HERE}:policy/hsm/HSM"
    assert new["managed_policies"] == [new["policy_arn"]]
    assert new["policy_document"] == cloudhsm_policy.cloudhsm_policy("admin")
    assert new["trust_policy"] == saml_trust_policy(PROVIDER, {"MFA": "true"}, [], [])
    attribute = "https://aws.amazon.com/SAML/Attributes"
    assert new["saml_attributes"] == {
        f"{attribute}/Role": f"{HERE}:role/hsm/HSM,{PROVIDER}",
        f"{attribute}/RoleSessionName": "the user's name or e-mail address",
        f"{attribute}/SessionDuration": "7200",
        f"{attribute}/PrincipalTag:MFA": "true",
    }


def test_everything_is_of_the_accounts_partition() -> None:
    new = plan(options(access="administrator"), account(partition="aws-cn"))
    assert new["managed_policies"] == ["arn:aws-cn:iam::aws:policy/AdministratorAccess"]
    assert new["provider_arn"] == "arn:aws-cn:iam::123456789012:saml-provider/Example"
    assert new["sign_in_endpoints"] == ["https://signin.amazonaws.cn/saml"]


@pytest.mark.parametrize(
    ("access", "purge", "kept"),
    [
        ("admin", False, [OWN, OTHER]),
        ("administrator", False, [ADMINISTRATOR, OTHER]),
        ("admin", True, [OWN]),
    ],
)
def test_another_access_level_takes_the_place_of_the_old_one_and_others_policies_stay(
    access: str, purge: bool, kept: list[str]
) -> None:
    before = role(managed_policies=[ADMINISTRATOR, OWN, OTHER])
    given = existing(access=access, purge_policies=purge)
    after = plan(given, account(role=before, policy=policy(), provider=provider("HSM")))
    assert (after["managed_policies"], after["other_policies"]) == (kept, [OTHER])


def test_purged_tags_leave_the_mark_of_who_made_it() -> None:
    before = role(tags={**MARK, "old": "x"})
    found = account(role=before, policy=policy(), provider=provider("HSM"))
    assert plan(existing(tags={"team": "a"}, purge_tags=True), found)["role_tags"] == {**MARK, "team": "a"}
    assert plan(existing(tags={"team": "a"}), found)["role_tags"] == {"team": "a"}


@pytest.mark.parametrize(
    ("given", "found", "said"),
    [
        (
            existing(),
            account(role=role(tags={}, trusts=[PROVIDER, "ec2.amazonaws.com"]), provider=provider()),
            f"role_name: the role {HERE}:role/HSM exists and lets in ec2.amazonaws.com, but has no tag cloudhsm.iam/m",
        ),
        (
            existing(path="/hsm/"),
            account(role=role(), provider=provider()),
            f"path: the role {HERE}:role/HSM exists, but its path is /, not /hsm/, and IAM can't",
        ),
        (
            existing(),
            account(policy=policy(tags={}), provider=provider()),
            f"policy_name: the policy {OWN} exists, but it has no tag cloudhsm.iam/managed",
        ),
        (
            options(access="administrator"),
            account(partition="aws-iso"),
            "audiences: are needed in the partition aws-iso",
        ),
        (
            options(audiences=["https://signin.c2shome.ic.gov/saml"]),
            account(partition="aws-iso"),
            "access: there is no policy for the partition 'aws-iso'",
        ),
        (
            options(policy_options={"profile": "hardened", "regions": ["us-gov-west-1"]}),
            account(),
            "policy_options.regions[0]: 'us-gov-west-1' is in the partition aws-us-gov, not in aws",
        ),
        (
            existing(),
            account(role=role(tags={}), provider=provider()),
            f"role_name: the role {HERE}:role/HSM exists, but has no tag",
        ),
        (
            existing(),
            account(role=role(path="/dev/", arn=f"{HERE}:role/dev/HSM"), provider=provider()),
            f"path: the role {HERE}:role/dev/HSM exists, but its path is /dev/, not /, and IAM can't move roles",
        ),
        (
            existing(),
            account(policy=policy(path="/dev/", arn=f"{HERE}:policy/dev/HSM"), provider=provider()),
            f"policy_name: the policy {HERE}:policy/dev/HSM exists, but its path is /dev/, not /. Whoever",
        ),
        (
            options(state="absent", provider_name=None),
            account(role=role(tags={}, trusts=[PROVIDER])),
            f"role_name: the role {HERE}:role/HSM exists, but has no tag",
        ),
        (existing(), account(), f"provider_arn: there is no SAML provider {PROVIDER} in account 123456789012"),
        (
            options(state="absent", provider_name=None),
            account(role=role(tags={}, trusts=["arn:aws:iam::123456789012:root"])),
            f"role_name: the role {HERE}:role/HSM exists and lets in {HERE}:root, but has no tag",
        ),
        (
            options(state="absent"),
            account(role=role(inline_policies=["a", "b"])),
            "role_name: HSM has inline policies, which have to go first: a, b",
        ),
        (
            options(state="absent", role_name="Ops"),
            account(role=role()),
            "role_name: this run itself is signed in with the role Ops",
        ),
        (
            options(state="absent"),
            account(role=role(), policy=policy(attachments=2)),
            "policy_name: the policy HSM is attached to something else than the role HSM as well",
        ),
        (
            options(state="absent", provider_state="absent"),
            account(role=role(), provider=provider("HSM", "Auditors")),
            "provider_state: other roles trust the provider Example: Auditors",
        ),
    ],
)
def test_what_the_account_does_not_allow_is_told_with_its_variable(given: Values, found: Values, said: str) -> None:
    (problem,) = plan(given, found)["problems"]
    assert problem.startswith(f"federated_access_{said}"), problem


@pytest.mark.parametrize(
    ("given", "found"),
    [
        # Ours may be given to another provider, and others' is taken over where that was said.
        (existing(), account(role=role(trusts=["arn:aws:iam::123456789012:saml-provider/Old"]), provider=provider())),
        (
            existing(adopt_role=True, adopt_policy=True),
            account(role=role(tags={}), policy=policy(tags={}, path="/dev/"), provider=provider()),
        ),
        (
            options(policy_options={"profile": "hardened", "regions": ["us-gov-west-1"]}),
            account(partition="aws-us-gov"),
        ),
        (existing(access="administrator"), account(policy=policy(tags={}), provider=provider())),
        (existing(pending_providers=[PROVIDER]), account()),
        (
            options(access="administrator", audiences=["https://signin.c2shome.ic.gov/saml"]),
            account(partition="aws-iso"),
        ),
        (options(state="absent"), account()),
        (
            options(state="absent", provider_name=None, adopt_role=True),
            account(role=role(tags={}, trusts=[PROVIDER])),
        ),
        (options(state="absent", provider_state="absent"), account(role=role(), provider=provider("HSM"))),
    ],
)
def test_what_the_account_allows_is_not_refused(given: Values, found: Values) -> None:
    assert plan(given, found)["problems"] == []


def test_only_a_policy_that_was_made_here_goes_with_the_role() -> None:
    gone = options(state="absent")
    assert plan(gone, account(role=role(), policy=policy()))["owns_policy"]
    assert not plan(gone, account(role=role(), policy=policy(tags={})))["owns_policy"]
    assert not plan(gone, account(role=role()))["owns_policy"]
    assert not plan(options(state="absent", creation_tags={}), account(policy=policy(tags={})))["owns_policy"]
    assert not plan(gone, account(policy=policy(path="/dev/")))["owns_policy"]
    assert plan(options(state="absent", adopt_policy=True), account(policy=policy(tags={})))["owns_policy"]


def test_what_is_new_bears_our_mark_whatever_its_creation_tags() -> None:
    new = plan(options(creation_tags={"made": "here"}), account())
    assert new["role_tags"] == new["policy_tags"] == {**MARK, "made": "here"}

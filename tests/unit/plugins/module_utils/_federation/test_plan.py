# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""iam_saml_access: what is wrong with its options, and what it plans for an account."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.filter import cloudhsm_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Plan, Step
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.input import read_options, with_defaults
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.model import asked
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.plan import make_plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_metadata import entity_id, fingerprint
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_trust import saml_trust_policy
from helpers.documents.saml import METADATA
from helpers.modules.saml_access import complete, option_problems, role_options

HERE = "arn:aws:iam::123456789012"
PROVIDER = f"{HERE}:saml-provider/Example"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
OWN = f"{HERE}:policy/HSM"
OTHER = "arn:aws:iam::aws:policy/SecurityAudit"
MARK = {"cloudhsm.iam/managed": "true"}

Values = dict[str, t.Any]


def options(**changes: t.Any) -> Values:
    """Options without a mistake, with these changes."""
    return role_options(**{"role_name": "HSM", "provider_name": "Example", "saml_metadata": METADATA, **changes})


def existing(**changes: t.Any) -> Values:
    """Options for a provider that exists."""
    return options(provider_name=None, provider_arn=PROVIDER, saml_metadata=None, **changes)


def plan(given: Values, found: Values, check_mode: bool = False) -> Plan:
    assert option_problems(given) == []
    return make_plan(complete(given), found, check_mode)


def step(planned: Plan, module: str) -> Step:
    """The one step of a module."""
    (found,) = [each for each in planned.steps if each.module.endswith(module)]
    return found


def modules(planned: Plan) -> list[tuple[str, str]]:
    return [(each.module.rpartition(".")[2], each.options["state"]) for each in planned.steps]


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
    """A role as iam_saml_access makes it, with these changes."""
    return {
        "name": "HSM",
        "arn": f"{HERE}:role/HSM",
        "path": "/",
        "max_session_duration": 3600,
        "boundary": None,
        "tags": MARK,
        "trust_policy": saml_trust_policy(PROVIDER, {}, [], []),
        "trusts": [PROVIDER],
        "managed_policies": [OWN],
        "inline_policies": [],
        **changes,
    }


def policy(**changes: t.Any) -> Values:
    document = cloudhsm_policy.cloudhsm_policy("admin")
    more = {"tags": MARK, "attachments": 1, "boundary_of": 0, "document": document}
    return {"name": "HSM", "arn": OWN, "path": "/", **more, **changes}


def provider(*roles: str, metadata: str = METADATA) -> Values:
    has = {"entity_id": entity_id(metadata), "metadata_sha256": fingerprint(metadata)}
    return {"name": "Example", "arn": PROVIDER, "trusted_by": list(roles), **has}


@pytest.mark.parametrize(
    "given",
    [
        options(),
        options(saml_metadata=f"\ufeff{METADATA}\r\n"),
        existing(max_session_duration=43200, require_mfa=True, path="/hsm/", boundary=""),
        existing(access="administrator"),
        existing(policy_options={"profile": "hardened", "regions": ["eu-central-1"]}),
        options(state="absent", provider_name=None),
        options(state="absent", provider_state="absent"),
    ],
)
def test_variables_without_a_mistake_have_no_problems(given: Values) -> None:
    assert option_problems(given) == []


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
            options(saml_metadata=None, saml_metadata_file="none.xml"),
            "saml_metadata_file: none.xml can't be read: No such file",
        ),
        (options(saml_metadata="<a/>"), "saml_metadata: has 4 characters"),
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
        (options(require_mfa=True, mfa_tag_key="aws:mfa"), "mfa_tag_key: 'aws:mfa': keys that begin with aws:"),
        (options(require_mfa=True, mfa_tag_value=""), "mfa_tag_value: is needed with federated_access_require_mfa"),
        (options(tags={"cost": 0o42}), "tags.cost: the value must be text, not a number"),
        (options(creation_tags={"a\n": ""}), "creation_tags.a\n: the key has characters that IAM does not allow"),
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
    (problem,) = option_problems(given)
    assert problem.startswith(f"federated_access_{said}"), problem


def test_all_mistakes_are_told_at_once() -> None:
    wrong = options(
        role_name="", path="x", provider_name="?", saml_metadata="<a/>", max_session_duration=0, session_tags=["?"]
    )
    assert len(option_problems(wrong)) == 6


def test_lists_may_be_text_and_what_is_no_list_is_told() -> None:
    read, wrong = read_options(options(session_tags="team, cost"))
    assert (read["session_tags"], wrong) == (["team", "cost"], [])
    (problem,) = option_problems(options(session_tags="team,"))
    assert problem.startswith("federated_access_session_tags: line 1: ends with a comma")


def test_the_account_is_asked_for_what_the_options_name() -> None:
    nothing_of_aws: dict[str, list[str]] = {"aws_managed_policies": []}
    all_are_called_hsm = {"roles": ["HSM"], "policies": ["HSM"], "saml_providers": ["Example"]}
    assert asked(with_defaults(options())) == all_are_called_hsm | nothing_of_aws
    own = asked(with_defaults(options(boundary=f"{HERE}:policy/hsm/Boundary")))
    assert (own["policies"], own["aws_managed_policies"]) == (["HSM", "Boundary"], [])
    of_aws = asked(with_defaults(options(boundary="arn:aws:iam::aws:policy/job-function/Billing")))
    assert (of_aws["policies"], of_aws["aws_managed_policies"]) == (["HSM"], ["job-function/Billing"])
    assert asked(with_defaults(existing(policy_name="P")))["saml_providers"] == ["Example"]
    assert asked(with_defaults(options(provider_name=None)))["saml_providers"] == []


def test_what_is_new_is_made_in_order_and_its_arns_are_foretold() -> None:
    given = options(path="/hsm/", tags={"team": "a"}, require_mfa=True, max_session_duration=7200)
    new = plan(given, account())
    assert modules(new) == [(name, "present") for name in ("iam_saml_federation", "iam_managed_policy", "iam_role")]
    assert step(new, "iam_role").options["tags"] == step(new, "iam_managed_policy").options["tags"]
    assert step(new, "iam_role").after["tags"] == {**MARK, "team": "a"}
    assert step(new, "iam_managed_policy").options["policy"] == cloudhsm_policy.cloudhsm_policy("admin")
    made = step(new, "iam_role").options
    assert made["managed_policies"] == [f"{HERE}:policy/hsm/HSM"]
    assert made["assume_role_policy_document"] == saml_trust_policy(PROVIDER, {"MFA": "true"}, [], [])
    assert (made["path"], made["description"]) == ("/hsm/", "Access through SAML with the permissions of admin")
    access = new.told["saml_access"]
    assert (access["created"], access["changed"], access["policy_arn"]) == (True, True, f"{HERE}:policy/hsm/HSM")
    attribute = "https://aws.amazon.com/SAML/Attributes"
    assert access["saml_attributes"] == {
        f"{attribute}/Role": f"{HERE}:role/hsm/HSM,{PROVIDER}",
        f"{attribute}/RoleSessionName": "the user's name or e-mail address",
        f"{attribute}/SessionDuration": "7200",
        f"{attribute}/PrincipalTag:MFA": "true",
    }
    changes = "SAML provider Example (new), policy HSM (new), role HSM (new)"
    assert new.told["lines"][0] == f"Changed in account 123456789012: {changes}"
    assert plan(given, account(), check_mode=True).told["lines"][0].startswith("Would change in account ")


def test_where_all_is_as_it_shall_be_there_is_nothing_to_do() -> None:
    found = account(role=role(), policy=policy(), provider=provider("HSM"))
    for given in (options(), existing(), options(saml_metadata=METADATA.replace("\n", "\r\n")), existing(boundary="")):
        unchanged = plan(given, found)
        assert (unchanged.steps, unchanged.told["saml_access"]["changed"]) == ([], False)
        assert unchanged.told["lines"][0] == "Nothing to change in account 123456789012"


@pytest.mark.parametrize(
    "changes",
    [
        {"max_session_duration": 7200},
        {"boundary": f"{HERE}:policy/Boundary"},
        {"require_mfa": True},
        {"session_tags": ["team"]},
        {"tags": {"team": "a"}},
        {"access": "administrator"},
    ],
)
def test_a_role_is_changed_alone_where_nothing_else_differs(changes: Values) -> None:
    found = account(role=role(), policy=policy(tags={**MARK, "team": "a"}), provider=provider("HSM"))
    found["policies"].append(policy(name="Boundary", arn=f"{HERE}:policy/Boundary"))
    changed = plan(existing(**changes), found)
    assert modules(changed) == [("iam_role", "present")]
    # IAM can't change these later, and the module would change the one by a call that resets the session.
    assert not {"path", "description"} & set(step(changed, "iam_role").options)
    again = account(role=step(changed, "iam_role").after, policy=found["policies"][0], provider=provider("HSM"))
    assert plan(existing(**changes), again).steps == []


@pytest.mark.parametrize(
    ("boundary", "more"),
    [
        (f"{HERE}:policy/Gone", {}),
        (f"{HERE}:policy/other/HSM", {}),
        ("arn:aws:iam::aws:policy/Gone", {"missing_aws_managed_policies": ["Gone"]}),
    ],
)
def test_a_boundary_that_does_not_exist_is_told_before_the_provider_is_made(boundary: str, more: Values) -> None:
    found = {**account(policy=policy()), **more}
    told = list(plan(options(boundary=boundary), found).problems)
    assert told == [f"federated_access_boundary: there is no policy {boundary}"]
    there = {**account(role=role(boundary=boundary), provider=provider("HSM")), **more}
    assert list(plan(existing(boundary=boundary), there).problems) == []


def test_a_trust_policy_that_is_only_spelled_otherwise_is_left_alone() -> None:
    spelled = saml_trust_policy(PROVIDER, {}, [], [])
    spelled["Statement"][0]["Principal"] = {"Federated": [PROVIDER]}
    found = account(role=role(trust_policy=spelled), policy=policy(), provider=provider("HSM"))
    assert plan(existing(), found).steps == []


def test_new_metadata_of_the_same_identity_provider_is_taken() -> None:
    found = account(role=role(), policy=policy(), provider=provider("HSM", metadata=f"{METADATA}<!-- 2 -->"))
    changed = plan(options(), found)
    assert modules(changed) == [("iam_saml_federation", "present")]
    assert step(changed, "iam_saml_federation").after["metadata_sha256"] == fingerprint(METADATA)


def test_in_check_mode_an_earlier_task_has_told_of_the_provider() -> None:
    first = plan(options(), account(), check_mode=True)
    assert first.told["pending_providers"] == [PROVIDER]
    second = plan(options(role_name="Other", pending_providers=[PROVIDER]), account(), check_mode=True)
    assert [module for module, _state in modules(second)] == ["iam_managed_policy", "iam_role"]
    assert not plan(existing(pending_providers=[PROVIDER]), account(), check_mode=True).problems
    # Outside of check mode it would exist.
    assert plan(options(), account()).told["pending_providers"] == []
    assert len(plan(existing(pending_providers=[PROVIDER]), account()).problems) == 1


def test_everything_is_of_the_accounts_partition() -> None:
    new = plan(options(access="administrator"), account(partition="aws-cn"))
    assert step(new, "iam_role").options["managed_policies"] == ["arn:aws-cn:iam::aws:policy/AdministratorAccess"]
    access = new.told["saml_access"]
    assert access["provider_arn"] == "arn:aws-cn:iam::123456789012:saml-provider/Example"
    assert access["sign_in_endpoints"] == ["https://signin.amazonaws.cn/saml"]


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
    before = role(managed_policies=sorted([ADMINISTRATOR, OWN, OTHER]))
    given = existing(access=access, purge_policies=purge)
    after = plan(given, account(role=before, policy=policy(), provider=provider("HSM")))
    assert step(after, "iam_role").options["managed_policies"] == kept
    told = f"The role HSM also has {OTHER}; federated_access_purge_policies would detach them."
    assert (told in after.told["lines"]) is not purge


def test_purged_tags_leave_the_mark_of_who_made_it() -> None:
    before = role(tags={**MARK, "old": "x"})
    found = account(role=before, policy=policy(), provider=provider("HSM"))
    purged = step(plan(existing(tags={"team": "a"}, purge_tags=True), found), "iam_role")
    assert purged.options["tags"] == purged.after["tags"] == {**MARK, "team": "a"}
    added = step(plan(existing(tags={"team": "a"}), found), "iam_role")
    assert (added.options["tags"], added.after["tags"]) == ({"team": "a"}, {**MARK, "old": "x", "team": "a"})


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
            f"policy_name: the policy {HERE}:policy/dev/HSM exists, but its path is /dev/, not /. Anyone",
        ),
        (
            options(state="absent", provider_name=None),
            account(role=role(tags={}, trusts=[PROVIDER])),
            f"role_name: the role {HERE}:role/HSM exists, but has no tag",
        ),
        (
            options(),
            account(
                provider=provider("HSM", "Other", metadata=METADATA.replace("idp.example.com", "evil.example.com"))
            ),
            f"provider_name: the SAML provider {PROVIDER} exists, but is of the entity https://evil.example.com/",
        ),
        (
            options(),
            account(provider=provider(metadata="no metadata")),
            f"provider_name: the SAML provider {PROVIDER} exists, but is of no entity that its metadata names, not of",
        ),
        (
            options(state="absent"),
            account(role=role(), policy=policy(boundary_of=1)),
            "policy_name: the policy HSM is the permissions boundary of users or roles",
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
            account(role=role(name="Ops")),
            "role_name: this run itself is signed in with the role Ops",
        ),
        (
            options(state="absent"),
            account(role=role(), policy=policy(attachments=2)),
            "policy_name: the policy HSM is also attached to something other than the role HSM; detach",
        ),
        (
            options(state="absent", provider_state="absent"),
            account(role=role(), provider=provider("HSM", "Auditors")),
            "provider_state: other roles trust the provider Example: Auditors",
        ),
    ],
)
def test_what_the_account_does_not_allow_is_told_with_its_variable(given: Values, found: Values, said: str) -> None:
    (problem,) = plan(given, found).problems
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
        (options(adopt_provider=True), account(provider=provider(metadata="no metadata"))),
        # A provider that is given by its ARN is left alone.
        (existing(), account(provider=provider(metadata="no metadata"))),
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
    assert not plan(given, found, check_mode=True).problems


@pytest.mark.parametrize(
    ("changes", "found", "goes"),
    [
        ({}, account(role=role(), policy=policy()), True),
        ({}, account(role=role(), policy=policy(tags={})), False),
        ({}, account(role=role()), False),
        ({"creation_tags": {}}, account(policy=policy(tags={}, attachments=0)), False),
        ({}, account(policy=policy(path="/dev/", attachments=0)), False),
        ({"adopt_policy": True}, account(policy=policy(tags={}, attachments=0)), True),
    ],
)
def test_only_a_policy_that_was_made_here_goes_with_the_role(changes: Values, found: Values, goes: bool) -> None:
    gone = plan(options(state="absent", **changes), found)
    wanted = [("iam_role", "absent")] * bool(found["roles"]) + [("iam_managed_policy", "absent")] * goes
    assert modules(gone) == wanted
    assert gone.told["saml_access"] == {"state": "absent", "changed": bool(wanted), "role_name": "HSM"}
    stays = any("stays, because" in line for line in gone.told["lines"])
    assert stays is (bool(found["policies"]) and not goes)


def test_the_provider_goes_only_where_that_was_said() -> None:
    found = account(role=role(), policy=policy(), provider=provider("HSM"))
    assert "iam_saml_federation" not in dict(modules(plan(options(state="absent"), found)))
    gone = plan(options(state="absent", provider_state="absent"), found)
    assert [module for module, _state in modules(gone)] == ["iam_role", "iam_managed_policy", "iam_saml_federation"]


# IAM doesn't distinguish names by case: CreateRole in the IAM API Reference.
def test_a_role_in_another_case_does_not_block_the_deletion_of_its_provider() -> None:
    found = account(role=role(name="hsm"), policy=policy(), provider=provider("hsm"))
    gone = plan(options(state="absent", provider_state="absent"), found)
    assert not gone.problems
    assert step(gone, "iam_role").options["name"] == "hsm"


def test_a_role_in_another_case_needs_no_change() -> None:
    found = account(role=role(name="hsm"), policy=policy(), provider=provider("hsm"))
    assert plan(options(), found).steps == []


def test_a_run_does_not_delete_its_own_role_in_another_case() -> None:
    (problem,) = plan(options(state="absent", role_name="ops"), account(role=role(name="Ops"))).problems
    assert problem == "federated_access_role_name: this run itself is signed in with the role Ops"


def test_what_is_new_bears_our_mark_whatever_its_creation_tags() -> None:
    new = plan(options(creation_tags={"made": "here"}), account())
    for module in ("iam_role", "iam_managed_policy"):
        assert step(new, module).options["tags"] == {**MARK, "made": "here"}

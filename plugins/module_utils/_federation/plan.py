# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Plans iam_saml_access from its options and the state of the account."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Plan, Step
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.model import Account
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.result import (
    PROVIDER,
    absent_result,
    present_result,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_metadata import entity_id, fingerprint
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_text import normal_form
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_trust import AUDIENCES
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.plan import POLICY_MODULE, policy_step
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.input import ADMINISTRATOR, Options
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.plan import (
    ROLE,
    WITHOUT_PROFILE,
    adoption_problems,
    deletion_problems,
    deletion_steps,
    opening_problems,
    own_policy,
    policy_document,
    role_step,
)


def make_plan(options: Options, found: Mapping[str, t.Any], check_mode: bool = False) -> Plan:
    """Return the plan. found is the result of iam_account_info for the provider, the policy and the role."""
    account = Account(options if check_mode else {**options, "pending_providers": []}, found)
    if options["state"] == "absent":
        problems = list(_absent_conflicts(account))
        return Plan(problems=problems) if problems else _absent(account, check_mode)
    document, wrong = policy_document(account)
    problems = [*_present_conflicts(account), *wrong]
    if not problems:
        problems = opening_problems(account)
    return Plan(problems=problems) if problems else _present(account, document, check_mode)


def _present(account: Account, document: dict[str, t.Any], check_mode: bool) -> Plan:
    options = account.options
    wanted = account.administrator_arn if options["access"] == ADMINISTRATOR else account.own_policy_arn
    attached = [wanted, *([] if options["purge_policies"] else account.other_policies)]
    made = (
        _provider_step(account),
        policy_step(own_policy(account, document), account.policy) if document else None,
        role_step(account, attached),
    )
    steps = [step for step in made if step]
    return Plan(steps, told=present_result(account, steps, wanted, check_mode))


def _absent(account: Account, check_mode: bool) -> Plan:
    steps = deletion_steps(
        (ROLE, account.role, WITHOUT_PROFILE),
        (POLICY_MODULE, account.policy if account.owns_policy else {}, {}),
        (PROVIDER, account.provider if account.options["provider_state"] == "absent" else {}, {}),
    )
    return Plan(steps, told=absent_result(account, steps, check_mode))


def _provider_step(account: Account) -> Step | None:
    """Return the step that creates or updates the provider; None if nothing changes or it is given by ARN."""
    options, before = account.options, account.provider
    document = normal_form(options["metadata"])
    has = fingerprint(document)
    told_of = account.provider_arn in options["pending_providers"]
    if not options["provider_name"] or told_of or before.get("metadata_sha256") == has:
        return None
    # The module compares the texts, so the document must have the form that IAM returns.
    given = {"state": "present", "name": options["provider_name"], "saml_metadata_document": document}
    after = {"name": options["provider_name"], "entity_id": entity_id(document), "metadata_sha256": has}
    return Step(PROVIDER, given, dict(before), {**before, **after})


def _present_conflicts(account: Account) -> Iterator[str]:
    """Yield why the role can't be created or updated, one sentence each."""
    options = account.options
    yield from adoption_problems(account)
    if account.partition not in AUDIENCES and not options["audiences"]:
        yield f"{account.called('audiences')}: are needed in the partition {account.partition}"
    yield from _provider_conflicts(account)


def _absent_conflicts(account: Account) -> Iterator[str]:
    """Yield why the role, its policy or the provider can't be deleted, one sentence each."""
    yield from deletion_problems(account)
    others = account.others_trusting(account.provider)
    if account.options["provider_state"] == "absent" and others:
        yield (
            f"{account.called('provider_state')}: other roles trust the provider {account.provider['name']}: "
            f"{', '.join(others)}"
        )


def _provider_conflicts(account: Account) -> Iterator[str]:
    options = account.options
    arns = [account.provider.get("arn"), *options["pending_providers"]]
    if options["provider_arn"] and options["provider_arn"] not in arns:
        field = account.called("provider_arn")
        yield f"{field}: there is no SAML provider {options['provider_arn']} in account {account.number}"
    foreign = account.foreign_entity
    if foreign is not None:
        trusting = account.provider["trusted_by"]
        relies = f" The roles that trust it would let in other people: {', '.join(trusting)}." if trusting else ""
        yield (
            f"{account.called('provider_name')}: the SAML provider {account.provider['arn']} exists, but is of "
            f"{f'the entity {foreign[:200]}' if foreign else 'no entity that its metadata names'}, not of "
            f"{entity_id(options['metadata'])}.{relies} Choose another name, or, if it is yours and your identity "
            f"provider has changed, set {account.called('adopt_provider')}: true"
        )

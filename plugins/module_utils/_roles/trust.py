# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Finds statements of a trust policy that let in others than intended.

The rules are AWS's: "The confused deputy problem", "Access to AWS accounts owned by third parties" and "Create a role
for OpenID Connect federation" in the IAM User Guide.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import as_list
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.oidc import WILDCARDS, issuers_of, subject_problem

Statement = Mapping[str, t.Any]

# EC2 gives a role's credentials only to instances in the role's own account, and sends no aws:SourceAccount.
EC2 = re.compile(r"ec2\.amazonaws\.com(\.cn)?")
_WHOLE = re.compile(r"(?:arn:[a-z-]+:iam::)?(?P<account>\d{12})(?::root)?")
_OIDC = re.compile(r"arn:[a-z-]+:iam::\d{12}:oidc-provider/(?P<host>.+)")
_SAML = re.compile(r"arn:[a-z-]+:iam::\d{12}:saml-provider/.+")
# Operators that fail if the key is missing, unlike ForAllValues and ...IfExists.
_DEMANDS = re.compile(r"(?:ForAnyValue:)?(?:String(?:Equals|Like)|Arn(?:Equals|Like)|Bool)", re.IGNORECASE)


class Opening(t.NamedTuple):
    """One way for others to get in: the option that causes it, the reason, and the options that would prevent it."""

    option: str
    text: str
    ways: tuple[str, ...] = ()


def openings(policy: Mapping[str, t.Any], account_id: str, whole_accounts: bool = False) -> list[Opening]:
    """Return everything that lets others in. whole_accounts: the user accepts trusting all of another account."""
    found = [
        opening
        for statement in as_list(policy.get("Statement", []))
        if statement.get("Effect") == "Allow"
        for opening in _of_statement(statement, account_id, whole_accounts)
    ]
    return list(dict.fromkeys(found))


def _of_statement(statement: Statement, account_id: str, whole_accounts: bool) -> Iterator[Opening]:
    principal = statement.get("Principal", "*")
    kinds = principal if isinstance(principal, Mapping) else {"AWS": principal}
    for kind, names in kinds.items():
        for name in map(str, as_list(names)):
            if WILDCARDS & set(name):
                yield Opening("trusted_principals", f"{name!r} lets in principals of any account")
            elif kind == "AWS":
                yield from _of_account(statement, name, account_id, whole_accounts)
            elif kind == "Service":
                yield from _of_service(statement, name, account_id)
            elif kind == "Federated":
                yield from _of_provider(statement, name)
            else:
                yield Opening("trust", f"{kind} is not a kind of principal whose openness can be checked")


def _of_account(statement: Statement, name: str, account_id: str, whole_accounts: bool) -> Iterator[Opening]:
    whole = _WHOLE.fullmatch(name)
    if not whole or whole["account"] == account_id or whole_accounts:
        return
    mfa = [value.lower() for value in demanded(statement, "aws:MultiFactorAuthPresent")]
    if not _exact(demanded(statement, "sts:ExternalId")) and mfa != ["true"]:
        yield Opening(
            "trusted_accounts",
            f"everyone in account {whole['account']} whose policies allow it could assume the role",
            ("external_id", "require_mfa", "trusted_principals", "allow_whole_account"),
        )


def _of_service(statement: Statement, name: str, account_id: str) -> Iterator[Opening]:
    if EC2.fullmatch(name):
        return
    accounts = demanded(statement, "aws:SourceAccount")
    arns = [value.split(":") for value in demanded(statement, "aws:SourceArn")]
    if accounts != [account_id] and not (arns and all(len(arn) > 5 and arn[4] == account_id for arn in arns)):
        yield Opening("service", f"{name} could act for another account: aws:SourceAccount must be {account_id}")


def _of_provider(statement: Statement, name: str) -> Iterator[Opening]:
    oidc = _OIDC.fullmatch(name)
    if oidc:
        yield from _of_tokens(statement, oidc["host"])
        return
    if not _SAML.fullmatch(name):
        yield Opening("trust", f"{name!r} is not the ARN of an identity provider of an account")
    elif not _exact(demanded(statement, "SAML:aud")):
        yield Opening("audiences", "the trust policy must name the sign-in endpoint in SAML:aud")


def _of_tokens(statement: Statement, host: str) -> Iterator[Opening]:
    if not _exact(demanded(statement, f"{host}:aud")):
        yield Opening("oidc_audiences", f"the trust policy must name the audience in {host}:aud, without a wildcard")
    subjects = demanded(statement, f"{host}:sub")
    if not subjects:
        yield Opening("oidc_subjects", f"the trust policy must name the subjects in {host}:sub")
    for subject in subjects:
        problem = subject_problem(subject, issuers_of(host))
        if problem:
            yield Opening("oidc_subjects", f"{problem}. A token of another owner could have such a subject")


def demanded(statement: Statement, key: str) -> list[str]:
    """Return the key's values, one of which a request must have; empty if requests without the key are allowed."""
    return [
        str(value)
        for operator, keys in statement.get("Condition", {}).items()
        if _DEMANDS.fullmatch(operator)
        for name, values in keys.items()
        if name.lower() == key.lower()
        for value in as_list(values)
    ]


def _exact(values: list[str]) -> bool:
    return bool(values) and not any(WILDCARDS & set(value) for value in values)

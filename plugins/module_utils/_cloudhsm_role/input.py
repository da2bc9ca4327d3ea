# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The options of iam_cloudhsm_role, and the checks that need no account."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.catalogue import CLIENT, LEVELS
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.input import (
    ADMINISTRATOR,
    ROLE_SPEC,
    STATE,
    SWITCH,
    Options,
    duration_problems,
    identifier_problems,
    policy_problems,
    read_role_options,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.oidc import ISSUERS, Issuer

EC2 = "ec2"
ACCOUNT = "account"
OIDC = "oidc"
SERVICE = "service"
# Access level of a role that has only the listed managed policies.
NONE = "none"

TEXT: dict[str, t.Any] = {"type": "str"}
TEXTS: dict[str, t.Any] = {"type": "list", "elements": "str", "default": []}
SPEC: dict[str, t.Any] = {
    **ROLE_SPEC,
    "name": {"type": "str", "default": "CloudHSMClient"},
    "access": {"type": "str", "choices": [NONE, ADMINISTRATOR, *LEVELS[::-1]], "default": CLIENT},
    "managed_policies": TEXTS,
    "trust": {"type": "str", "choices": [EC2, ACCOUNT, OIDC, SERVICE], "default": EC2},
    "adopt_instance_profile": SWITCH,
    "trusted_accounts": TEXTS,
    "trusted_principals": TEXTS,
    "external_id": TEXT,
    "require_mfa": SWITCH,
    "organization_id": TEXT,
    "allow_whole_account": SWITCH,
    "oidc_issuer": {"type": "str", "choices": [*ISSUERS]},
    "oidc_url": TEXT,
    "oidc_audiences": TEXTS,
    "oidc_subjects": TEXTS,
    "oidc_provider_state": STATE,
    "adopt_oidc_provider": SWITCH,
    "service": TEXT,
    "source_arns": TEXTS,
}
LISTS = tuple(name for name, option in SPEC.items() if option["type"] == "list")

# Options that apply to one kind of trust only.
OF_KIND = {
    EC2: ("adopt_instance_profile",),
    ACCOUNT: (
        "trusted_accounts",
        "trusted_principals",
        "external_id",
        "require_mfa",
        "organization_id",
        "allow_whole_account",
    ),
    OIDC: ("oidc_issuer", "oidc_url", "oidc_audiences", "oidc_subjects", "adopt_oidc_provider"),
    SERVICE: ("service", "source_arns"),
}
# The ARN of a user or a role. IAM does not allow a wildcard within a principal's ARN.
PRINCIPAL_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(?:user|role)/[\w+=,.@/-]+", re.ASCII)
ACCOUNT_ID = re.compile(r"\d{12}")
# sts:ExternalId in the AWS STS API Reference, and PrincipalOrgID in the AWS Organizations API Reference.
EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
ORGANIZATION_ID = re.compile(r"o-[a-z0-9]{10,32}")
# CreateOpenIDConnectProvider in the IAM API Reference: no port, no query.
ISSUER_URL = re.compile(r"https://[a-z0-9][a-z0-9.-]*[a-z0-9](/[\w.~/-]*[\w~-])?")
AUDIENCE = re.compile(r"[!-)+->@-~]{1,255}")
SERVICE_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*\.amazonaws\.com(\.cn)?")
SOURCE_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9*-]*:(\d{12})?:[^\s$]+")


def read_options(given: Options) -> tuple[dict[str, t.Any], list[str]]:
    """Return the playbook's options with lists parsed from text, and problems with their types."""
    return read_role_options(given, LISTS)


def issuer_of(options: Options) -> Issuer | None:
    """Return the chosen OIDC issuer; None if none is chosen."""
    return ISSUERS.get(options["oidc_issuer"] or "")


def host_of(options: Options) -> str:
    """Return the issuer URL as it appears in provider ARNs and condition keys; empty if none is given."""
    return str(options["oidc_url"] or "").removeprefix("https://")


def with_defaults(options: Options) -> dict[str, t.Any]:
    """Return the options, with defaults that follow from other options."""
    name, issuer = options["name"], issuer_of(options)
    derived: dict[str, t.Any] = {
        "policy_name": name,
        "description": f"Access with the permissions of {options['access']}",
        "policy_description": f"Permissions of the role {name}",
        "oidc_url": issuer.url if issuer else None,
    }
    known = {option: value for option, value in derived.items() if options[option] is None}
    if issuer and not options["oidc_audiences"]:
        known["oidc_audiences"] = [issuer.audience]
    return {**options, **known, "role_name": name}


def input_problems(options: Options) -> list[str]:
    """Return one sentence for each mistake, beginning with the user's name for the option."""
    return [
        *identifier_problems(options, "name"),
        *duration_problems(options),
        *policy_problems(options, None),
        *_managed_policy_problems(options),
        *((*_kind_problems(options), *_trust_problems(options)) if options["state"] == "present" else ()),
        *_provider_problems(options),
    ]


def _managed_policy_problems(options: Options) -> Iterator[str]:
    field = called("managed_policies", options["variables_prefix"])
    for number, arn in enumerate(options["managed_policies"]):
        if not limits.POLICY_ARN.fullmatch(arn):
            yield f"{field}[{number}]: {arn[:140]!r} is not the ARN of a managed policy"
    if options["access"] == NONE and not options["managed_policies"] and options["state"] == "present":
        yield f"{field}: is needed with {called('access', options['variables_prefix'])}: {NONE}"


def _kind_problems(options: Options) -> Iterator[str]:
    """Yield problems with options for another kind of trust, which would have no effect."""
    prefix, kind = options["variables_prefix"], options["trust"]
    for other, names in OF_KIND.items():
        for name in names if other != kind else ():
            if options[name]:
                yield f"{called(name, prefix)}: is for {called('trust', prefix)}: {other}, not {kind}"


def _trust_problems(options: Options) -> Iterator[str]:
    checks = {ACCOUNT: _account_problems, OIDC: _oidc_problems, SERVICE: _service_problems}
    check = checks.get(options["trust"])
    if check:
        yield from check(options, options["variables_prefix"])


def _matching(options: Options, name: str, pattern: re.Pattern[str], what: str) -> Iterator[str]:
    """Yield problems with an option whose value or values must match a pattern."""
    field, given = called(name, options["variables_prefix"]), options[name]
    values = given if isinstance(given, list) else [] if given is None else [given]
    for value in values:
        if not pattern.fullmatch(value):
            yield f"{field}: {value[:140]!r} is not {what}"


def _account_problems(options: Options, prefix: str) -> Iterator[str]:
    accounts, principals = called("trusted_accounts", prefix), called("trusted_principals", prefix)
    if not options["trusted_accounts"] and not options["trusted_principals"]:
        yield f"{accounts}: is needed, or {principals}"
    yield from _matching(options, "trusted_accounts", ACCOUNT_ID, "an account ID, which has 12 digits")
    what = "the ARN of a user or a role, as in arn:aws:iam::123456789012:role/Deploy"
    yield from _matching(options, "trusted_principals", PRINCIPAL_ARN, what)
    yield from _matching(options, "external_id", EXTERNAL_ID, "an external ID: 2 to 1224 of A-Z a-z 0-9 _+=,.@:/-")
    yield from _matching(options, "organization_id", ORGANIZATION_ID, "the ID of an organization, as in o-a1b2c3d4e5")


def _oidc_problems(options: Options, prefix: str) -> Iterator[str]:
    issuer, url = issuer_of(options), called("oidc_url", prefix)
    if not issuer:
        yield f"{called('oidc_issuer', prefix)}: is needed: {', '.join(ISSUERS)}"
    elif not options["oidc_url"]:
        yield f"{url}: is needed for {issuer.name}, whose issuer URL differs for each cluster"
    elif ISSUER_URL.fullmatch(options["oidc_url"]) and not issuer.hosts.fullmatch(host_of(options)):
        yield f"{url}: {options['oidc_url'][:140]!r} is not the issuer URL of {issuer.name}"
    if not options["oidc_subjects"]:
        example = f", as in {issuer.example}" if issuer else ""
        yield f"{called('oidc_subjects', prefix)}: is needed, because anyone can get a token of this issuer{example}"
    yield from _matching(options, "oidc_audiences", AUDIENCE, "an audience: 1 to 255 characters without * and ?")


def _provider_problems(options: Options) -> Iterator[str]:
    prefix = options["variables_prefix"]
    what = "an issuer URL: it begins with https:// and has no port, no query and no slash at the end"
    yield from _matching(options, "oidc_url", ISSUER_URL, what)
    if options["oidc_provider_state"] == "absent":
        field = called("oidc_provider_state", prefix)
        if options["state"] == "present":
            yield f"{field}: can be absent only together with {called('state', prefix)}: absent"
        if not options["oidc_url"]:
            yield f"{field}: absent needs {called('oidc_issuer', prefix)} or {called('oidc_url', prefix)}"


def _service_problems(options: Options, prefix: str) -> Iterator[str]:
    service = options["service"]
    if not service:
        yield f"{called('service', prefix)}: is needed, as in ecs-tasks.amazonaws.com"
    elif service.startswith("ec2.amazonaws.com"):
        yield f"{called('service', prefix)}: use {called('trust', prefix)}: {EC2}, which has an instance profile"
    else:
        yield from _matching(options, "service", SERVICE_NAME, "a service principal, as in ecs-tasks.amazonaws.com")
    yield from _matching(options, "source_arns", SOURCE_ARN, "an ARN")

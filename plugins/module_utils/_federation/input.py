# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The options of iam_saml_access, and the checks that need no account."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_metadata import metadata_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_text import normal_form
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_trust import PROVIDER_ARN, trust_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.catalogue import ADMIN, LEVELS
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

SPEC: dict[str, t.Any] = {
    **ROLE_SPEC,
    "provider_name": {"type": "str"},
    "saml_metadata": {"type": "str"},
    "saml_metadata_file": {"type": "path"},
    "provider_arn": {"type": "str"},
    "provider_state": STATE,
    "adopt_provider": SWITCH,
    "role_name": {"type": "str", "default": "CloudHSMAdministrators"},
    "access": {"type": "str", "choices": [ADMINISTRATOR, *LEVELS[::-1]], "default": ADMIN},
    "require_mfa": SWITCH,
    "mfa_tag_key": {"type": "str", "default": "MFA"},
    "mfa_tag_value": {"type": "str", "default": "true"},
    "session_tags": {"type": "list", "elements": "str", "default": []},
    "audiences": {"type": "list", "elements": "str", "default": []},
    "pending_providers": {"type": "list", "elements": "str", "default": []},
}

LISTS = ("session_tags", "audiences")
PROVIDER_NAME = re.compile(r"[\w._-]{1,128}", re.ASCII)

# Key in the options for the reason why the metadata file could not be read.
FILE_PROBLEM = "metadata_file_problem"

# Placeholder for checks of the other parts of a trust policy.
_ANY_PROVIDER = "arn:aws:iam::123456789012:saml-provider/any"


def read_options(given: Options) -> tuple[dict[str, t.Any], list[str]]:
    """Return the playbook's options with lists parsed from text, and problems with their types."""
    return read_role_options(given, LISTS)


def with_defaults(options: Options) -> dict[str, t.Any]:
    """Return the options, with defaults that follow from other options."""
    name, access = options["role_name"], options["access"]
    derived = {
        "policy_name": name,
        "description": f"Access through SAML with the permissions of {access}",
        "policy_description": f"Permissions of the role {name}",
    }
    return {**options, **{option: value for option, value in derived.items() if options[option] is None}}


def input_problems(options: Options) -> list[str]:
    """Return one sentence for each mistake, beginning with the user's name for the option."""
    prefix = options["variables_prefix"]
    # The account is still unknown; the partition is known only from a given provider's ARN.
    arn = PROVIDER_ARN.fullmatch(options["provider_arn"] or "")
    return [
        *identifier_problems(options),
        *_provider_problems(options, prefix),
        *duration_problems(options),
        *_session_problems(options, prefix),
        *policy_problems(options, arn["partition"] if arn else None),
    ]


def _provider_problems(options: Options, prefix: str) -> Iterator[str]:
    name, arn, present = options["provider_name"], options["provider_arn"], options["state"] == "present"
    by_name, by_arn = called("provider_name", prefix), called("provider_arn", prefix)
    if name and arn:
        yield f"{by_arn}: is for a provider that exists; give it or {by_name}, not both"
    elif not name and not arn and present:
        yield f"{by_name}: is needed, or the {by_arn} of a provider that exists"
    if name and not PROVIDER_NAME.fullmatch(name):
        yield f"{by_name}: {name[:140]!r} can't be the name of a provider: 1 to 128 of A-Z a-z 0-9 ._-"
    if arn and not PROVIDER_ARN.fullmatch(arn):
        yield f"{by_arn}: {arn[:140]!r} is not the ARN of a SAML provider"
    if options["provider_state"] == "absent":
        field = called("provider_state", prefix)
        if present:
            yield f"{field}: can be absent only together with {called('state', prefix)}: absent"
        if not name:
            yield f"{field}: absent needs {by_name}; a provider given by its ARN is never deleted"
    if present:
        yield from _metadata_problems(options, prefix)


def _metadata_problems(options: Options, prefix: str) -> Iterator[str]:
    by_text, by_file = called("saml_metadata", prefix), called("saml_metadata_file", prefix)
    given = [called(option, prefix) for option in ("saml_metadata", "saml_metadata_file") if options[option]]
    if options["provider_arn"] and not options["provider_name"] and given:
        yield f"{given[0]}: is for a provider that is made here; one given by its ARN is left alone"
    elif len(given) > 1:
        yield f"{by_file}: give it or {by_text}, not both"
    elif options["provider_name"] and not given:
        yield f"{by_text}: is needed for a provider that is made here, or {by_file}"
    elif given:
        document = normal_form(options["metadata"])
        if given == [by_file] and options.get(FILE_PROBLEM):
            yield f"{by_file}: {options[FILE_PROBLEM]}"
        elif given == [by_file] and not document:
            yield f"{by_file}: {options['saml_metadata_file']} is empty"
        elif problem := metadata_problem(document):
            yield f"{given[0]}: {problem}"


def _session_problems(options: Options, prefix: str) -> Iterator[str]:
    # trust_problems names its own arguments. Replace these names with those of the options.
    if options["require_mfa"]:
        tag = {options["mfa_tag_key"]: options["mfa_tag_value"]}
        for problem in trust_problems(_ANY_PROVIDER, tag, [], []):
            yield f"{called('mfa_tag_key', prefix)}: {problem.split(': ', 1)[1]}"
        if not options["mfa_tag_value"]:
            yield f"{called('mfa_tag_value', prefix)}: is needed with {called('require_mfa', prefix)}"
    for problem in trust_problems(_ANY_PROVIDER, {}, options["session_tags"], options["audiences"]):
        yield f"{prefix}{problem}"

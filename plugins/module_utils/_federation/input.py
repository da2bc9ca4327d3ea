# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What is wrong with the variables of the role federated_access, as far as it shows without the account."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping
from dataclasses import fields

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import kind, text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import tag_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_metadata import (
    metadata_problem,
    normal_form,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_trust import PROVIDER_ARN, trust_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish, build_policy

PREFIX = "federated_access_"

# The level of access that has AWS's own policy, and what the policies of the others can be told.
ADMINISTRATOR = "administrator"
POLICY_OPTIONS = {field.name for field in fields(Wish)} - {"level", "partition", "account_id", "names"}

TEXTS = ("role_name", "path", "policy_name", "boundary", "provider_name", "mfa_tag_key", "mfa_tag_value")
PROVIDER_NAME = re.compile(r"[\w._-]{1,128}", re.ASCII)
# Seconds: MaxSessionDuration of CreateRole in the IAM API Reference.
SHORTEST_SESSION = 3600
LONGEST_SESSION = 43200

# Under this name the options have what is wrong with the metadata file, where it could not be read.
FILE_PROBLEM = "metadata_file_problem"

# Stands for the provider where only the other parts of a trust policy are looked at.
_ANY_PROVIDER = "arn:aws:iam::123456789012:saml-provider/any"


def input_problems(options: Mapping[str, t.Any]) -> list[str]:
    """One sentence for each mistake, which begins with the variable. The options come without the role's prefix."""
    checks = (
        _text_problems,
        _identifier_problems,
        _provider_problems,
        _session_problems,
        _policy_problems,
        _tags_problems,
    )
    return [f"{PREFIX}{problem}" for check in checks for problem in check(options)]


def _text_problems(options: Mapping[str, t.Any]) -> Iterator[str]:
    """What YAML has read as something else: a tag's value true would become True."""
    for option in TEXTS:
        problem = None if options.get(option) is None else text_problem(options[option])
        if problem:
            yield f"{option}: {problem}"


def _identifier_problems(options: Mapping[str, t.Any]) -> Iterator[str]:
    for option, longest in (("role_name", limits.ROLE_NAME_LENGTH), ("policy_name", limits.POLICY_NAME_LENGTH)):
        problem = limits.name_problem(str(options.get(option) or ""), longest)
        if problem:
            yield f"{option}: {problem}"
    path = options.get("path")
    problem = None if path is None else limits.path_problem(str(path))
    if problem:
        yield f"path: {problem}"
    boundary = options.get("boundary")
    if boundary and not limits.POLICY_ARN.fullmatch(str(boundary)):
        yield f"boundary: {str(boundary)[:140]!r} is not the ARN of a managed policy"


def _provider_problems(options: Mapping[str, t.Any]) -> Iterator[str]:
    name, arn = options.get("provider_name"), options.get("provider_arn")
    present = options.get("state") == "present"
    if name and arn:
        yield f"provider_arn: is for a provider that exists; give it or {PREFIX}provider_name, not both"
    elif not name and not arn and present:
        yield f"provider_name: is needed, or the {PREFIX}provider_arn of a provider that exists"
    if name and not PROVIDER_NAME.fullmatch(str(name)):
        yield f"provider_name: {str(name)[:140]!r} can't be the name of a provider: 1 to 128 of A-Z a-z 0-9 ._-"
    if arn and not PROVIDER_ARN.fullmatch(str(arn)):
        yield f"provider_arn: {str(arn)[:140]!r} is not the ARN of a SAML provider"
    if options.get("provider_state") == "absent":
        if present:
            yield f"provider_state: can be absent only together with {PREFIX}state: absent"
        if not name:
            yield f"provider_state: absent needs {PREFIX}provider_name; a provider given by its ARN is never deleted"
    if present:
        yield from _metadata_problems(options)


def _metadata_problems(options: Mapping[str, t.Any]) -> Iterator[str]:
    given = [option for option in ("saml_metadata", "saml_metadata_file") if options.get(option)]
    if options.get("provider_arn") and not options.get("provider_name") and given:
        yield f"{given[0]}: is for a provider that is made here; one given by its ARN is left alone"
    elif len(given) > 1:
        yield f"saml_metadata_file: give it or {PREFIX}saml_metadata, not both"
    elif options.get("provider_name") and not given:
        yield f"saml_metadata: is needed for a provider that is made here, or {PREFIX}saml_metadata_file"
    elif given:
        document = normal_form(str(options.get("metadata") or ""))
        if given == ["saml_metadata_file"] and options.get(FILE_PROBLEM):
            yield f"saml_metadata_file: {options[FILE_PROBLEM]}"
        elif given == ["saml_metadata_file"] and not document:
            yield f"saml_metadata_file: {options['saml_metadata_file']} is empty"
        elif problem := metadata_problem(document):
            yield f"{given[0]}: {problem}"


def _session_problems(options: Mapping[str, t.Any]) -> Iterator[str]:
    duration = str(options.get("max_session_duration"))
    if not duration.isdecimal() or not SHORTEST_SESSION <= int(duration) <= LONGEST_SESSION:
        yield (
            f"max_session_duration: must be from {SHORTEST_SESSION} to {LONGEST_SESSION} seconds, "
            f"which is 1 to 12 hours, not {duration[:40]}"
        )
    # Named as the variables are, and not as the parts of a trust policy.
    if options.get("require_mfa"):
        tag = {str(options.get("mfa_tag_key") or ""): str(options.get("mfa_tag_value") or "")}
        yield from (f"mfa_tag_key: {text}" for text in _texts(trust_problems(_ANY_PROVIDER, tag, [], [])))
        if not options.get("mfa_tag_value"):
            yield f"mfa_tag_value: is needed with {PREFIX}require_mfa"
    tags = [str(key) for key in options.get("session_tags") or []]
    yield from trust_problems(_ANY_PROVIDER, {}, tags, [str(url) for url in options.get("audiences") or []])


def _policy_problems(options: Mapping[str, t.Any]) -> Iterator[str]:
    wishes = options.get("policy_options") or {}
    if not isinstance(wishes, Mapping):
        yield f"policy_options: must be a dictionary, not {kind(wishes)}"
        return
    if options.get("access") == ADMINISTRATOR:
        if wishes:
            yield f"policy_options: are for the CloudHSM levels, and {PREFIX}access is {ADMINISTRATOR}"
        return
    unknown = sorted(set(wishes) - POLICY_OPTIONS)
    if unknown:
        known = ", ".join(sorted(POLICY_OPTIONS))
        yield f"policy_options: there is no {', '.join(map(str, unknown))}; there are {known}"
        return
    # Of the account nothing is known yet, but for the partition of a provider that was named.
    arn = PROVIDER_ARN.fullmatch(str(options.get("provider_arn") or ""))
    _policy, problems = build_policy(wish_of(options, arn["partition"] if arn else None))
    # The prefix of what a problem begins with is put in front of all.
    yield from (problem.removeprefix(PREFIX) for problem in problems)


def _tags_problems(options: Mapping[str, t.Any]) -> Iterator[str]:
    for name in ("tags", "creation_tags"):
        yield from tag_problems(options.get(name), name)


def wish_of(options: Mapping[str, t.Any], partition: str | None, account_id: str | None = None) -> Wish:
    """The policy that was asked for, for an account of which as much is known."""
    names = {option: f"{PREFIX}policy_options.{option}" for option in POLICY_OPTIONS} | {"level": f"{PREFIX}access"}
    given = options.get("policy_options") or {}
    return Wish(options.get("access"), **given, partition=partition, account_id=account_id, names=names)


def _texts(problems: list[str]) -> Iterator[str]:
    """Problems without the name that they begin with."""
    return (problem.split(": ", 1)[1] for problem in problems)

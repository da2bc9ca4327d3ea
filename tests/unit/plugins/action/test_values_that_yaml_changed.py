# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Numbers, booleans, dates and the like where text belongs, in each option of each module and variable of each role."""

from __future__ import annotations

import copy
import importlib
import typing as t
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.written import with_lists
from ansible_collections.cloudhsm.iam.plugins.modules.guarded_module import ARGUMENT_SPEC as GUARDED
from ansible_collections.cloudhsm.iam.plugins.modules.iam_access_report_info import ARGUMENT_SPEC as REPORT
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_specs import SPECS
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_variables import ACCOUNT_IDS, read_variables
from botocore.client import BaseClient
from helpers.modules.in_process import run_action

Spec = Mapping[str, Mapping[str, t.Any]]
PLUGINS = "ansible_collections.cloudhsm.iam.plugins"
WRONG = [0o123, 1.1, True, date(2026, 1, 1), {"a": "b"}, ["a"]]
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
RISK = {
    "finding": "drift",
    "subjects": ["user/alice"],
    "reason": "x",
    "accepted_by": "x",
    "expires": date.today() + timedelta(30),
}
# What each module can be run with.
OPTIONS: dict[str, dict[str, t.Any]] = {
    "cloudhsm_guardrails": {"targets": ["/"]},
    "guarded_module": {"name": "amazon.aws.iam_group"},
    "iam_access_report": {"folder": "reports", "accepted_risks": [RISK]},
    "iam_access_report_info": {"accepted_risks": [RISK]},
    "iam_access_table_info": {},
    "iam_account_export": {"folder": "exports"},
    "iam_account_export_info": {},
    "iam_account_info": {},
    "iam_account_password_policy": {},
    "iam_break_glass": {"stores": [{"store": "secretsmanager"}, {"store": "ssm_parameter"}]},
    "iam_cloudhsm_role": {"name": "Hosts"},
    "iam_customer_managed_policy": {"name": "Reading", "document": DOCUMENT},
    "iam_group_with_policies": {"name": "Readers", "policy": {"name": "Reading", "self_service": True}},
    "iam_oidc_provider": {"name": "https://token.actions.githubusercontent.com", "audiences": ["sts.amazonaws.com"]},
    "iam_saml_access": {"role_name": "Readers", "provider_arn": "arn:aws:iam::123456789012:saml-provider/Ours"},
    "iam_service_linked_role": {"service_name": "cloudhsm.amazonaws.com"},
    "iam_service_linked_role_info": {},
    "iam_single_user": {"user": "eve"},
    "iam_user_credentials": {"job": "rotate_access_key", "user": "alice"},
    "iam_users": {"users": [{"name": "alice"}]},
    "identity_center_access": {"permission_sets": [{"name": "Readers"}]},
    "identity_center_access_info": {},
    "identity_center_sign_ins_info": {"users": ["alice"]},
    "identity_center_users": {"users": [{"name": "alice"}]},
    "plan_history_info": {"history": "s3://example-history/iam"},
    "root_access": {},
    "sts_session": {"role_arn": "arn:aws:iam::123456789012:role/Reading"},
}
# These have no options of their own but the variables of roles.
OTHERS = {
    "iam_account_guard",
    "iam_admin_group",
    "iam_administration",
    "iam_cloudhsm_group",
    "iam_group_provisioning",
    "iam_user_offboarding",
    "iam_user_provisioning",
    "identity_center_provisioning",
    "sts_account_session",
}


def spec_of(name: str) -> Spec:
    action = importlib.import_module(f"{PLUGINS}.action.{name}").ActionModule
    if name == "iam_access_report":
        return {**{key: {"type": "path"} for key in ("folder", "accepted_risks_file", "previous")}, **REPORT}
    if name == "guarded_module":
        return GUARDED
    found: Spec = action.SPEC if hasattr(action, "SPEC") else action.MODULE.argument_spec
    return found


def texts(spec: Spec, before: str = "") -> Iterator[tuple[str, bool]]:
    """All fields for text of a spec, by their path, and whether each may be null. A list has its first item here."""
    for name, option in spec.items():
        kind, field = option.get("type", "str"), f"{before}{name}"
        if option.get("choices") or name == "variables_prefix":
            continue
        if kind in ("str", "path"):
            yield field, not option.get("required")
        elif kind == "list" and option.get("elements") == "str":
            yield f"{field}[0]", False
        elif option.get("options"):
            yield from texts(option["options"], f"{field}[0]." if kind == "list" else f"{field}.")


def put(options: dict[str, t.Any], field: str, value: object, spec: Spec) -> None:
    """Put a value where a path leads."""
    name, _dot, rest = field.partition(".")
    plain = name.removesuffix("[0]")
    if name != plain:
        items = options.setdefault(plain, [])
        if not rest:
            items[:] = [value]
            return
        items or items.append({name: "x" for name, each in spec[plain]["options"].items() if each.get("required")})
        put(items[0], rest, value, spec[plain]["options"])
    elif rest:
        put(options.setdefault(plain, {}), rest, value, spec[plain]["options"])
    else:
        options[plain] = value


def run(name: str, options: dict[str, t.Any]) -> dict[str, t.Any]:
    return run_action(name, options, {}, check_mode=True)


class ReachedError(Exception):
    """AWS was asked, or another module was begun."""


@pytest.fixture(autouse=True)
def _no_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def reached(*_args: object, **_options: object) -> t.NoReturn:
        raise ReachedError

    monkeypatch.setattr(BaseClient, "_make_api_call", reached)
    monkeypatch.setattr(ActionBase, "_execute_module", reached)
    monkeypatch.setattr(ActionBase, "run", lambda *_args: {})
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    monkeypatch.chdir(tmp_path)


def test_no_module_is_left_out() -> None:
    modules = {path.stem for path in Path(importlib.import_module(PLUGINS).__path__[0]).glob("modules/*.py")}
    assert modules - {"__init__"} == OPTIONS.keys() | OTHERS


FIELDS = [(name, field, null) for name in OPTIONS for field, null in texts(spec_of(name))]


@pytest.mark.parametrize(("name", "field", "null"), FIELDS, ids=[f"{name}-{field}" for name, field, _null in FIELDS])
def test_an_option_is_refused_with_its_name(name: str, field: str, null: bool) -> None:
    for value in WRONG if null else [*WRONG, None]:
        options = copy.deepcopy(OPTIONS[name])
        put(options, field, value, spec_of(name))
        made = run(name, options)
        place = field.removesuffix("[0]") if field.endswith("[0]") else field
        assert made.get("failed"), made
        (said,) = [problem for problem in made["problems"] if "must be text" in problem or "is missing" in problem]
        assert place.rpartition(".")[2] in said, said
        assert place.partition("[")[0].partition(".")[0] in said, said


# iam_single_user runs other actions, which needs more of Ansible: see test_iam_single_user.
@pytest.mark.parametrize("name", sorted(OPTIONS.keys() - {"iam_single_user"}))
def test_what_can_be_run_gets_as_far_as_aws(name: str) -> None:
    with pytest.raises(ReachedError):
        run(name, copy.deepcopy(OPTIONS[name]))


def lists_of_texts(spec: Spec, before: str = "") -> Iterator[str]:
    """The fields for lists of text of a spec, by their path. The first item of an outer list counts."""
    for name, option in spec.items():
        kind, field = option.get("type", "str"), f"{before}{name}"
        if kind == "list" and option.get("elements") == "str" and not option.get("choices"):
            yield field
        elif option.get("options"):
            yield from lists_of_texts(option["options"], f"{field}[0]." if kind == "list" else f"{field}.")


LISTS = [(name, field) for name in OPTIONS for field in lists_of_texts(spec_of(name))]


@pytest.mark.parametrize(("name", "field"), LISTS, ids=[f"{name}-{field}" for name, field in LISTS])
def test_a_list_that_came_as_text_is_split_as_everywhere_or_refused(name: str, field: str) -> None:
    """Ansible itself splits at commas alone: 'a, b' would be 'a' and ' b', and the last comma an empty name."""
    for text in ("alice, bob,", "alice,,bob", "'alice"):
        options = copy.deepcopy(OPTIONS[name])
        put(options, field, text, spec_of(name))
        made = run(name, options)
        assert made.get("failed"), made
        said = "must be a list, not a string" if "[" in field or "." in field else ": line 1: "
        assert any(field.rpartition(".")[2] in each and said in each for each in made["problems"]), made


def test_text_arrives_as_the_names_in_it() -> None:
    spec = spec_of("identity_center_access_info")
    assert with_lists(spec, {"permission_sets": "A, B\nC"})["permission_sets"] == ["A", "B", "C"]


VARIABLES = [(role, field) for role, spec in SPECS.items() for field, _null in texts(spec) if "." not in field]


@pytest.mark.parametrize(("role", "field"), VARIABLES, ids=[field for _role, field in VARIABLES])
def test_a_variable_is_refused_with_its_name(role: str, field: str) -> None:
    name = field.removesuffix("[0]")
    for value in WRONG if name == field else [*WRONG, None]:
        read = read_variables((role,), {name: [value] if name != field else value}, lambda given: given)
        (said,) = read.problems
        assert said.startswith(f"{name}: "), said
        assert ("an account ID has 12 digits; put it in quotes" if name in ACCOUNT_IDS else "must be text") in said

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWS's rules for tags, for every kind of thing that can have some."""

from __future__ import annotations

import re
import typing as t
import unicodedata

import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import marks, until
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import key_problems, tag_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.input import parse_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.options import option_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.store_options import store_problems
from helpers.documents.case_files import case_bytes
from hypothesis import given
from hypothesis import strategies as st

# The first of Unicode's planes, and a part of the next.
CHARACTERS = [chr(code) for code in range(0x11000)]
TASKS = [task["cloudhsm.iam.iam_users"] for task in yaml.safe_load(case_bytes("tag-checks", "play.yml"))[0]["tasks"]]


def is_tag_key(value: object) -> bool:
    return isinstance(value, str) and value.startswith(marks.RESERVED)


def problems_of(options: dict[str, t.Any]) -> list[str]:
    tag = options.get("managed_by_tag", "cloudhsm.iam/managed")
    return parse_users(options["users"], tag)[1] + option_problems(options)


@pytest.mark.parametrize(
    ("options", "said"),
    list(
        zip(
            TASKS,
            [
                ["users[0] (alice): tags.note: the value has", "users[1] (bob): tags.note: the value has"],
                ["users[0] (u3): tags.managedby: differs only by case from the ownership tag ManagedBy"],
                ["managed_by_tag: the key has 0 characters"],
                ["managed_by_tag: keys that begin with aws: are reserved"],
            ],
            strict=True,
        )
    ),
)
def test_what_aws_refuses_is_refused_with_item_and_field(options: dict[str, t.Any], said: list[str]) -> None:
    problems = problems_of(options)
    assert len(problems) == len(said)
    for problem, start in zip(problems, said, strict=True):
        assert problem.startswith(start)


@pytest.mark.parametrize(
    "tag",
    ["aws:x", "AWS:x", "k" * 129, "a\nb", "a\tb", "a,b", "", "cloudhsm.iam/protected", "CloudHSM.iam/Suspended"],
)
def test_the_ownership_tag_is_a_tag_like_others(tag: str) -> None:
    assert all(problem.startswith("managed_by_tag: ") for problem in option_problems({"managed_by_tag": tag}))
    assert option_problems({"managed_by_tag": tag})


@pytest.mark.parametrize(
    "tag", sorted({key for module in (marks, until) for key in vars(module).values() if is_tag_key(key)})
)
def test_no_tag_with_a_meaning_of_its_own_marks_ownership(tag: str) -> None:
    assert bool(option_problems({"managed_by_tag": tag})) == (tag not in marks.OWNERSHIP)


@pytest.mark.parametrize("tag", ["cloudhsm.iam/managed", "cloudhsm.iam/bootstrap", "ManagedBy", "Verwaltet von: ä"])
def test_other_ownership_tags_are_fine(tag: str) -> None:
    assert option_problems({"managed_by_tag": tag}) == []


def test_tags_of_secrets_have_the_same_rules() -> None:
    options = {"credentials_store": "secretsmanager", "credentials_tags": {"a\n": "b", "c": 0o42}}
    problems = store_problems(options)
    assert problems[0].startswith(
        "credentials_tags.a\n: the key has characters that IAM does not allow in tags: U+000A"
    )
    assert problems[1].startswith("credentials_tags.c: the value must be text, not a number")
    many = {f"k{number}": "" for number in range(50)}
    assert store_problems({**options, "credentials_tags": many}) == ["credentials_tags: lists 50, AWS allows 49"]


def test_each_character_is_allowed_where_awss_pattern_allows_it() -> None:
    # [\p{L}\p{Z}\p{N}_.:/=+\-@]*, without a library for \p.
    wrong = {c for c in CHARACTERS if not list(key_problems(f"k{c}"))} ^ {
        c for c in CHARACTERS if unicodedata.category(c)[0] in "LZN" or re.fullmatch(r"[_.:/=+\-@]", c)
    }
    assert wrong == set()


@given(st.dictionaries(st.text() | st.integers() | st.none(), st.text() | st.integers() | st.booleans() | st.dates()))
def test_tags_that_pass_are_those_that_aws_takes(tags: dict[t.Any, t.Any]) -> None:
    fine = all(
        isinstance(key, str)
        and isinstance(value, str)
        and 1 <= len(key) <= 128
        and len(value) <= 256
        and not key.lower().startswith("aws:")
        and all(unicodedata.category(c)[0] in "LZN" or c in "_.:/=+-@" for c in key + value)
        for key, value in tags.items()
    ) and len({str(key).lower() for key in tags}) == len(tags)
    assert (tag_problems(tags) == []) == fine


@pytest.mark.parametrize("tags", ["team=a", ["team"], 7, True])
def test_what_is_no_dictionary_is_refused(tags: object) -> None:
    assert tag_problems(tags)[0].startswith("tags: must be a dictionary, not ")

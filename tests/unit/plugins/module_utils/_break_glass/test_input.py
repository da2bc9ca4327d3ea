# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of iam_break_glass of all kinds: read, or refused with a sentence that names the option."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.input import KINDS, STORE_SPEC, parse
from hypothesis import given
from hypothesis import strategies as st

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
PATHS = st.sampled_from(["/a/x.yml", "/a/y.yml", "/b/x.yml", "~/x.yml", "x.yml", "./x.yml", "/a/../b/x.yml", "\0", ""])
PREFIXES = st.sampled_from(["/a/", "/a/b/", "/b/", "/aws/x/", "a", ""])
SENSIBLE = {
    "store": st.sampled_from(KINDS),
    "path": PATHS,
    "vault_id": st.sampled_from(["x", "y", ""]),
    "prefix": PREFIXES,
    "kms_key_id": st.sampled_from(["alias/a", "no key"]),
    "tags": st.dictionaries(st.sampled_from(["team", "cloudhsm.iam/break-glass-first-half"]), st.text(max_size=3)),
}
STORE = st.fixed_dictionaries({}, optional={name: SENSIBLE[name] | ANYTHING for name in STORE_SPEC})
OPTIONS = st.fixed_dictionaries(
    {"stores": st.lists(STORE, min_size=2, max_size=2) | ANYTHING},
    optional=dict.fromkeys(("users", "group", "half_length", "reseal"), ANYTHING),
)


@pytest.mark.parametrize("path", ["\0", "a\0b"])
def test_a_path_that_is_none_is_left_to_those_who_open_it(path: str) -> None:
    stores = [{"store": "file", "path": path}, {"store": "file", "path": "/x/y.yml"}]
    assert parse({"stores": stores})[1] == []


def test_one_file_by_two_names_is_one_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path)
    for other in ("$HOME/x.yml", "~/x.yml", "./x.yml", "link/x.yml", f"{tmp_path}/x.yml"):
        (problem,) = parse({"stores": [{"store": "file", "path": "x.yml"}, {"store": "vault_file", "path": other}]})[1]
        assert problem.startswith("stores[1].path: is the file of stores[0] too"), other


@given(OPTIONS)
def test_whatever_is_given_is_read_or_refused_by_name(options: dict[str, t.Any]) -> None:
    wanted, problems = parse({**options, "variables_prefix": "break_glass_"})
    assert all(problem.startswith("break_glass_") and ": " in problem for problem in problems)
    assert len(set(problems)) == len(problems)
    if problems:
        return
    first, second = wanted.stores
    assert (first.half, second.half) == ("first", "second")
    assert (first.kind, first.path, first.prefix) != (second.kind, second.path, second.prefix)


@given(st.lists(STORE, min_size=2, max_size=2))
def test_two_stores_of_one_kind_are_never_one_place(stores: list[dict[str, t.Any]]) -> None:
    wanted, problems = parse({"stores": stores})
    if problems or len({store.kind for store in wanted.stores}) > 1:
        return
    first, second = wanted.stores
    if first.kind in ("secretsmanager", "ssm_parameter"):
        assert not first.prefix.startswith(second.prefix)
        assert not second.prefix.startswith(first.prefix)
    else:
        assert first.path != second.path
    if first.kind == "vault_file":
        assert first.vault_id
        assert first.vault_id != second.vault_id

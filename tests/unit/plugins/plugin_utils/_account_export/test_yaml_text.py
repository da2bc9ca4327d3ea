# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever is in an account, Ansible reads back just the same text."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._account_export.yaml_text import document, text
from hypothesis import given
from hypothesis import strategies as st

HARMFUL = [
    "!vault",
    "!unsafe x",
    "{{ x }}",
    "{% x %}",
    "{# x #}",
    "a{{",
    "yes",
    "Null",
    "~",
    "0123",
    "1e3",
    "1:20",
    "2026-01-01",
    ".inf",
    "",
    " ",
    " a ",
    "a: b",
    "a #b",
    "- a",
    "&a",
    "*a",
    "<<",
    "=",
    "---",
    "...",
    "%YAML",
    "a:",
    "'",
    '"',
    "\\n",
    "a\nb",
    "\r",
    "\t",
    "\x00",
    "\x85\u2028\ufeff",
    "\u202e",
    "\U0001f600",
    "\U000e0001",
    "Größe",
    "$ANSIBLE_VAULT;1.1;AES256",
    "[a]",
    "{a: b}",
    "arn:aws:iam::aws:policy/ReadOnlyAccess",
]
# Surrogates are no characters, and no answer of AWS's can hold one.
texts = st.sampled_from(HARMFUL) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    texts | st.booleans() | st.integers() | st.none(),
    lambda inner: st.lists(texts, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
variables = st.dictionaries(
    st.sampled_from(["a", "b_c"]), values | st.lists(st.dictionaries(texts, values, min_size=1)), min_size=1
)


def as_ansible_reads(path: Path, content: str) -> t.Any:
    path.write_bytes(content.encode())
    loader = DataLoader()
    loaded = loader.load_from_file(str(path), cache="none", trusted_as_template=True)
    return Templar(loader=loader, variables={}).template(loaded)


@given(variables)
def test_ansible_reads_back_the_same(tmp_path_factory: pytest.TempPathFactory, given: dict[str, t.Any]) -> None:
    path = tmp_path_factory.getbasetemp() / "variables.yml"
    assert as_ansible_reads(path, document(given)) == given


@pytest.mark.parametrize("harmful", HARMFUL)
def test_other_readers_take_text_for_text(harmful: str) -> None:
    if "{" in harmful:
        assert text(harmful).startswith("!unsafe ") == any(mark in harmful for mark in ("{{", "{%", "{#"))
    assert yaml.safe_load(text(harmful).removeprefix("!unsafe ")) == harmful

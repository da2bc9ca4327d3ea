# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Any identifier fits into the value of a tag, and comes out as it was."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tag_text import decode, encode
from hypothesis import given
from hypothesis import strategies as st


def awss_pattern(text: str) -> bool:
    """IAM API reference, data type Tag."""
    return all(unicodedata.category(one)[0] in "LZN" or one in "_.:/=+-@" for one in text)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_there_and_back(text: str) -> None:
    word = encode(text)
    assert awss_pattern(word)
    assert len(word.split()) == bool(text)
    assert decode(word) == text


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("arn:aws:iam::123456789012:mfa/eve,phone", "arn:aws:iam::123456789012:mfa/eve=2Cphone"),
        ("arn:aws:iam::123456789012:mfa/a=b", "arn:aws:iam::123456789012:mfa/a=3Db"),
        ("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ],
)
def test_what_iam_allows_in_tags_stays_readable(text: str, word: str) -> None:
    assert encode(text) == word


@pytest.mark.parametrize("word", ["arn:aws:iam::123456789012:mfa/a=b", "x=FFy", "=2", "="])
def test_what_was_written_without_encoding_is_read_as_it_is(word: str) -> None:
    assert decode(word) == word


ROLE = Path(__file__).resolve().parents[5] / "roles" / "bootstrap"
WRITTEN = "map('replace', '=', '=3D') | map('replace', ',', '=2C') | join(' ')"
READ = "split(' ')|map('replace', '=2C', ',') | map('replace', '=3D', '=') | list"

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Metadata documents: the form that can be compared, and what IAM would not take."""

from __future__ import annotations

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_metadata import (
    metadata_problem,
    normal_form,
)
from hypothesis import given
from hypothesis import strategies as st
from saml_documents import METADATA

# The same with the namespace as default, and as a file in another encoding says it.
PLAIN = '<?xml version="1.0" encoding="utf-16"?>\n' + METADATA.replace("md:", "").replace(":md=", "=")


@pytest.mark.parametrize("document", [METADATA, PLAIN])
def test_whole_metadata_is_taken(document: str) -> None:
    assert metadata_problem(document) is None


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("", "has 0 characters, IAM takes 1,000 to 10,000,000"),
        (METADATA + " " * 10_000_000, "IAM takes 1,000 to 10,000,000"),
        (METADATA[:-1], "is not XML: line 1, "),
        (f"{'no XML ' * 200}", "is not XML: line 1, "),
        (f"<html>{METADATA}</html>", "begins with the element html, not with EntityDescriptor"),
        (METADATA.replace("SAML:2.0:metadata", "other"), "begins with the element EntityDescriptor, not with"),
        (
            METADATA.replace("IDPSSO", "SPSSO"),
            "has no IDPSSODescriptor: it is not the metadata of an identity provider",
        ),
        (METADATA.replace("X509Certificate", "KeyName"), "has no X509Certificate"),
        (f'<!DOCTYPE d [<!ENTITY a "{"a" * 9}">]>{METADATA}', "has a document type (DOCTYPE)"),
    ],
)
def test_what_iam_would_not_take_is_told(document: str, said: str) -> None:
    assert said in str(metadata_problem(document))


def test_the_normal_form_is_without_byte_order_mark_and_carriage_returns() -> None:
    assert normal_form("\ufeff<a>\r\n<b/>\r</a>\n ") == "<a>\n<b/>\n</a>"


@given(st.text())
def test_a_normal_form_stays_as_it_is(text: str) -> None:
    normal = normal_form(text.lstrip("\ufeff"))
    assert normal_form(normal.lstrip("\ufeff")) == normal.lstrip("\ufeff").strip()
    assert "\r" not in normal


@given(st.text(min_size=1000, max_size=1100))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert metadata_problem(text) is not None

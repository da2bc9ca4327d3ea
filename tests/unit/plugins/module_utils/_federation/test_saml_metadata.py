# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Metadata documents: the form that can be compared, and what IAM would not take."""

from __future__ import annotations

import re

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_metadata import (
    entity_id,
    fingerprint,
    metadata_problem,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_text import normal_form
from helpers.documents.saml import CERTIFICATE, DESCRIPTOR, ENTITY, KEY, METADATA
from hypothesis import given
from hypothesis import strategies as st

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
        (METADATA.replace("A" * 1000, " " * 1000), "has no X509Certificate"),
        # A key of another part of the document is not the identity provider's.
        (
            METADATA.replace(DESCRIPTOR, f"<md:IDPSSODescriptor/><md:SPSSODescriptor>{KEY}</md:SPSSODescriptor>"),
            "no X509",
        ),
        (METADATA.replace(KEY, f"{CERTIFICATE}"), "has no X509Certificate"),
        (METADATA.replace('use="signing"', 'use="encryption"'), "has certificates for encryption only"),
        (METADATA.replace(ENTITY, ""), "has an EntityDescriptor without an entityID"),
        (METADATA.replace(ENTITY, f'{ENTITY} validUntil="2020-01-01T00:00:00Z"'), "expired on 2020-01-01 (validUntil)"),
        (METADATA.replace("IDPSSODescriptor>", 'IDPSSODescriptor validUntil="soon">', 1), "has the validUntil 'soon'"),
        (
            METADATA.replace("md:EntityDescriptor", "md:EntitiesDescriptor").replace(
                DESCRIPTOR, f"<md:EntityDescriptor {ENTITY}>{DESCRIPTOR}</md:EntityDescriptor>" * 4
            ),
            "is an aggregate of 4 entities (EntitiesDescriptor): https://idp.example.com/metadata, ",
        ),
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


@pytest.mark.parametrize(
    "until", ["2999-01-01T00:00:00Z", "2999-01-01T00:00:00", "2999-01-01T00:00:00.123+02:00", "99999-01-01T00:00:00Z"]
)
def test_metadata_that_is_valid_still_is_taken(until: str) -> None:
    assert metadata_problem(METADATA.replace(ENTITY, f'{ENTITY} validUntil="{until}"')) is None


def test_one_key_for_signatures_is_enough_and_it_need_not_say_so() -> None:
    encryption = KEY.replace("signing", "encryption")
    assert metadata_problem(METADATA.replace(KEY, encryption + KEY)) is None
    assert metadata_problem(METADATA.replace(' use="signing"', "")) is None


def test_a_document_that_would_grow_is_refused_before_it_does() -> None:
    grown = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 30))
    bomb = f'<!DOCTYPE d [<!ENTITY e0 "{"x" * 1000}">{grown}]>{METADATA.replace("A" * 1000, "&e29;")}'
    assert "DOCTYPE" in str(metadata_problem(bomb))


def test_the_entity_id_tells_whose_the_metadata_are() -> None:
    assert entity_id(METADATA) == "https://idp.example.com/metadata"
    assert entity_id("\ufeff" + METADATA.replace("\n", "\r\n")) == entity_id(METADATA)
    assert entity_id("no XML") is None
    assert entity_id(METADATA.replace("https://idp.example.com/metadata", "")) is None


def test_an_aggregate_is_of_no_entity() -> None:
    inner = re.sub(r"^<\?xml[^>]*\?>", "", METADATA)
    assert entity_id(f'<x xmlns="urn:oasis:names:tc:SAML:2.0:metadata">{inner}{inner}</x>') is None


def test_documents_that_iam_takes_for_the_same_have_one_fingerprint() -> None:
    assert fingerprint("\ufeff" + METADATA.replace("\n", "\r\n") + " ") == fingerprint(METADATA)
    assert fingerprint(METADATA + "<!-- -->") != fingerprint(METADATA)

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Metadata files as identity providers and editors write them, and what IAM gets of them."""

from __future__ import annotations

import base64
import datetime
import os
import re
import typing as t
from pathlib import Path

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_metadata import (
    metadata_problem,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_text import normal_form
from ansible_collections.cloudhsm.iam.plugins.plugin_utils import _saml_file
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._saml_file import certificate_warning, with_metadata
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from helpers.documents.case_files import case_file
from helpers.documents.saml import ENTITY, METADATA
from helpers.modules.saml_access import option_problems, role_options
from hypothesis import given
from hypothesis import strategies as st

NAMED = METADATA.replace(ENTITY, f'{ENTITY} ID="Zürich"')


def read(path: Path | str) -> dict[str, t.Any]:
    return with_metadata({"saml_metadata_file": str(path)})


def told(path: Path | str) -> list[str]:
    """What is wrong with a file that is the only doubtful variable."""
    return option_problems(role_options(provider_name="Example", saml_metadata_file=str(path)))


def declared(encoding: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{NAMED}'


SPELLINGS: dict[str, bytes] = {
    "utf-8": declared("UTF-8").encode(),
    "utf-8 with a mark": declared("utf-8").encode("utf-8-sig"),
    "utf-8 that says nothing": NAMED.encode(),
    "utf-16 with a mark": declared("utf-16").encode("utf-16"),
    "utf-16 of the other kind": "\ufeff".encode("utf-16-be") + declared("utf-16").encode("utf-16-be"),
    "utf-16 without a mark": declared("utf-16").encode("utf-16-le"),
    "utf-16 that says utf-8": declared("utf-8").encode("utf-16"),
    "utf-32": declared("utf-32").encode("utf-32"),
    "latin-1": declared("ISO-8859-1").encode("latin-1"),
    "windows": declared("windows-1252").encode("cp1252"),
    "windows line ends": declared("UTF-8").replace("\n", "\r\n").encode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_iam_gets_the_same_text_whatever_the_file_is_written_in(tmp_path: Path, spelling: str) -> None:
    path = tmp_path / "metadata.xml"
    path.write_bytes(SPELLINGS[spelling])
    sent = normal_form(read(path)["metadata"])
    assert metadata_problem(sent) is None
    assert sent.removeprefix('<?xml version="1.0" encoding="UTF-8"?>\n').removeprefix(declared("utf-8")[:39]) == NAMED
    # As IAM reads it: the bytes are UTF-8, and say nothing else.
    says = re.match(r'<\?xml [^>]*encoding="([^"]*)"', sent)
    assert says is None or says[1].lower() == "utf-8"
    assert told(path) == []


def test_the_file_is_looked_for_where_the_command_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "metadata.xml").write_text(METADATA)
    monkeypatch.chdir(tmp_path)
    assert read("metadata.xml")["metadata"] == METADATA


def test_a_utf_16_file_is_read(tmp_path: Path) -> None:
    assert told(case_file("saml-not-utf8", "utf16.xml", tmp_path)) == []


def test_a_file_that_is_not_what_it_says_is_told_with_its_line(tmp_path: Path) -> None:
    (problem,) = told(case_file("saml-not-utf8", "latin1.xml", tmp_path))
    assert re.match(r"federated_access_saml_metadata_file: .*latin1\.xml is not UTF-8, line 1 has the byte 0x", problem)
    assert "encoding=" in problem


def test_a_provider_without_a_key_for_signatures_is_told(tmp_path: Path) -> None:
    (problem,) = told(case_file("saml-no-signing-key", "encryption-only.xml", tmp_path))
    assert problem.startswith("federated_access_saml_metadata_file: has certificates for encryption only")


@pytest.mark.parametrize("encoding", ["utf-7", "EBCDIC-CP-US", "rot13", "utf-16", "no-such"])
def test_an_encoding_that_is_not_taken_is_told(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "metadata.xml"
    path.write_bytes(declared(encoding).encode("ascii", "ignore"))
    (problem,) = told(path)
    assert f"says that its encoding is {encoding}" in problem


def test_what_is_no_file_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "empty").touch()
    assert told(tmp_path / "fifo")[0].endswith("fifo can't be read: it is not a file")
    assert told(tmp_path)[0].endswith("can't be read: it is not a file")
    assert told(tmp_path / "none")[0].endswith("none can't be read: No such file or directory")
    assert told(tmp_path / "empty")[0].endswith("empty is empty")


def test_more_than_any_metadata_has_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(_saml_file.LARGEST + 1)
    assert "more than any metadata document" in told(tmp_path / "large")[0]


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(content)
    assert len(told(path)) == 1


def certificate(end: datetime.datetime) -> str:
    """A certificate of nobody's that is valid until then, in base64."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "example")])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(end - datetime.timedelta(days=9)).not_valid_after(end)
    return base64.b64encode(built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)).decode()


def test_expired_certificates_are_warned_of_unless_there_is_another_one() -> None:
    now = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
    old, new = (certificate(now + datetime.timedelta(days=days)) for days in (-1, 1))
    one = METADATA.replace("A" * 1000, old)
    both = METADATA.replace("A" * 1000, f"{old}</ds:X509Certificate><ds:X509Certificate>{new}")
    assert "expired on 2026-05-31" in str(certificate_warning(one, now))
    assert certificate_warning(both, now) is None
    assert certificate_warning(METADATA, now) is None
    assert certificate_warning("no XML", now) is None

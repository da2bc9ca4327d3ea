# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever keeps a profile from giving credentials is told in a sentence of ours, with what to do."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
import typing as t
from pathlib import Path

import botocore.credentials
import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import credentials as _credentials
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import task as _task
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.credentials import time_limit
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module, Result, Task, failure
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from helpers.documents.case_files import case_file

if t.TYPE_CHECKING:
    from helpers.modules.scripted import RunTask

ROLE = "role_arn = arn:aws:iam::123456789012:role/Admin"
PYTHON = f"credential_process = {sys.executable} -c"
EXPIRED = json.dumps({"startUrl": "https://example.com", "accessToken": "x", "expiresAt": "2020-01-01T00:00:00Z"})
# Words of Python's own, which help nobody.
RAW = (
    "Errno",
    "Expecting value",
    "closed file",
    "Traceback",
    "codec",
    "object has no attribute",
    "NoneType",
    "EOF when",
)

# A profile, and words that the sentence has to have.
BROKEN: dict[str, tuple[str, str]] = {
    "mfa": (f"{ROLE}\nsource_profile = keys\nmfa_serial = arn:aws:iam::123456789012:mfa/me", "mfa_serial"),
    "mfa of a chain": (
        f"{ROLE}\nsource_profile = other\n[profile other]\n{ROLE}\nsource_profile = keys\nmfa_serial = GAHT12345678",
        "mfa_serial",
    ),
    "no token file": (f"{ROLE}\nweb_identity_token_file = /nonexistent/token", "web_identity_token_file"),
    "token file is a folder": (f"{ROLE}\nweb_identity_token_file = /", "web_identity_token_file"),
    "no JSON": ("credential_process = echo not-json", "credential_process"),
    "nothing": ("credential_process = true", "credential_process"),
    "a list": ("credential_process = echo []", "credential_process"),
    "a number": ("credential_process = echo 1", "credential_process"),
    "no version": ("credential_process = echo {}", "credential_process"),
    "no keys": ("""credential_process = echo '{"Version": 1}'""", "credential_process"),
    "half of it": (f"""{PYTHON} 'print("{{")'""", "credential_process"),
    "not text": (f"""{PYTHON} 'import sys; sys.stdout.buffer.write(bytes([255, 254]))'""", "credential_process"),
    "bad date": (
        "credential_process = echo '"
        + json.dumps({"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "B", "Expiration": "yesterday"})
        + "'",
        "credential_process",
    ),
    "expired": (
        "credential_process = echo '"
        + json.dumps({"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "B", "Expiration": "2020-01-01T00:00:00Z"})
        + "'",
        "expired",
    ),
    "fails": ("credential_process = false", "credential_process"),
    "is not there": ("credential_process = /nonexistent/program", "credential_process"),
    "can't be run": ("credential_process = /", "credential_process"),
    "bad quotes": ('credential_process = echo "x', "credential_process"),
    "empty process": ("credential_process = ''", "credential_process"),
    "unknown source": (f"{ROLE}\nsource_profile = nobody", "~/.aws"),
    "no source": (ROLE, "credentials are incomplete"),
    "two sources": (f"{ROLE}\nsource_profile = keys\ncredential_source = Environment", "~/.aws"),
    "odd source": (f"{ROLE}\ncredential_source = Nowhere", "~/.aws"),
    "circle": (f"{ROLE}\nsource_profile = other\n[profile other]\n{ROLE}\nsource_profile = tried", "~/.aws"),
    "half a key": ("aws_access_key_id = AKIAIOSFODNN7EXAMPLE", "incomplete"),
    "sso without a token": (
        "sso_start_url = https://example.com\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = Admin",
        "aws sso login",
    ),
    "sso without an account": ("sso_start_url = https://example.com\nsso_region = us-east-1", "no AWS credentials"),
    "sso session is not there": ("sso_session = gone\nsso_account_id = 1\nsso_role_name = A", "~/.aws"),
    "sso session without a token": (
        "sso_session = ours\nsso_account_id = 1\nsso_role_name = A\n"
        "[sso-session ours]\nsso_start_url = https://example.com\nsso_region = us-east-1",
        "aws sso login",
    ),
    # Older versions of botocore do not know this kind, and find nothing in the profile.
    "login": (
        "login_session = arn:aws:iam::123456789012:user/me",
        "aws login" if hasattr(botocore.credentials, "EC") else "no AWS credentials",
    ),
}


@pytest.fixture
def _no_instance(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))


def failed(run_task: RunTask, **options: t.Any) -> str:
    """What a module says that makes its client with this profile."""

    def run(task: Task) -> Result:
        try:
            task.sts_client().get_caller_identity()
        except AWS_ERRORS as exc:
            raise failure(exc, "look up the account") from exc
        return {}

    result = run_task(Module("cloudhsm.iam.sample", {}, run), **options)
    assert result["failed"] is True
    return str(result["msg"])


def write_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str) -> None:
    config = tmp_path / "config"
    config.write_text(f"[profile keys]\naws_access_key_id = A\naws_secret_access_key = B\n[profile tried]\n{profile}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_REGION", "us-east-1")


def check(message: str, *words: str) -> None:
    assert message.startswith("Could not "), message
    assert "\n" not in message
    assert not [raw for raw in RAW if raw in message], message
    for word in words:
        assert word in message, message


@pytest.mark.usefixtures("_no_instance")
@pytest.mark.parametrize(("profile", "word"), BROKEN.values(), ids=BROKEN)
def test_a_broken_profile_is_told_in_a_sentence(
    run_task: RunTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str, word: str
) -> None:
    write_profile(tmp_path, monkeypatch, profile)
    check(failed(run_task, profile="tried"), word)


@pytest.mark.usefixtures("_no_instance")
@pytest.mark.parametrize(
    "content",
    [b"[default", b"region = x", b"\xff\xfe[\x00", b"[default]\n\x00=\x00", b"[profile tried]\ns3 =\n  a", b"\x00" * 9],
)
@pytest.mark.parametrize("variable", ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"])
def test_a_broken_file_is_told_in_a_sentence(
    run_task: RunTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, content: bytes
) -> None:
    (tmp_path / "config").write_bytes(content)
    monkeypatch.setenv(variable, str(tmp_path / "config"))
    check(failed(run_task, profile="tried"), "~/.aws")
    check(failed(run_task))


@pytest.mark.usefixtures("_no_instance")
@pytest.mark.parametrize(("profile", "word"), [("admin", "mfa"), ("web", "/nonexistent/token"), ("proc2", "process")])
def test_the_profiles_that_once_escaped(
    run_task: RunTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str, word: str
) -> None:
    config = case_file("errors-that-escape", "config", tmp_path)
    # Its source of the MFA profile has no keys of its own.
    config.write_text(
        config.read_text().replace("[default]", "[default]\naws_access_key_id=A\naws_secret_access_key=B")
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    check(failed(run_task, profile=profile), word)


@pytest.mark.usefixtures("_no_instance")
@pytest.mark.parametrize("key", ["access_key", "secret_key", "session_token"])
def test_a_profile_and_keys_are_refused_with_what_to_do(run_task: RunTask, key: str) -> None:
    message = failed(run_task, profile="tried", **{key: "AKIAIOSFODNN7EXAMPLE"})
    assert "AWS_PROFILE" in message
    assert "AWS_ACCESS_KEY_ID" in message
    assert "unset one" in message


def test_an_empty_key_says_that_the_profile_counts(
    run_task: RunTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_profile(tmp_path, monkeypatch, "credential_process = false")
    check(failed(run_task, profile="tried", access_key=""), "credential_process")


@pytest.mark.usefixtures("_no_instance")
def test_a_program_that_never_ends_is_not_waited_for(
    run_task: RunTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_task, "CREDENTIALS_TIMEOUT", 0.3)
    write_profile(tmp_path, monkeypatch, "credential_process = sleep 20")
    started = time.monotonic()
    check(failed(run_task, profile="tried"), "credential_process", "0.3 seconds")
    assert time.monotonic() - started < 10
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_credentials_that_can_not_be_renewed_are_told_by_whoever_calls(run_task: RunTask) -> None:
    """A session of hours outlives its first credentials."""

    def answer(request: t.Any, **_event: t.Any) -> AWSResponse:
        raw: t.Any = type(
            "Raw", (), {"stream": lambda _self, **_options: iter([b"<r><GetCallerIdentityResult/></r>"])}
        )()
        return AWSResponse(request.url, 200, HTTPHeaders(), raw)

    def run(task: Task) -> Result:
        client: t.Any = task.sts_client()
        client.meta.events.register("before-send.sts", answer)
        client.get_caller_identity()
        renewed = client._get_credentials()
        renewed.get_frozen_credentials = lambda: Path("/run/nowhere/token").read_text()
        try:
            client.get_caller_identity()
        except AWS_ERRORS as exc:
            raise failure(exc, "look up the account") from exc
        return {}

    message = run_task(
        Module("cloudhsm.iam.sample", {}, run), access_key="AKIAIOSFODNN7EXAMPLE", secret_key="not-a-key"
    )["msg"]
    check(message, "/run/nowhere/token: No such file")


@pytest.mark.usefixtures("_no_instance")
def test_a_login_session_that_has_ended_is_told(
    run_task: RunTask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the package that aws login needs, which the tests' environment lacks."""
    if not hasattr(botocore.credentials, "EC"):
        pytest.skip("needs a newer botocore")
    monkeypatch.setattr("botocore.credentials.EC", object())
    write_profile(tmp_path, monkeypatch, BROKEN["login"][0])
    check(failed(run_task, profile="tried"), "sign in with aws login")


def test_the_time_limit_leaves_what_it_found() -> None:
    def mine(*_signal: object) -> None:
        pass

    before = signal.signal(signal.SIGALRM, mine)
    try:
        with pytest.raises(TimeoutError), time_limit(0.05):
            time.sleep(5)
        assert signal.getsignal(signal.SIGALRM) is mine
        # A task's own timeout counts.
        signal.setitimer(signal.ITIMER_REAL, 100)
        with time_limit(0.01):
            time.sleep(0.05)
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 90
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_thread_has_no_time_limit() -> None:
    ended = []

    def work() -> None:
        with time_limit(0.01):
            time.sleep(0.05)
        ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ended == [True]
    assert _credentials.CREDENTIALS_TIMEOUT == 60

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Endpoints that never answer, or not as AWS does, and profiles that give no credentials: told soon, in a sentence."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
import time
import typing as t
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from helpers.documents.case_files import case_bytes, case_file
from helpers.processes.control_node import ControlNode, Run

# Seconds, of which most are those of a busy machine. What is waited for itself is at most 42.
SOON = 60
AT_ONCE = 15
INVENTORY = "plugin: cloudhsm.iam.organization_accounts\nstatuses: [ACTIVE]\n"


class Server:
    """Accepts connections, and does with each what it is told."""

    def __init__(self, serve: t.Callable[[socket.socket], None]) -> None:
        self._serve = serve
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.connections: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            self.connections.append(connection)
            try:
                self._serve(connection)
            except OSError:
                continue

    def close(self) -> None:
        for each in (self._socket, *self.connections):
            each.close()


@pytest.fixture
def serve() -> Iterator[t.Callable[[t.Callable[[socket.socket], None]], Server]]:
    servers: list[Server] = []

    def start(what: t.Callable[[socket.socket], None]) -> Server:
        servers.append(Server(what))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def certificate(folder: Path) -> ssl.SSLContext:
    """A server's side of TLS that nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(private + signed.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


def look_up(node: ControlNode, url: str | None = None, **environment: str) -> tuple[Run, float]:
    there = {"AWS_URL": url, "AWS_ENDPOINT_URL": url} if url else {}
    started = time.monotonic()
    play = node.write_playbook([{"name": "The task", "cloudhsm.iam.iam_account_info": {}}])
    return node.playbook(play, **there, **environment), time.monotonic() - started


def list_accounts(node: ControlNode, url: str) -> tuple[Run, float]:
    there = {"AWS_URL": url, "AWS_ENDPOINT_URL": url, "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1"}
    started = time.monotonic()
    run = node.run("ansible-inventory", "-i", "accounts.yml", "--list", **there)
    return run, time.monotonic() - started


def check(run: Run, *words: str) -> None:
    assert run.status != 0
    assert "Traceback" not in run.output
    assert "probably a bug" not in run.output
    for word in words:
        assert word in run.failure, run.output


def test_one_that_accepts_and_never_answers(
    node: ControlNode, serve: t.Callable[[t.Callable[[socket.socket], None]], Server]
) -> None:
    assert b"10 min 23 s" in case_bytes("never-answers", "expected.txt")
    (node.folder / "accounts.yml").write_text(INVENTORY)
    of_task, of_inventory = serve(lambda _connection: None), serve(lambda _connection: None)
    # Nearly all of it is waiting, so both wait at the same time.
    with ThreadPoolExecutor() as pool:
        listed = pool.submit(list_accounts, node, f"http://127.0.0.1:{of_inventory.port}")
        run, seconds = look_up(node, f"http://127.0.0.1:{of_task.port}")
    check(run, "the endpoint took too long to answer", "AWS_ENDPOINT_URL")
    assert seconds < SOON
    assert len(of_task.connections) == 3
    run, seconds = listed.result()
    assert seconds < SOON
    assert "took too long to answer" in " ".join(run.output.split()), run.output


def test_a_certificate_that_is_not_trusted(
    node: ControlNode, serve: t.Callable[[t.Callable[[socket.socket], None]], Server], tmp_path: Path
) -> None:
    context = certificate(tmp_path)
    server = serve(lambda connection: context.wrap_socket(connection, server_side=True).close())
    run, seconds = look_up(node, f"https://127.0.0.1:{server.port}")
    check(run, "the endpoint's certificate could not be verified", "AWS_CA_BUNDLE")
    assert seconds < AT_ONCE
    assert len(server.connections) == 1


def test_https_where_there_is_only_http(node: ControlNode, moto: str) -> None:
    run, seconds = look_up(node, moto.replace("http://", "https://"))
    check(run, "does not speak TLS", "http://")
    assert seconds < AT_ONCE


def test_one_that_hangs_up(node: ControlNode, serve: t.Callable[[t.Callable[[socket.socket], None]], Server]) -> None:
    server = serve(lambda connection: connection.close())
    run, seconds = look_up(node, f"http://127.0.0.1:{server.port}")
    check(run, "the endpoint closed the connection")
    assert seconds < AT_ONCE
    assert len(server.connections) == 3


def without_keys(node: ControlNode) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del node.environment[name]


@pytest.mark.parametrize("how", ["in the worker", "as a process"])
@pytest.mark.parametrize(
    ("profile", "words"),
    [("admin", "mfa_serial"), ("web", "/nonexistent/token: No such file"), ("proc2", "credential_process")],
)
def test_profiles_that_give_no_credentials(node: ControlNode, profile: str, words: str, how: str) -> None:
    without_keys(node)
    config = case_file("errors-that-escape", "config", node.folder)
    keys = "[default]\naws_access_key_id = A\naws_secret_access_key = B"
    config.write_text(config.read_text().replace("[default]", keys))
    # An environment of its own has a task run in a process of its own.
    environment = {"X": "1"} if how == "as a process" else {}
    path = node.write_playbook([{"name": "The task", "cloudhsm.iam.iam_account_info": {}, "environment": environment}])
    run = node.playbook(path, AWS_CONFIG_FILE=str(config), AWS_PROFILE=profile)
    check(run, "Could not connect to AWS", words)


def test_a_profile_and_keys(node: ControlNode) -> None:
    run, _seconds = look_up(node, AWS_PROFILE="admin")
    check(run, "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "unset one of the two")


@pytest.mark.parametrize(
    ("profile", "words"),
    [("web", "/nonexistent/token: No such file"), ("proc2", "credential_process"), ("nobody", "no such AWS profile")],
)
def test_an_inventory_without_credentials(node: ControlNode, profile: str, words: str) -> None:
    without_keys(node)
    (node.folder / "accounts.yml").write_text(INVENTORY)
    config = case_file("errors-that-escape", "config", node.folder)
    environment = {
        "AWS_CONFIG_FILE": str(config),
        "AWS_PROFILE": profile,
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1",
    }
    run = node.run("ansible-inventory", "-i", "accounts.yml", "--list", **environment)
    assert run.status != 0
    assert words in " ".join(run.output.split()), run.output
    assert "Errno" not in run.output
    assert "Expecting value" not in run.output

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user sees where something around the collection is wrong: one sentence with what to do, of every module."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import sysconfig
import threading
import typing as t
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from helpers.documents.documentation import EXAMPLES, ROOT
from helpers.documents.saml import METADATA
from helpers.moto.answers import Answer, error
from helpers.moto.fault_proxy import FaultProxy
from helpers.moto.pages import tag
from helpers.processes.control_node import ControlNode, Run
from moto_server import free_port

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

COLLECTION = "cloudhsm.iam"
NAMES = sorted(path.stem for path in ROOT.glob("plugins/modules/*.py"))
# Where the first example of a module does not ask AWS anything that can be refused.
OTHER_OPTIONS = {"iam_account_info": {"groups": ["Readers"]}}
# Nobody waits for more tries of what fails each time.
ONE_TRY = {"aws_config": {"retries": {"total_max_attempts": 1}}}
VARIABLES = {"trust_policy": {"Version": "2012-10-17", "Statement": []}, "account_session_source": ONE_TRY}
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def example(name: str) -> dict[str, t.Any]:
    """The first task with the module in its own documentation."""
    (examples,) = [each for each in EXAMPLES if each.where.startswith(f"plugins/modules/{name}.py:")]
    task = next(task for task in examples.documents[0] if f"{COLLECTION}.{name}" in task)
    given = OTHER_OPTIONS.get(name, task[f"{COLLECTION}.{name}"] or {})
    # The region is that of the environment.
    options = {option: value for option, value in given.items() if option != "region"}
    return {f"{COLLECTION}.{name}": options, "vars": task.get("vars", {}), "name": name}


def write_all(node: ControlNode) -> Path:
    """A playbook that runs all modules, whatever becomes of each, and keeps what they said."""
    (node.folder / "metadata.xml").write_text(METADATA)
    tasks: list[Mapping[str, t.Any]] = [
        {**example(name), "register": f"said_{name}", "ignore_errors": True, "timeout": 120} for name in NAMES
    ]
    results = ", ".join(f"'{name}': said_{name}" for name in NAMES)
    copied = {"content": f"{{{{ {{{results}}} | to_json }}}}", "dest": "results.json", "mode": "0600"}
    keep = {"name": "Keep what they said", "ansible.builtin.copy": copied}
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": VARIABLES,
        "module_defaults": {f"group/{COLLECTION}.aws": ONE_TRY},
        "tasks": [*tasks, keep],
    }
    path = node.folder / "all.yml"
    path.write_text(json.dumps([play]))
    return path


def run_all(node: ControlNode, *command: str, **environment: str) -> dict[str, dict[str, t.Any]]:
    """What each module said."""
    args = [str(write_all(node)), "--vault-password-file", str(node.vault_password_file())]
    run = node.run_command([*(command or node.command("ansible-playbook")), *args], **environment)
    assert run.status == 0, run.output
    assert "Traceback" not in run.output
    said: dict[str, dict[str, t.Any]] = json.loads((node.folder / "results.json").read_text())
    return said


def check_all(said: Mapping[str, Mapping[str, t.Any]], *words: str) -> None:
    """Each failed, with a sentence that has these words."""
    wrong = {
        name: result.get("msg", result)
        for name, result in said.items()
        if not result.get("failed") or "\n" in result["msg"] or not all(word in result["msg"] for word in words)
    }
    assert wrong == {}


def no_keys(node: ControlNode) -> dict[str, str]:
    for name in KEYS:
        del node.environment[name]
    return {}


def unknown_profile(node: ControlNode) -> dict[str, str]:
    return {**no_keys(node), "AWS_PROFILE": "nobody"}


def profile_and_keys(_node: ControlNode) -> dict[str, str]:
    return {"AWS_PROFILE": "nobody"}


def unreachable(_node: ControlNode) -> dict[str, str]:
    nowhere = f"http://127.0.0.1:{free_port()}"
    return {"AWS_URL": nowhere, "AWS_ENDPOINT_URL": nowhere}


def bad_region(_node: ControlNode) -> dict[str, str]:
    return {"AWS_REGION": "EU (Frankfurt)", "AWS_DEFAULT_REGION": "EU (Frankfurt)"}


ENVIRONMENTS: list[tuple[Callable[[ControlNode], dict[str, str]], tuple[str, ...]]] = [
    (no_keys, ("no AWS credentials were found", "AWS_ACCESS_KEY_ID", "AWS_PROFILE")),
    (unknown_profile, ("there is no such AWS profile", "nobody")),
    (profile_and_keys, ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "unset one of the two")),
    (unreachable, ("the endpoint can't be reached", "http://127.0.0.1:")),
    (bad_region, ("that is not the name of an AWS region", "AWS_REGION")),
]


@pytest.mark.parametrize(("environment", "words"), ENVIRONMENTS)
def test_every_module_tells_what_is_wrong_around_it(
    node: ControlNode, environment: Callable[[ControlNode], dict[str, str]], words: tuple[str, ...]
) -> None:
    check_all(run_all(node, **environment(node)), *words)


@pytest.fixture
def refusing(request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a server that gives every call the same answer, in the protocol of the service."""
    answer: Answer = request.param

    def in_words() -> list[str | None]:
        error = ET.fromstring(answer.body)
        return [error.findtext(f".//{tag(name)}") for name in ("Code", "Message")]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if "X-Amz-Target" not in self.headers or answer.status < 400:
                self.answer(answer.body)
                return
            code, message = in_words()
            self.answer(json.dumps({"__type": code, "message": message}).encode())

        def do_GET(self) -> None:
            """S3's, whose errors have a root of their own."""
            if answer.status < 400:
                self.answer(answer.body)
                return
            code, message = in_words()
            self.answer(f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode())

        def answer(self, body: bytes) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("refusing", "words"),
    [
        (error(403, "ExpiredToken", "The security token is expired"), ("the credentials have expired; get new ones",)),
        (error(400, "Throttling", "Rate exceeded"), ("AWS is throttling these calls",)),
        (Answer(200, b"<html>Welcome</html>", "text/html"), ("AWS_ENDPOINT_URL",)),
    ],
    indirect=["refusing"],
    ids=["expired", "throttled", "not AWS"],
)
def test_every_module_tells_what_aws_has_against_it(node: ControlNode, refusing: str, words: tuple[str, ...]) -> None:
    check_all(run_all(node, AWS_URL=refusing, AWS_ENDPOINT_URL=refusing), *words)


@pytest.fixture
def nobody(iam: IAMClient, moto: str) -> Iterator[dict[str, str]]:
    """Credentials of a user without any rights, at a server that enforces them."""
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    post(f"{moto}/moto-api/reset-auth", b"0")
    # Past the proxy: the signatures that are checked now hold the server's address.
    there = {"AWS_URL": moto, "AWS_ENDPOINT_URL": moto}
    yield {**there, "AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    post(f"{moto}/moto-api/reset-auth", b"inf")


def post(url: str, body: bytes) -> None:
    with urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "text/plain"}), timeout=10):
        pass


def test_every_module_names_the_action_that_is_missing(node: ControlNode, nobody: dict[str, str]) -> None:
    said = run_all(node, **nobody)
    # It gets as far as amazon.aws's module, which has words of its own.
    assert "AccessDenied" in said.pop("guarded_module")["msg"]
    # The emulator refuses these in XML, which their services don't speak, and names no action of S3;
    # test_permissions.py looks at each action.
    for name in ("cloudhsm_guardrails", "root_access", "plan_history_info"):
        del said[name]
    said = {name: result for name, result in said.items() if not name.startswith("identity_center_")}
    # Who may look at nothing may be in the right account all the same.
    unknown = said.pop("iam_account_guard")["account_guard"]["findings"]
    assert ["may not call iam:" in finding["text"] for finding in unknown] == [True, True]
    check_all(said, " may not call ", "add that action to a policy of the caller's")


def test_a_role_says_the_same(node: ControlNode, nobody: dict[str, str]) -> None:
    check(node.playbook("cloudhsm.iam.bootstrap", **nobody), "user/nobody may not call iam:")


def check(run: Run, *words: str) -> None:
    """One failed task, whose message is a sentence with these words, and no traceback anywhere."""
    assert run.status != 0
    assert run.output.count("fatal: [localhost]") == 1, run.output
    assert "Traceback" not in run.output
    for word in words:
        assert word in run.failure, run.failure


@pytest.fixture
def bare_python(tmp_path: Path) -> Path:
    """A Python that has all that this one has, but for boto3."""
    folder = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (there,) = folder.glob("lib/python*/site-packages")
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if not package.name.startswith(("boto", "s3transfer")):
            (there / package.name).symlink_to(package)
    return folder / "bin" / "python"


def test_without_boto3_every_module_says_so(node: ControlNode, bare_python: Path, aws: FaultProxy) -> None:
    """Ansible's own Python will do, and so will the one that ansible_python_interpreter names. Here neither does."""
    ansible = [str(bare_python), "-m", "ansible", "playbook", "-e"]
    # What lies in the test's folder has no place among what is kept for other tests.
    node.environment["PYTHONPYCACHEPREFIX"] = str(node.folder / "bytecode")
    check_all(run_all(node, *ansible, f"ansible_python_interpreter={bare_python}"), "boto3", str(bare_python))
    assert aws.calls == []
    play = node.write_playbook([{"cloudhsm.iam.iam_account_info": {}, "name": "The task"}])
    assert node.run_command([*ansible, f"ansible_python_interpreter={sys.executable}", str(play)]).status == 0


def test_the_python_of_ansible_will_do(node: ControlNode, bare_python: Path) -> None:
    play = node.write_playbook([{"cloudhsm.iam.iam_account_info": {}, "name": "The task"}])
    assert node.playbook(play, "-e", f"ansible_python_interpreter={bare_python}").status == 0

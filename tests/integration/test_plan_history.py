# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The history by whole runs of ansible-playbook, in a folder and in a bucket. Most is tested in process."""

from __future__ import annotations

import json
import signal
import typing as t

from helpers.moto.clients import client_with
from helpers.moto.fault_proxy import NO_FAULTS, FaultProxy, Faults
from helpers.processes.control_node import ControlNode, Run

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_s3 import S3Client

CANARY = "Canary-7-wuRrlzZ!"
USERS: list[dict[str, t.Any]] = [{"name": f"user{number}"} for number in range(3)]
USERS[0] |= {"console_access": True, "password": CANARY}


def provision(node: ControlNode, **variables: t.Any) -> Run:
    given = json.dumps({"user_provisioning_users": USERS, "user_provisioning_workers": 1, **variables})
    file = node.folder / "given.json"
    file.write_text(given)
    return node.playbook("cloudhsm.iam.provision_users", "-e", f"@{file}")


def history(node: ControlNode, *args: str) -> Run:
    return node.playbook("cloudhsm.iam.history", *args)


def test_a_killed_run_and_the_one_after_it_are_in_the_history(node: ControlNode, aws: FaultProxy) -> None:
    node.folder.chmod(0o700)
    aws.faults = Faults(kill=(2, "after"), on_kill=node.kill)
    killed = provision(node, plan_history="~/history")
    assert killed.status == -signal.SIGKILL, killed.output
    aws.faults = NO_FAULTS
    done = provision(node, plan_history="~/history")
    assert done.status == 0, done.output
    files = sorted((node.home / "history").iterdir())
    assert [json.loads(path.read_text())["outcome"] for path in files] == ["begun", "applied"]
    assert [path.stat().st_mode & 0o777 for path in files] == [0o600, 0o600]
    told = history(node, "-e", "plan_history=~/history", "-e", "history_object_name=user2", "-e", "history_since=1h")
    assert told.status == 0, told.output
    assert "begun, never ended" in told.output
    assert "2 runs in ~/history: 1 begun, never ended, 1 applied" in told.output
    assert CANARY not in told.output + done.output + "".join(path.read_text() for path in files)
    slip = history(node, "-e", "plan_history=~/history", "-e", "history_sinse=1h")
    assert "history_sinse: no role has a variable of that name; did you mean history_since?" in slip.failure


def test_a_bucket_is_written_by_the_module_of_amazon_aws(node: ControlNode, moto: str, iam: IAMClient) -> None:
    # Past the proxy, which speaks the protocol of IAM.
    straight = {name: moto for name, value in node.environment.items() if value.startswith("http://127.0.0.1:")}
    node.environment.update(straight)
    s3: S3Client = client_with(moto, "s3")
    absent = provision(node, plan_history="s3://example-history/iam")
    assert "plan_history: Could not read the history in s3://example-history/iam/" in absent.failure
    assert iam.list_users()["Users"] == []
    s3.create_bucket(Bucket="example-history")
    done = provision(node, plan_history="s3://example-history/iam")
    assert done.status == 0, done.output
    (key,) = (each["Key"] for each in s3.list_objects_v2(Bucket="example-history", Prefix="iam/")["Contents"])
    entry = json.loads(s3.get_object(Bucket="example-history", Key=key)["Body"].read())
    assert (entry["outcome"], len(entry["objects"])) == ("applied", 3)
    assert CANARY not in json.dumps(entry) + done.output
    assert "X-Amz-Signature" not in done.output
    told = history(node, "-e", "plan_history=s3://example-history/iam", "-e", "history_until=2999-01-01")
    assert "1 run in s3://example-history/iam: 1 applied" in told.output, told.output

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A receiver of webhooks on this machine, and a topic of Amazon SNS whose messages can be read."""

from __future__ import annotations

import json
import threading
import time
import typing as t
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from helpers.moto.clients import client_with

# As in the URLs of chat programs, it is all that one needs to post there.
SECRET_PATH = "/services/T0CANARY/B0CANARY/CanaryOfTheWebhook0123"
REGION = "eu-central-1"


@dataclass
class Receiver:
    """What was posted, and how it is answered."""

    url: str
    status: int = 200
    # Seconds before an answer.
    wait: float = 0
    bodies: list[dict[str, t.Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver, for as long as the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/json"
            found.paths.append(self.path)
            found.bodies.append(json.loads(content))
            time.sleep(found.wait)
            self.send_response(found.status)
            if found.status in (301, 302, 307):
                self.send_header("Location", f"{found.url}/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Receiver(f"http://127.0.0.1:{server.server_port}{SECRET_PATH}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()


class Topic:
    """A topic, with a queue that gets its messages."""

    def __init__(self, url: str, name: str = "cloudhsm-iam", region: str = REGION) -> None:
        self._sqs = client_with(url, "sqs", region=region)
        sns = client_with(url, "sns", region=region)
        fifo = {"FifoTopic": "true"} if name.endswith(".fifo") else {}
        self.arn: str = sns.create_topic(Name=name, Attributes=fifo)["TopicArn"]
        queue = {"FifoQueue": "true"} if fifo else {}
        self._queue = self._sqs.create_queue(QueueName=name, Attributes=queue)["QueueUrl"]
        asked = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        sns.subscribe(TopicArn=self.arn, Protocol="sqs", Endpoint=asked["Attributes"]["QueueArn"])

    def messages(self) -> list[dict[str, t.Any]]:
        """What was published since the last look."""
        found: list[dict[str, t.Any]] = []
        while True:
            got = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages", [])
            if not got:
                return found
            for each in got:
                found.append(json.loads(each["Body"]))
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=each["ReceiptHandle"])

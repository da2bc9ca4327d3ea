# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An HTTP proxy between boto3 and moto that counts calls, and lets go wrong what can go wrong with AWS.

In a test it runs in a thread. For benchmarks it runs as a process of its own, which prints its URL and notes each
call as a line of JSON, without passwords:

python tests/helpers/moto/fault_proxy.py --upstream URL [--port N] [--faults JSON] [--log FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
import time
import typing as t
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector, web

ROOT = Path(__file__).resolve().parents[3]
# As a process of its own it has only its own folder.
sys.path += [folder for folder in (str(ROOT / "tools"), str(ROOT / "tests")) if folder not in sys.path]

from helpers.moto.answers import UNREACHABLE, Answer, Call, in_json, is_write  # noqa: E402
from helpers.moto.emulated_calls import EmulatedCalls  # noqa: E402
from helpers.moto.fault_rules import NO_FAULTS, Draw, Faults, Refusal, Rules, faults_from_json  # noqa: E402
from helpers.moto.limits import beyond_quota, refused_tags  # noqa: E402
from helpers.moto.pages import AccountPages, cut_short, with_aws_view  # noqa: E402
from moto_server import require_loopback  # noqa: E402

__all__ = ["NO_FAULTS", "Call", "FaultProxy", "Faults"]

START_TIMEOUT = 10.0
# Headers about one connection, and those that the HTTP client sets by itself.
NOT_FORWARDED = frozenset({"host", "connection", "content-length", "expect", "keep-alive", "transfer-encoding"})
DETAILS = "GetAccountAuthorizationDetails"
# Secrets Manager and Systems Manager name the action here, and have JSON for its parameters.
TARGET = "X-Amz-Target"
SECRETS = frozenset({"Password", "SecretString", "Value"})


@dataclass(frozen=True)
class Request:
    """One request of the client's."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    action: str
    params: Mapping[str, str]


class Exchange:
    """What the proxy does with requests, without the HTTP server around it."""

    def __init__(self, upstream: str, faults: Faults, seed: int, emulate: bool) -> None:
        self._upstream = upstream
        self._seed = seed
        self._emulate = emulate
        self.session: ClientSession | None = None
        self.clear(faults)

    def clear(self, faults: Faults) -> None:
        """Begin anew: nothing made, nothing counted, no boundaries."""
        self.rules = Rules(faults, self._seed)
        self._emulated = EmulatedCalls()
        self._pages = AccountPages()

    def change_faults(self, faults: Faults) -> None:
        """Other faults from the next call on; what the account holds stays."""
        self.rules = Rules(faults, self._seed)

    async def answer(self, request: Request) -> tuple[Answer | None, str | None, bool]:
        """The answer (none where the connection is to be dropped), the fault met, and whether the client dies."""
        rules = self.rules
        draw = rules.draw(request.action, request.params)
        if rules.faults.latency:
            await asyncio.sleep(rules.faults.latency)
        refusal = rules.before(request.action, request.params, draw, time.monotonic())
        if refusal:
            return refusal.answer, refusal.fault, False
        moment = rules.kill(request.action)
        if moment == "before":
            return None, "kill", True
        answer = await self._from_upstream(request, rules)
        if answer.status == 200:
            rules.note_made(request.action, request.params, draw, time.monotonic())
        if moment == "after":
            return None, "kill_after", True
        if answer is UNREACHABLE:
            return answer, "unreachable", False
        return *_spoilt(answer, request, rules, draw), False

    async def forward(self, request: Request) -> Answer:
        """What the server says."""
        assert self.session is not None
        headers = {key: value for key, value in request.headers.items() if key.lower() not in NOT_FORWARDED}
        try:
            async with self.session.request(
                request.method, self._upstream + request.path, headers=headers, data=request.body
            ) as answer:
                return Answer(answer.status, await answer.read(), answer.headers.get("Content-Type", "text/xml"))
        except (ClientError, OSError):
            return UNREACHABLE

    async def _from_upstream(self, request: Request, rules: Rules) -> Answer:
        if rules.faults.page_size and request.action == DETAILS and "Marker" in request.params:
            return self._pages.next_page(request.params["Marker"])

        async def ask(action: str, params: Mapping[str, str]) -> Answer:
            body = urlencode({"Action": action, "Version": request.params.get("Version", ""), **params}).encode()
            return await self.forward(
                Request(request.method, request.path, request.headers, body, action, dict(params))
            )

        if self._emulate:
            answer = refused_tags(request.params) or await beyond_quota(request.action, request.params, ask)
            if answer is not None:
                return answer
        answer = await self._emulated.answer(request.action, request.params, ask) if self._emulate else None
        if answer is None:
            answer = await self.forward(request)
            if self._emulate:
                answer = self._emulated.after(request.action, request.params, answer)
        return self._first_page(answer, request, rules) if request.action == DETAILS else answer

    def _first_page(self, answer: Answer, request: Request, rules: Rules) -> Answer:
        if answer.status != 200:
            return answer
        now = time.monotonic()
        answer = with_aws_view(
            answer, self._emulated.boundaries, rules.hidden("UserName", now), rules.hidden("GroupName", now)
        )
        if not rules.faults.page_size:
            return answer
        return self._pages.first_page(
            answer, min(rules.faults.page_size, int(request.params.get("MaxItems", rules.faults.page_size)))
        )


def _spoilt(answer: Answer, request: Request, rules: Rules, draw: Draw) -> tuple[Answer | None, str | None]:
    """The server's answer as it reaches the client, and the fault that it met on the way."""
    refusal: Refusal | None = rules.after(draw)
    if refusal:
        return refusal.answer, refusal.fault
    if draw.cut and request.action == DETAILS and answer.status == 200:
        return cut_short(answer, rules.faults.cut), "cut"
    return answer, None


class FaultProxy:
    """The proxy in a thread of this process, for as long as the with block lasts."""

    def __init__(
        self,
        upstream: str,
        faults: Faults = NO_FAULTS,
        seed: int = 0,
        *,
        emulate: bool = True,
        port: int = 0,
        log: Path | None = None,
    ) -> None:
        self.url = ""
        self.calls: list[Call] = []
        # Answers to actions about which moto has nothing to say but always the same.
        self.says: dict[str, Answer] = {}
        # AWS's clock, as the header of each answer tells it; that of this machine where empty.
        self.date = ""
        # Called before a call is answered, with its action and parameters.
        self.before: t.Callable[[str, Mapping[str, str]], None] = lambda _action, _params: None
        self._faults = faults
        self._port = port
        self._exchange = Exchange(require_loopback(upstream).rstrip("/"), faults, seed, emulate)
        self._log = log.open("w", buffering=1) if log else None
        self._number = 0
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None

    @property
    def writes(self) -> list[Call]:
        """The calls that were made to change something."""
        return [call for call in self.calls if call.is_write]

    @property
    def faults(self) -> Faults:
        """What goes wrong. Can be set, and counts from the next call on."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._faults = faults
        self._in_loop(lambda: self._exchange.change_faults(faults))

    def counts(self) -> Counter[str]:
        """How many calls there were of each action."""
        return Counter(call.action for call in self.calls)

    def clear(self) -> None:
        """Forget all calls, and all that was remembered of them; faults begin anew."""

        def forget() -> None:
            self.calls.clear()
            self._number = 0
            self._exchange.clear(self._faults)

        self._in_loop(forget)

    def __enter__(self) -> t.Self:
        self._thread = threading.Thread(target=self._run, name="fault-proxy", daemon=True)
        self._thread.start()
        if not self._ready.wait(START_TIMEOUT) or self._failure:
            raise RuntimeError("the fault proxy did not start") from self._failure
        return self

    def __exit__(self, *_exception: object) -> None:
        assert self._loop is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(START_TIMEOUT)
        if self._log:
            self._log.close()

    def _in_loop(self, work: t.Callable[[], None]) -> None:
        """Do something where no call is in the middle of it."""
        if self._loop is None:
            work()
            return

        async def in_loop() -> None:
            work()

        asyncio.run_coroutine_threadsafe(in_loop(), self._loop).result(START_TIMEOUT)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as exc:
            self._failure = exc
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        runner = web.ServerRunner(web.Server(self._handle), shutdown_timeout=0.1)
        # moto closes each connection; a connection kept would now and then be one that it just closes.
        connector = TCPConnector(limit=0, force_close=True)
        async with ClientSession(connector=connector, timeout=ClientTimeout(None)) as session:
            self._exchange.session = session
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", self._port, backlog=1024)
            await site.start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            self._ready.set()
            await self._stopping.wait()
            await runner.cleanup()

    async def _handle(self, incoming: web.BaseRequest) -> web.StreamResponse:
        body = await incoming.read()
        action, params = _read_call(incoming.headers, body)
        request = Request(incoming.method, incoming.path_qs, incoming.headers, body, action, params)
        if not action:
            return _response(await self._exchange.forward(request))
        self._number += 1
        number = self._number
        started = time.monotonic()
        self.before(action, params)
        said = self.says.get(action)
        answer, fault, dies = (said, None, False) if said else await self._exchange.answer(request)
        if answer and TARGET in incoming.headers:
            answer = in_json(answer)
        status = answer.status if answer else 0
        self._note(Call(action, params, status, fault, number, started, time.monotonic()))
        on_kill = self._faults.on_kill
        if dies and on_kill:
            on_kill()
        if answer is None:
            if incoming.transport:
                incoming.transport.abort()
            return web.Response(status=500)
        return _response(answer, self.date)

    def _note(self, call: Call) -> None:
        self.calls.append(call)
        if self._log:
            line = asdict(call)
            line["params"] = {key: value for key, value in call.params.items() if key not in SECRETS}
            self._log.write(json.dumps(line) + "\n")


def _read_call(headers: Mapping[str, str], body: bytes) -> tuple[str, dict[str, str]]:
    """The action, empty where it is none of AWS's, and its parameters; those of JSON that are no strings as JSON."""
    text = body.decode(errors="replace")
    if TARGET in headers:
        params: dict[str, t.Any] = json.loads(text)
        shown = {key: value if isinstance(value, str) else json.dumps(value) for key, value in params.items()}
        return headers[TARGET].rpartition(".")[2], shown
    query = dict(parse_qsl(text, keep_blank_values=True))
    return query.pop("Action", ""), query


def _response(answer: Answer, date: str = "") -> web.Response:
    headers = {"Content-Type": answer.content_type, **({"Date": date} if date else {})}
    return web.Response(status=answer.status, body=answer.body, headers=headers)


def read_log(path: Path) -> list[Call]:
    """The calls that a proxy noted in its log."""
    return [Call(**json.loads(line)) for line in path.read_text().splitlines()]


def count_writes(calls: Iterable[Call]) -> int:
    """How many of the calls were made to change something."""
    return sum(is_write(call.action) for call in calls)


def main() -> int:
    """Be a proxy until a signal comes or, with --with-parent, until the process that started this one has gone."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upstream", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--faults", type=faults_from_json, default=NO_FAULTS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--with-parent", action="store_true")
    given = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    if given.with_parent:
        threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    with FaultProxy(given.upstream, given.faults, given.seed, port=given.port, log=given.log) as proxy:
        print(proxy.url, flush=True)
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The commands that fix findings: for one subject, and once for all subjects of a finding. Pure.

Names are data, so each is quoted for the shell, also as a word of a loop.
"""

from __future__ import annotations

import json
import re
import shlex
import typing as t
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

# Placeholders, and so shell variables in loops, for options of the AWS CLI.
_VARIABLES = {
    "user_name": "user",
    "virtual_mfa_device_name": "user",
    "group_name": "group",
    "policy_name": "policy",
    "policy_arn": "policy",
    "access_key_id": "key",
}
_PLACE = re.compile(r"\{([a-z]+)\}")
# In characters. Linux accepts 131,072 bytes for one argument of a command; a longer one is written to a file.
_LONGEST = 100_000
PROVISION = "ansible-playbook cloudhsm.iam.provision_users -e"


@dataclass(frozen=True)
class Command:
    """A command with placeholders for names, as in --user-name {user}, and text for people to read after it."""

    text: str
    words: Mapping[str, str]
    after: str = ""

    def __str__(self) -> str:
        return _filled(self.text + self.after, lambda place: shlex.quote(self.words[place]))


@dataclass(frozen=True)
class Provision:
    """What the playbook provision_users has to change about one user."""

    name: str
    fields: Mapping[str, t.Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return _provision([self])


# A str is shown as it is, such as a sentence for people if no command fixes the problem.
Run: t.TypeAlias = "str | Command | Provision"


def aws(command: str, rest: str = "", after: str = "", **options: str) -> Command:
    """Return an `aws iam` command. rest has more options, after is a sentence or a second command."""
    places = [f"--{name.replace('_', '-')} {{{_VARIABLES[name]}}}" for name in options]
    words = {_VARIABLES[name]: value for name, value in options.items()}
    return Command(" ".join(["aws iam", command, *places]) + rest, words, after)


def provision(name: str, **fields: t.Any) -> Provision:
    """Return a run of the playbook that changes one user."""
    return Provision(name, fields)


def together(runs: Sequence[Run], advice: str = "") -> str:
    """Return what fixes all of these, with each kind of command once.

    advice replaces the sentences if several different ones are among them.
    """
    texts = list(dict.fromkeys(run for run in runs if isinstance(run, str)))
    provisions = [run for run in runs if isinstance(run, Provision)]
    commands: dict[tuple[str, str], list[Command]] = {}
    for run in runs:
        if isinstance(run, Command):
            commands.setdefault((run.text, run.after), []).append(run)
    parts = [advice] if advice and len(texts) > 1 else texts
    parts += [_provision(provisions)] if provisions else []
    return "\n".join([*parts, *map(_loop, commands.values())])


def _provision(runs: Sequence[Provision]) -> str:
    extra = json.dumps({"user_provisioning_users": [{"name": run.name, **run.fields} for run in runs]})
    quoted = shlex.quote(extra)
    if len(quoted) < _LONGEST:
        return f"{PROVISION} {quoted}"
    # printf is part of the shell, so Linux does not limit its arguments.
    return f"printf %s {quoted} > fix.json\n{PROVISION} @fix.json"


def _loop(commands: Sequence[Command]) -> str:
    """Return one command for the words of all of these."""
    first = commands[0]
    if len(commands) == 1:
        return str(first)
    after = _filled(first.after, str.upper)
    if len(first.words) == 1:
        (name,) = first.words
        words = " ".join(dict.fromkeys(shlex.quote(command.words[name]) for command in commands))
        body = _filled(first.text, lambda place: f'"${place}"')
        return f"for {name} in {words}; do {body}; done{after}"
    numbers = {name: number for number, name in enumerate(first.words, 1)}
    body = _filled(first.text, lambda place: f'"${numbers[place]}"')
    calls = [" ".join(["fix", *map(shlex.quote, command.words.values())]) for command in commands]
    return "\n".join([f"fix() {{ {body}; }}", *calls]) + after


def _filled(text: str, value: Callable[[str], str]) -> str:
    """Return the text with its placeholders filled in one pass, so a value that looks like one stays as it is."""
    return _PLACE.sub(lambda match: value(match[1]), text)

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The picture: time over users, both on a logarithmic scale."""

from __future__ import annotations

import math
import typing as t
from pathlib import Path
from xml.sax.saxutils import escape

from .cases import AFAR
from .contestants import NAMES, Who
from .stage import Findings, Time, extrapolated

WIDTH, HEIGHT = 760, 480
LEFT, RIGHT, TOP, BOTTOM = 70, 30, 50, 110
# Told apart by people who see colours differently, and by shape as well.
COLOURS: t.Final[dict[Who, str]] = {"a": "#d55e00", "b": "#0072b2", "c": "#555555"}


class Scale(t.NamedTuple):
    """From values to places."""

    most_users: float
    least_seconds: float
    most_seconds: float

    def x(self, users: float) -> float:
        """Across."""
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log10(users) / math.log10(self.most_users)

    def y(self, seconds: float) -> float:
        """Up."""
        whole = math.log10(self.most_seconds / self.least_seconds)
        part = math.log10(seconds / self.least_seconds) / whole
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * part


def write(findings: Findings, folder: Path) -> Path:
    """Draw the times over a distance. Returns where the picture is."""
    times = sorted((time for time in findings.times if time.where == AFAR), key=lambda time: time.users)
    most_users = max(time.users for time in times)
    loops = [time for time in times if time.who == "a"]
    end = extrapolated(loops[0], loops[1], most_users)
    scale = Scale(
        10 ** math.ceil(math.log10(most_users)),
        10 ** math.floor(math.log10(min(time.middle for time in times))),
        10 ** math.ceil(math.log10(end)),
    )
    parts = [*_frame(scale), *_line_of_loop(scale, loops, most_users, end)]
    for place, who in enumerate(COLOURS):
        parts += _series(scale, who, [time for time in times if time.who == who])
        parts += _legend(who, place)
    path = folder / "benchmarks.svg"
    path.write_text("\n".join([*parts, "</svg>", ""]))
    return path


def _text(x: float, y: float, text: str, anchor: str = "middle", size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'


def _frame(scale: Scale) -> list[str]:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" role="img">',
        "<title>Time over users, both on a logarithmic scale</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        _text(WIDTH / 2, 26, f"Seconds for so many users {AFAR}", size=15),
        _text(WIDTH / 2, HEIGHT - BOTTOM + 38, "users"),
    ]
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for power in range(round(math.log10(scale.most_users)) + 1):
        x = scale.x(10**power)
        parts.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}" stroke="#dddddd"/>')
        parts.append(_text(x, bottom + 18, f"{10**power:,}"))
    lowest, highest = round(math.log10(scale.least_seconds)), round(math.log10(scale.most_seconds))
    for power in range(lowest, highest + 1):
        y = scale.y(10.0**power)
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="#dddddd"/>')
        parts.append(_text(LEFT - 8, y + 4, f"{10.0**power:g} s", "end"))
    return parts


def _mark(who: Who, x: float, y: float) -> str:
    colour = COLOURS[who]
    if who == "a":
        return f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{colour}"/>'
    if who == "b":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{colour}"/>'
    return f'<path d="M{x:.1f} {y - 5:.1f} l5 9 h-10 z" fill="{colour}"/>'


def _line(who: Who, points: list[tuple[float, float]], dashed: bool = False) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = ' stroke-dasharray="6 5"' if dashed else ""
    return f'<polyline points="{places}" fill="none" stroke="{COLOURS[who]}" stroke-width="2"{dash}/>'


def _series(scale: Scale, who: Who, times: list[Time]) -> list[str]:
    points = [(scale.x(time.users), scale.y(time.middle)) for time in times]
    return [_line(who, points), *(_mark(who, x, y) for x, y in points)]


def _line_of_loop(scale: Scale, loops: list[Time], most_users: int, end: float) -> list[str]:
    """The extrapolation, which is a straight line of the times but not on these scales."""
    first = loops[-1].users
    steps = [first * (most_users / first) ** (step / 20) for step in range(21)]
    points = [(scale.x(users), scale.y(extrapolated(loops[0], loops[1], users))) for users in steps]
    label = _text(points[-1][0] - 6, points[-1][1] - 10, f"extrapolated: {end:,.0f} s", "end")
    return [_line("a", points, dashed=True), label]


def _legend(who: Who, place: int) -> list[str]:
    y = HEIGHT - 52 + place * 19
    return [_mark(who, LEFT + 6, y - 4), _text(LEFT + 20, y, f"({who}) {NAMES[who]}", "start")]

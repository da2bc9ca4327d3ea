# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Renders Markdown from the Jinja2 templates beside the calling program."""

from __future__ import annotations

import typing as t
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent


def render(template: Path, **values: t.Any) -> str:
    """Render a template. Raises jinja2.UndefinedError if a value is missing."""
    environment = Environment(
        loader=FileSystemLoader([template.parent, HERE]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    return environment.get_template(template.name).render(values)


def replace_part(page: Path, name: str, text: str) -> None:
    """Put the text in the place of what is between a page's marks of this name."""
    begin, end = f"<!-- BEGIN_{name} -->", f"<!-- END_{name} -->"
    before, _old, after = page.read_text().replace(end, begin).split(begin)
    page.write_text(f"{before}{begin}\n{text}{end}{after}")

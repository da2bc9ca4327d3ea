# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The site: README.md, the pages of docs/ and the roles' READMEs as they are, and antsibull-docs' reference."""

from __future__ import annotations

import re
import typing as t

from docutils import nodes

project = "cloudhsm.iam"
author = "cloudhsm.iam contributors"
project_copyright = f"2026, {author}"

extensions = ["myst_parser", "sphinx_antsibull_ext"]
include_patterns = ["index.rst", "docs/*.md", "roles/*/README.md", "reference/*.rst", "CHANGELOG.rst", "[CS]*.md"]
# The slugs that GitHub gives to headings, so that a link works in both places.
myst_heading_anchors = 3

html_theme = "furo"
html_title = project
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False

ANSIBLE = "https://docs.ansible.com/ansible/latest"
# Labels of Ansible's own documentation that the reference uses. Its inventory of them would have to be downloaded.
ANSIBLE_PAGES = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
PLUGIN = re.compile(r"ansible_collections\.(\w+)\.(\w+)\.(\w+_(?:module|lookup|filter))$")


def link_to_ansible(_app: t.Any, _env: t.Any, node: nodes.Element, text: nodes.Node) -> nodes.reference | None:
    """The link for a label that is not on this site; None, which is a warning, where it is not one of Ansible's."""
    label = node.get("reftarget", "")
    page = ANSIBLE_PAGES.get(label)
    if plugin := PLUGIN.match(label):
        page = "collections/{}/{}/{}.html".format(*plugin.groups())
    return page and nodes.reference("", "", text, refuri=f"{ANSIBLE}/{page}", internal=False)


def setup(app: t.Any) -> None:
    """What Sphinx calls at its start."""
    app.connect("missing-reference", link_to_ansible)

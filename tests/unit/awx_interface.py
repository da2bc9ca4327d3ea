# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWX and infra.aap_configuration (3.0) take: names of fields, and the rules of a survey."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping

# Fields of a job template in AWX's REST API that a definition may set, in the names of infra.aap_configuration, whose
# role controller_job_templates passes them on to the module job_template.
_ASK = {
    f"ask_{what}_on_launch"
    for what in (
        *("credential", "diff_mode", "execution_environment", "forks", "instance_groups", "inventory", "labels"),
        *(
            "limit",
            "job_slice_count",
            "job_type",
            "scm_branch",
            "skip_tags",
            "tags",
            "timeout",
            "variables",
            "verbosity",
        ),
    )
}
_SURVEY = {"survey_enabled", "survey_spec"}
_JOB_TEMPLATE = {
    *("allow_simultaneous", "credentials", "description", "diff_mode", "execution_environment", "extra_vars", "forks"),
    *("instance_groups", "inventory", "job_slice_count", "job_tags", "job_type", "labels", "limit", "name"),
    *("organization", "playbook", "project", "skip_tags", "timeout", "verbosity"),
}
_WORKFLOW = {
    *("allow_simultaneous", "description", "extra_vars", "inventory", "labels", "limit", "name", "organization"),
    *("simplified_workflow_nodes", "workflow_nodes"),
}
_SCHEDULE = {
    *("description", "enabled", "extra_data", "inventory", "job_type", "limit", "name", "organization", "rrule"),
    *("unified_job_template",),
}
_PROJECT = {
    *("credential", "default_environment", "description", "name", "organization", "scm_branch", "scm_type", "scm_url"),
    *("scm_update_cache_timeout", "scm_update_on_launch"),
}
_SOURCE = {
    *("credential", "description", "execution_environment", "inventory", "name", "organization", "overwrite"),
    *("source", "source_path", "source_project", "source_vars", "update_cache_timeout", "update_on_launch"),
}

# The variables that the role dispatch looks for, with the fields of their items.
ITEMS = {
    "controller_labels": {"name", "organization"},
    "controller_execution_environments": {"credential", "description", "image", "name", "organization", "pull"},
    "controller_projects": _PROJECT,
    "controller_inventories": {"description", "instance_groups", "kind", "name", "organization", "variables"},
    "controller_hosts": {"description", "enabled", "inventory", "name", "variables"},
    "controller_inventory_sources": _SOURCE,
    "controller_templates": _JOB_TEMPLATE | _ASK | _SURVEY,
    "controller_workflows": _WORKFLOW | _ASK | _SURVEY,
    "controller_schedules": _SCHEDULE,
}
NODE = {
    *("all_parents_must_converge", "always_nodes", "approval_node", "extra_data", "failure_nodes", "identifier"),
    *("lookup_organization", "success_nodes", "unified_job_template"),
}
APPROVAL = {"name", "description", "timeout"}

# What AWX checks when a survey is posted.
_QUESTION = {
    "question_name",
    "question_description",
    "variable",
    "type",
    "required",
    "default",
    "min",
    "max",
    "choices",
}
_TYPES = {"text", "textarea", "password", "multiplechoice", "multiselect", "integer", "float"}
# Without a limit of its own, AWX's form sets this one.
SHORT_TEXT = 1024


def survey_problems(survey: Mapping[str, t.Any]) -> Iterator[str]:
    """Everything for which AWX would refuse this survey."""
    if set(survey) != {"name", "description", "spec"}:
        yield f"a survey has name, description and spec, not {sorted(survey)}"
    names = [question["variable"] for question in survey["spec"]]
    if len(set(names)) != len(names):
        yield "a variable is asked for twice"
    for question in survey["spec"]:
        yield from (f"{question.get('variable')}: {problem}" for problem in _question_problems(question))


def _question_problems(question: Mapping[str, t.Any]) -> Iterator[str]:
    unknown = set(question) - _QUESTION
    missing = {"question_name", "variable", "type", "required"} - set(question)
    if unknown or missing:
        yield f"has unknown {sorted(unknown)}, lacks {sorted(missing)}"
    if question["type"] not in _TYPES or question["type"] == "password":
        yield f"is of type {question['type']}"
    if not re.fullmatch(r"[a-z]\w*", question["variable"]):
        yield "is no name of a variable"
    if not isinstance(question["required"], bool):
        yield "required is no boolean"
    if ("choices" in question) != question["type"].startswith("multi"):
        yield "choices go with multiplechoice and multiselect, and these with choices"
    if "choices" in question and "default" in question and question["default"] not in question["choices"]:
        yield "the default is no choice"
    if question["type"] == "integer" and not isinstance(question.get("default", 0), int):
        yield "the default is no integer"
    if question["type"] == "textarea" and question.get("max", SHORT_TEXT) <= SHORT_TEXT:
        yield "is a text area for a short text"

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWX and infra.aap_configuration (3.0) take: names of fields, the rules of a survey and of its answers."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping

import yaml

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
    *("state", "unified_job_template"),
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
    *("job_type", "lookup_organization", "success_nodes", "unified_job_template"),
}
APPROVAL = {"name", "description", "timeout"}

# Fields that name something else, which AWX looks up: for an empty name it finds everything, and refuses that.
_LOOKED_UP = {
    *("credential", "execution_environment", "inventory", "lookup_organization", "organization", "project"),
    *("source_project", "unified_job_template"),
}
_LOOKED_UP_EACH = {"credentials", "instance_groups", "labels"}
# Characters that AWX's database has room for.
_LENGTHS = {"name": 512, "image": 1024, "scm_url": 1024, "scm_branch": 256, "source_path": 1024, "playbook": 1024}

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


def item_problems(item: Mapping[str, t.Any]) -> Iterator[str]:
    """Everything for which AWX would refuse this definition, other than its survey."""
    for field, value in item.items():
        if field in _LOOKED_UP and value == "":
            yield f"{field}: is empty, and a name is looked up"
        if field in _LOOKED_UP_EACH and (not isinstance(value, list) or "" in value):
            yield f"{field}: is no list of names"
        if field in _LENGTHS and len(value) > _LENGTHS[field]:
            yield f"{field}: is longer than {_LENGTHS[field]}"


def schedule_problems(schedule: Mapping[str, t.Any], survey: Mapping[str, t.Any]) -> Iterator[str]:
    """Everything for which AWX would refuse this schedule, enabled or not: defaults of the survey do not count."""
    answers = schedule["extra_data"]
    asked = {question["variable"] for question in survey["spec"]}
    yield from (f"{name}: is not asked for" for name in sorted(set(answers) - asked))
    yield from answer_problems(survey, answers)


def answer_problems(survey: Mapping[str, t.Any], answers: Mapping[str, t.Any]) -> Iterator[str]:
    """Everything for which AWX would refuse to launch with these answers."""
    for question in survey["spec"]:
        variable = question["variable"]
        if variable in answers:
            yield from (f"{variable}: {problem}" for problem in _answer_problems(question, answers[variable]))
        elif question["required"]:
            yield f"{variable}: has no answer"


def _answer_problems(question: Mapping[str, t.Any], answer: t.Any) -> Iterator[str]:
    wanted = {"integer": int, "float": float, "multiselect": list}.get(question["type"], str)
    # A boolean is no integer here.
    if not isinstance(answer, wanted) or isinstance(answer, bool):
        yield f"is no {wanted.__name__}"
        return
    if question["type"] == "multiplechoice" and answer not in question["choices"]:
        yield "is no choice"
    # As AWX has it, an empty answer is too short for a least length, also where the question is optional.
    size = len(answer) if isinstance(answer, str) else answer
    if question.get("min") is not None and size < question["min"]:
        yield f"is less than {question['min']}"
    if question.get("max") is not None and size > question["max"]:
        yield f"is more than {question['max']}"


def survey_problems(survey: Mapping[str, t.Any]) -> Iterator[str]:
    """Everything for which AWX would refuse this survey."""
    if set(survey) != {"name", "description", "spec"}:
        yield f"a survey has name, description and spec, not {sorted(survey)}"
    if not survey["spec"]:
        yield "nothing is asked for"
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
    yield from _default_problems(question)
    if question["type"] == "textarea" and question.get("max", SHORT_TEXT) <= SHORT_TEXT:
        yield "is a text area for a short text"


def _default_problems(question: Mapping[str, t.Any]) -> Iterator[str]:
    if ("choices" in question) != question["type"].startswith("multi"):
        yield "choices go with multiplechoice and multiselect, and these with choices"
    if "choices" in question and "default" in question and question["default"] not in question["choices"]:
        yield "the default is no choice"
    wanted = int if question["type"] == "integer" else str
    if question.get("default", "") != "" and not isinstance(question["default"], wanted):
        yield f"the default is no {wanted.__name__}"
    if any(not isinstance(question.get(limit, 0), int) for limit in ("min", "max")):
        yield "a limit is no integer"
    if not question["required"] and question.get("min"):
        yield "is optional and has a least length, which the form's empty answer would not have"


class _StringsUnsafe(yaml.SafeDumper):
    """Marks each string, keys too, as data that is no template."""

    def represent_data(self, data: t.Any) -> yaml.Node:
        if isinstance(data, str):
            return self.represent_scalar("!unsafe", data)
        return super().represent_data(data)


def write_extra_vars(values: Mapping[str, t.Any]) -> str:
    """The file of a job's extra variables, one by one, as AWX's safe_dump writes them."""
    return "".join(yaml.dump_all([{name: value}], Dumper=_StringsUnsafe) for name, value in values.items())

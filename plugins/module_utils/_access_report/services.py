# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Services that act with a role passed to them: the actions that start this, and how roles trust the services."""

from __future__ import annotations

import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping

# Actions that together make a service act with a role passed to it.
SERVICES: tuple[tuple[str, ...], ...] = (
    ("apprunner:CreateService",),
    ("autoscaling:CreateLaunchConfiguration", "autoscaling:CreateAutoScalingGroup"),
    ("batch:RegisterJobDefinition", "batch:SubmitJob"),
    ("cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"),
    ("cloudformation:CreateStack",),
    ("cloudformation:UpdateStack",),
    ("codebuild:CreateProject", "codebuild:StartBuild"),
    ("codebuild:UpdateProject", "codebuild:StartBuild"),
    ("codepipeline:CreatePipeline",),
    ("codestar:CreateProject",),
    ("datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"),
    ("ec2:AssociateIamInstanceProfile",),
    ("ec2:ReplaceIamInstanceProfileAssociation",),
    ("ec2:RunInstances",),
    ("ecs:RegisterTaskDefinition", "ecs:CreateService"),
    ("ecs:RegisterTaskDefinition", "ecs:StartTask"),
    ("ecs:RunTask",),
    ("elasticbeanstalk:CreateEnvironment",),
    ("glue:CreateDevEndpoint",),
    ("glue:CreateJob", "glue:CreateTrigger"),
    ("glue:CreateJob", "glue:StartJobRun"),
    ("glue:UpdateJob", "glue:StartJobRun"),
    ("lambda:CreateFunction", "lambda:AddPermission"),
    ("lambda:CreateFunction", "lambda:CreateEventSourceMapping"),
    ("lambda:CreateFunction", "lambda:CreateFunctionUrlConfig"),
    ("lambda:CreateFunction", "lambda:InvokeFunction"),
    ("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"),
    ("sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"),
    ("sagemaker:CreateProcessingJob",),
    ("sagemaker:CreateTrainingJob",),
    ("scheduler:CreateSchedule",),
    ("ssm:StartAutomationExecution",),
    ("states:CreateStateMachine", "states:StartExecution"),
)
# The services that act with the role, where their names differ from the action's prefix (the services' guides, on the
# roles that they need).
_ACTS: Mapping[str, tuple[str, ...]] = {
    "apprunner": ("build.apprunner", "tasks.apprunner"),
    "autoscaling": ("ec2",),
    "batch": ("ecs-tasks", "batch"),
    "datapipeline": ("datapipeline", "elasticmapreduce", "ec2"),
    "ecs": ("ecs-tasks",),
    "elasticbeanstalk": ("elasticbeanstalk", "ec2"),
}

# In the China Regions, IAM has refused ec2.amazonaws.com (github.com/kubernetes/kops/issues/27) and also
# monitoring.rds.amazonaws.com.cn (github.com/terraform-aws-modules/terraform-aws-rds-aurora/issues/437), so each ending
# counts. Some names have a Region, and the isolated partitions have domains of their own.
_ENDING = re.compile(r"(\.[a-z]{2}(-[a-z]+)+-\d+)?\.(amazonaws\.(com(\.cn)?|eu)|c2s\.ic\.gov|sc2s\.sgov\.gov)$")


def short_name(principal: str) -> str:
    """Return the name of a service principal without Region and domain: lambda for lambda.amazonaws.com."""
    return _ENDING.sub("", principal)


def services_of(action: str) -> tuple[str, ...]:
    """Return the short names of the services that act with a role for this action."""
    prefix = action.partition(":")[0]
    return _ACTS.get(prefix, (prefix,))

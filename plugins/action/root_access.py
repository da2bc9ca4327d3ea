# isort: split
import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Result
from ansible_collections.cloudhsm.iam.plugins.module_utils._page import item_lines
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.items import ROOT_USER, Item, Plan
from ansible_collections.cloudhsm.iam.plugins.modules.root_access import MODULE
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._change_control import ChangeControl
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._reviewed_module import ReviewedModule

KINDS = {"enabled": "enable_root_access", "locked": "lock_root_users", "recoverable": "recover_root_user"}


class ActionModule(ReviewedModule):
    """Runs the module's logic, and shows the objects that it changes."""

    MODULE = MODULE
    HOW = frozenset({"workers", "batch"})

    def kind(self, options: Mapping[str, t.Any]) -> str:
        return KINDS.get(str(options.get("state") or ""), "")

    def rest(self, control: ChangeControl) -> dict[str, t.Any]:
        """A plan holds one batch: what it does not lock is for another plan."""
        accounts = control.planned(ROOT_USER)
        return {"batch": sorted(accounts)} if accounts else {}

    def run_module(self, module: t.Any, args: Mapping[str, t.Any], task_vars: dict[str, t.Any], **how: t.Any) -> Result:
        result = super().run_module(module, args, task_vars, **how)
        if result.get("objects"):
            items = Plan([Item(**each) for each in result["objects"]])
            result["lines"] = [*item_lines.lines(items, result["check_mode"]), *result["lines"]]
        return result

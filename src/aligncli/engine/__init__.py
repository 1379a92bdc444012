"""Runs rules over a workspace and turns their findings into diagnostics: the only place that selects,
drops what follows from something broken, decides severities, suppresses, locates and sorts."""

from aligncli.engine.before import Before, Verdict
from aligncli.engine.report import Place, Report, Silenced, Since, Summary
from aligncli.engine.run import RuleCrash, Task, before, run
from aligncli.engine.select import Selection, Setting, chosen, codes_of, instead, settings

__all__ = [
    "Before",
    "Place",
    "Report",
    "RuleCrash",
    "Selection",
    "Setting",
    "Silenced",
    "Since",
    "Summary",
    "Task",
    "Verdict",
    "before",
    "chosen",
    "codes_of",
    "instead",
    "run",
    "settings",
]

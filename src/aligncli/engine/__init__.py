"""Runs rules over a workspace and turns their findings into diagnostics: the only place that selects,
drops what follows from something broken, decides severities, suppresses, locates and sorts."""

from aligncli.engine.run import Place, Report, RuleCrash, Silenced, Since, Summary, Verdict, run
from aligncli.engine.select import Selection, Setting, chosen, codes_of, instead, settings

__all__ = [
    "Place",
    "Report",
    "RuleCrash",
    "Selection",
    "Setting",
    "Silenced",
    "Since",
    "Summary",
    "Verdict",
    "chosen",
    "codes_of",
    "instead",
    "run",
    "settings",
]

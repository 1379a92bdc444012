"""Runs rules over a workspace and turns their findings into diagnostics: the only place that selects,
drops what follows from something broken, decides severities, suppresses, locates and sorts."""

from aligncli.engine.run import Report, RuleCrash, Summary, Verdict, run
from aligncli.engine.select import Selection, Setting, chosen, codes_of, instead, settings

__all__ = [
    "Report",
    "RuleCrash",
    "Selection",
    "Setting",
    "Summary",
    "Verdict",
    "chosen",
    "codes_of",
    "instead",
    "run",
    "settings",
]

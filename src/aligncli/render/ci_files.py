"""What a repo of charters puts into its CI: workflows, a GitLab job, a hook. They run this very version of the tool."""

from __future__ import annotations

from collections.abc import Mapping

from aligncli import HOME, __version__

SYSTEMS = ("github", "gitlab", "none")
HOOK = "align-check"
CODEOWNERS = {"github": ".github/CODEOWNERS", "gitlab": ".gitlab/CODEOWNERS"}
"""Where a new one goes."""

_VERSION = f"v{__version__}"
_ACTION = f"{HOME.removeprefix('https://github.com/')}@{_VERSION}"
_CHECKOUT = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2"

WORKFLOW = f"""\
name: align
on:
  push:
    branches: [main, master]
  pull_request:
  merge_group:
permissions: {{}}
concurrency:
  group: align-${{{{ github.ref }}}}
  cancel-in-progress: true
jobs:
  check:
    runs-on: ubuntu-latest
    permissions:
      contents: read
    steps:
      - uses: {_CHECKOUT}
        with:
          persist-credentials: false
      - uses: {_ACTION}
"""

NIGHTLY = f"""\
# Waivers, suppressions, reviews and periods run out by the calendar. A pull request is not blocked by that;
# this run finds it, and keeps one issue open for as long as there is something to mend.
name: align nightly
on:
  schedule:
    - cron: "23 4 * * *"
  workflow_dispatch:
permissions: {{}}
concurrency:
  group: align-nightly
  cancel-in-progress: true
jobs:
  check:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      issues: write
    steps:
      - uses: {_CHECKOUT}
        with:
          persist-credentials: false
      - uses: {_ACTION}
        with:
          issue: true
"""

GITLAB = f"""\
align:
  image: python:3.13
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH # schedules too: waivers and periods run out by the calendar
  interruptible: true
  variables:
    GIT_DEPTH: "0" # what is new is told by comparing with where a merge request branched off
  script:
    - pip install --quiet --root-user-action ignore "git+{HOME}@{_VERSION}"
    # GitLab itself compares this report with the target branch's, and needs all of it.
    - align check --quiet --fail-on never --format gitlab --output gl-code-quality-report.json
    - since="${{CI_MERGE_REQUEST_TARGET_BRANCH_SHA:-${{CI_MERGE_REQUEST_DIFF_BASE_SHA:-}}}}"
    - align check ${{since:+--since "$since"}} --format full --output junit:align.junit.xml
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
      junit: align.junit.xml
"""

PRE_COMMIT = f"""\
repos:
  - repo: {HOME}
    rev: {_VERSION}
    hooks:
      - id: {HOOK}
"""


def ci_files(system: str) -> Mapping[str, str]:
    """The files of a CI system, by path from the git top level.

    Args:
        system: one of :data:`SYSTEMS`.
    """
    match system:
        case "github":
            return {".github/workflows/align.yml": WORKFLOW, ".github/workflows/align-nightly.yml": NIGHTLY}
        case "gitlab":
            return {".gitlab-ci.yml": GITLAB}
    return {}

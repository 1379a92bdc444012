"""What the CI system around a run wants to read, as far as its environment tells."""

from __future__ import annotations

import os
from typing import NamedTuple


class Ci(NamedTuple):
    """A CI system; the empty one where there is none."""

    native: str | None = None
    """The format of findings that it shows by itself."""
    summary: str | None = None
    """The file whose markdown it shows on the page of a run."""
    blob: str = ""
    """Where it shows the files of the revision that is checked, ending in ``/``."""


def find_ci() -> Ci:
    """The CI system around this run: GitHub Actions or GitLab CI, by the variables that they document."""
    given = os.environ.get
    if given("GITHUB_ACTIONS") == "true":
        server, repo, commit = given("GITHUB_SERVER_URL"), given("GITHUB_REPOSITORY"), given("GITHUB_SHA")
        blob = f"{server}/{repo}/blob/{commit}/" if server and repo and commit else ""
        return Ci("github", given("GITHUB_STEP_SUMMARY") or None, blob)
    if given("GITLAB_CI") == "true":
        project, commit = given("CI_PROJECT_URL"), given("CI_COMMIT_SHA")
        return Ci("gitlab", None, f"{project}/-/blob/{commit}/" if project and commit else "")
    return Ci()

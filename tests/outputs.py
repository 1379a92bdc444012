"""The published schemas of what align prints, as strict as a test has to be."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import jsonschema

from aligncli.io.resources import output_schema


def strict(schema: Any) -> Any:
    """A copy of a schema that refuses what it does not name.

    The published schemas leave that open, because fields and some values may come within a version; here a new one is
    forgotten in the schema.
    """
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return copy.copy(schema)
    result = {key: value if key == "examples" else strict(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "type" in schema:
        result["additionalProperties"] = False
    if schema.get("$comment") == "may grow":
        result["enum"] = schema["examples"]
    return result


@cache
def _validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        strict(output_schema(name)), format_checker=jsonschema.FormatChecker(["date"])
    )


def assert_output(name: str, document: Any) -> None:
    """That a document is what the schema of this name says, and nothing more."""
    wrong = [f"{error.json_path}: {error.message}" for error in _validator(name).iter_errors(document)]
    assert not wrong, "\n".join(wrong)

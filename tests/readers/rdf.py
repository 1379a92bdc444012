"""The Reviewdog Diagnostic Format as reviewdog reads it: its protocol buffer, with protojson's refusal of what it does
not know, and what the comments of the definition ask for besides."""

from __future__ import annotations

from typing import Any

import jsonschema

INT32 = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
POSITION = {
    "type": "object",
    "properties": {"line": INT32, "column": INT32},
    "required": ["line"],
    "additionalProperties": False,
}
RANGE = {
    "type": "object",
    "properties": {"start": POSITION, "end": POSITION},
    "required": ["start"],
    "additionalProperties": False,
}
LOCATION = {
    "type": "object",
    "properties": {"path": {"type": "string", "minLength": 1}, "range": RANGE},
    "required": ["path"],
    "additionalProperties": False,
}
SOURCE = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "url": {"type": "string", "pattern": "^https://"}},
    "required": ["name"],
    "additionalProperties": False,
}
SEVERITY = {"enum": ["UNKNOWN_SEVERITY", "ERROR", "WARNING", "INFO"]}
DIAGNOSTIC = {
    "type": "object",
    "properties": {
        "message": {"type": "string", "minLength": 1},
        "location": LOCATION,
        "severity": SEVERITY,
        "source": SOURCE,
        "code": {
            "type": "object",
            "properties": {"value": {"type": "string"}, "url": {"type": "string", "pattern": "^https://"}},
            "required": ["value"],
            "additionalProperties": False,
        },
        "suggestions": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"range": RANGE, "text": {"type": "string"}},
                "required": ["range", "text"],
                "additionalProperties": False,
            },
        },
        "original_output": {"type": "string"},
        "related_locations": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"message": {"type": "string"}, "location": LOCATION},
                "required": ["location"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["message", "location"],
    "additionalProperties": False,
}
RESULT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "diagnostics": {"type": "array", "items": DIAGNOSTIC},
        "source": SOURCE,
        "severity": SEVERITY,
    },
    "required": ["diagnostics"],
    "additionalProperties": False,
}


def refusals(document: Any) -> list[str]:
    """Why reviewdog would not read a document; nothing where it would."""
    validator = jsonschema.Draft202012Validator(RESULT)
    said = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
    return said + [f"no UTF-8: {text!r}" for text in _texts(document) if not _is_utf_8(text)]


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in _texts(part)]


def _is_utf_8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

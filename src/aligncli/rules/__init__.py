"""The rules, one module per family, and the table of all of them."""

from __future__ import annotations

from aligncli.rules import documents, fields, guardrails, names, traceability, wording
from aligncli.rules.base import Rule

RULES: tuple[Rule, ...] = (
    documents.unreadable_document,
    documents.invalid_frontmatter,
    documents.invalid_yaml,
    documents.duplicate_key,
    documents.unknown_kind,
    documents.undeclared_document,
    documents.yaml_trap,
    fields.missing_field,
    fields.unknown_field,
    fields.wrong_type,
    fields.invalid_value,
    names.duplicate_id,
    names.unknown_reference,
    names.wrong_kind_of_reference,
    names.circular_support,
    names.former_name,
    names.retired_reference,
    names.misplaced_document,
    names.missing_team_api,
    names.broken_link,
    names.placeholder_left,
    names.no_org,
    traceability.untraced_goal,
    traceability.period_mismatch,
    traceability.unsupported_outcome,
    traceability.team_without_goals,
    wording.duplicate_goal,
    traceability.outcome_without_owner,
    wording.passed_through_goal,
    guardrails.missing_guardrail,
    guardrails.missing_evidence,
    guardrails.expired_waiver,
    guardrails.needless_waiver,
    guardrails.guardrail_without_why,
    guardrails.unused_guardrail,
    guardrails.unknown_scope,
    wording.output_as_goal,
)

"""Data against JSON Schemas: ours, and on top of them an organisation's own."""

from aligncli.schema.gate import Pruned, SchemaProblem, Schemas, prune

__all__ = ["Pruned", "SchemaProblem", "Schemas", "prune"]

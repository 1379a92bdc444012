"""From documents to one linked whole: loading, namespaces, the linker, and the workspace that rules read."""

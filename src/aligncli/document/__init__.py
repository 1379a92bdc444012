"""From text to data and back to places: fences, the YAML core schema, positions, and links in the prose."""

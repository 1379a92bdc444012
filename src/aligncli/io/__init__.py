"""The world: files, the terminal, the clock, the shipped schemas. Nothing below this package touches any of it."""

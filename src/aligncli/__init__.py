"""align: a linter and linker for the charters of an organisation that wants aligned autonomy."""

__version__ = "0.1.0"

HOME = "https://github.com/aligncli/align"
"""Where the source is, and with it the action, the hooks and the pages of the rules."""

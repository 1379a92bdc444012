"""align: a linter and linker for the charters of an organisation that wants aligned autonomy."""

__version__ = "0.1.0"

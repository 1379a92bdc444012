"""Runs the command line as ``python -m aligncli``."""

from aligncli.cli import main

if __name__ == "__main__":
    main()

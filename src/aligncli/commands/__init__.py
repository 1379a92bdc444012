"""One module per command: it reads the repo, asks the core, picks a renderer, and gives an exit status."""

"""From a result to a string, one module per format; nothing here reads, writes or decides."""

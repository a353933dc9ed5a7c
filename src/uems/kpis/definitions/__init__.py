"""Which metrics are there? One module each; a new one is a new file."""

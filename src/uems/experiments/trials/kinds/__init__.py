"""Which kinds of metrics can an experiment have? One module each; a new one is a new file."""

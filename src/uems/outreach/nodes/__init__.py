"""What can a step of a flow do? One module each; a new one is a new file."""

"""Which flows come ready made? One module each; a new one is a new file."""

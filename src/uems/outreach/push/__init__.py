"""Web push: which browsers asked for it, and how a note is sealed for one of them alone."""

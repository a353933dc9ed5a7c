"""Which maps are there to begin with? One file a template, filled in from the workspace's own events."""

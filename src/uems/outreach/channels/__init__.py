"""Which ways are there to reach somebody? One file each, found by the registry."""

"""Which ready-made ways are there to tell people apart? One file each; see ``profiles.tags.registry``."""

"""How do people move? Reports over events, one file each, all asked and answered in one way."""

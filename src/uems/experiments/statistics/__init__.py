"""How are arms compared? Pure functions on sufficient statistics; each file names its source."""

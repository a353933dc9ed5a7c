"""The models that come ready to use, one file each."""

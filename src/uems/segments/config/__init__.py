"""Segments, tags and the tracking plan as documents: what is there, what a document would change, and the change itself."""

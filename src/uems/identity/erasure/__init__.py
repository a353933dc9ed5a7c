"""Erasure of a person: what is asked for, what stays known of it as a hash, and the job that carries it out."""

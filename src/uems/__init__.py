"""UEMS: one self-hosted system that turns users from passive traffic into people who stay, buy again and bring others."""

__version__ = "0.1.0"

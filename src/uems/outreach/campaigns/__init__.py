"""Campaigns: one message to many, once or again and again, held, watched and measured."""

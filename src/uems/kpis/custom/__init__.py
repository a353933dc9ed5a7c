"""Which metrics does a workspace make itself, by a formula over events and other metrics?"""

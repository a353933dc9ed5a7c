"""Which experiments are there, how were they designed, and what did they show?"""

"""Are maps drawn, kept and measured as they say?"""

"""Which numbers does a team look at together, who may see them by a link, and to whom are they sent as a paper?"""

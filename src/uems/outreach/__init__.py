"""What do we say to whom, when, and through which channel?"""

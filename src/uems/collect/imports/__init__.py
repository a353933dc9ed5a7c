"""How do files and sources become events, exactly once, however often the work is interrupted?"""

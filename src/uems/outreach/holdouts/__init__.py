"""Who is never written to, so that everything we do, or a programme of it, can be measured?"""

"""Which reports has a workspace kept, to be asked again under a name?"""

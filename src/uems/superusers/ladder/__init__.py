"""How far has each person come, from stranger to super user, what is their next step, and whom do we invite?"""

"""What do the people of the demo's shop say, suggest and bring each other to, and whom does the shop invite?"""

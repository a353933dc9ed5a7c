"""How long do people stay, what makes them leave, and when does it pay to act? Without events, stores or HTTP."""

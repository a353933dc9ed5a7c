"""Where does this room keep its state? In the tables of its parts."""

import uems.superusers.referrals.tables  # noqa: F401  so that they are declared

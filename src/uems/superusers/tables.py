"""Where does this room keep its state? In the tables of its parts."""

import uems.superusers.cocreation.tables
import uems.superusers.ladder.tables
import uems.superusers.referrals.tables
import uems.superusers.ties.tables  # noqa: F401  so that they are declared

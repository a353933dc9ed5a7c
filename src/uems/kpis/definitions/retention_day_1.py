"""Who is there again on day 1?"""

from uems.kpis.definitions._retention import retention

ITEM = retention(1, "次日留存", "Day-1 retention")

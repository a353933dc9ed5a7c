"""Who is there again on day 7?"""

from uems.kpis.definitions._retention import retention

ITEM = retention(7, "七日留存", "Day-7 retention")

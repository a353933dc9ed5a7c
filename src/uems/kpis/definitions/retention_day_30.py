"""Who is there again on day 30?"""

from uems.kpis.definitions._retention import retention

ITEM = retention(30, "三十日留存", "Day-30 retention")

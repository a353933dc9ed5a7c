"""Which tables of the warehouse does this room have? The tree of word of mouth, made anew as a whole, in the order in which it is read."""

from uems.kernel.schema import Column, Migration, TableDef

_TIME = "Nullable(DateTime64(3, 'UTC'))"

REFERRAL_TREE = TableDef(
    name="referral_tree",
    columns=(
        Column(name="workspace_id", type="UInt32"),
        # Which making; the one that counts stands in the store.
        Column(name="made", type="UInt64", codec="Delta, ZSTD(1)"),
        # Who brought them; 0 for whom nobody did.
        Column(name="inviter", type="UInt64", codec="Delta, ZSTD(1)"),
        # Among those whom the same person brought, those with most below first.
        Column(name="rank", type="UInt32", codec="Delta, ZSTD(1)"),
        Column(name="person_id", type="UInt64", codec="ZSTD(1)"),
        # "programme", "invited" or "shared"; "" for whom nobody brought.
        Column(name="via", type="LowCardinality(String)"),
        Column(name="brought_at", type=_TIME, codec="ZSTD(1)"),
        Column(name="depth", type="UInt32", codec="ZSTD(1)"),
        # The people below are those with enter < their enter < leave.
        Column(name="enter", type="UInt64", codec="ZSTD(1)"),
        Column(name="leave", type="UInt64", codec="ZSTD(1)"),
        Column(name="direct", type="UInt32", codec="ZSTD(1)"),
        Column(name="below", type="UInt32", codec="ZSTD(1)"),
        Column(name="paying_below", type="UInt32", codec="ZSTD(1)"),
        Column(name="value_minor", type="Int64", codec="ZSTD(1)"),
        Column(name="value_below_minor", type="Int64", codec="ZSTD(1)"),
        Column(name="credit_minor", type="Int64", codec="ZSTD(1)"),
        Column(name="exposed_at", type=_TIME, codec="ZSTD(1)"),
        Column(name="signed_at", type=_TIME, codec="ZSTD(1)"),
        Column(name="paid_at", type=_TIME, codec="ZSTD(1)"),
    ),
    order_by="workspace_id, made, inviter, rank",
    shard_by="cityHash64(workspace_id, person_id)",
)

MIGRATIONS = (Migration(number=51, room="superusers", name="referral tree", steps=(REFERRAL_TREE,)),)

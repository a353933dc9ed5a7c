"""Where is it kept which programmes there are, whose code brought whom, what was promised for it, and what is still to be told?"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from uems.kernel.store import BigId, Json, UtcDateTime, metadata

referral_programmes = Table(
    "referral_programmes",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("key", String(64), primary_key=True),
    # "draft", "on", "paused" or "ended".
    Column("state", String(10), nullable=False),
    # The one that counts; what it says stands in ``referral_programme_versions``.
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(300), nullable=False),
)

referral_programme_versions = Table(
    "referral_programme_versions",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("key", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("spec", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(300), nullable=False),
)

# A code is of one person in one programme; person_id: the number that they had when it was issued.
referral_codes = Table(
    "referral_codes",
    metadata,
    Column("code", String(16), primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("key", String(64), nullable=False),
    Column("person_id", BigId, nullable=False),
    # Keyed hashes of what the holder shares with nobody: device, address, mailbox.
    Column("marks", Json, nullable=False),
    Column("active", Boolean, nullable=False),
    # How often its link was opened, machines that only look ahead left out.
    Column("opened", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(300), nullable=False),
    Index("uq_referral_codes_person", "workspace_id", "key", "person_id", unique=True),
)

# Openings of links by somebody who is not known yet; each can become the beginning of one referral. Kept for 90 days.
referral_clicks = Table(
    "referral_clicks",
    metadata,
    Column("click_id", String(32), primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("code", String(16), nullable=False),
    # A keyed hash of the address that it came from.
    Column("source", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_referral_clicks_source", "workspace_id", "code", "source", "at"),
    Index("ix_referral_clicks_at", "at"),
)

# Somebody who came by a code; one row a person, whatever they redeem. inviter_id, person_id: the numbers that they had then.
referrals = Table(
    "referrals",
    metadata,
    Column("referral_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("key", String(64), nullable=False),
    Column("code", String(16), nullable=False),
    Column("inviter_id", BigId, nullable=False),
    Column("person_id", BigId, nullable=False),
    # "joined", "qualified", "rewarded" or "refused".
    Column("state", String(10), nullable=False),
    # Why it was refused; "" where it was not.
    Column("reason", String(30), nullable=False),
    # What looks alike in both, where the programme wants to be told and not to refuse.
    Column("flags", Json, nullable=False),
    # Keyed hashes of device, address and mailbox, by which two people are found to be one.
    Column("marks", Json, nullable=False),
    Column("exposed_at", UtcDateTime),
    Column("joined_at", UtcDateTime, nullable=False),
    Column("ordered_at", UtcDateTime),
    Column("order_minor", BigInteger, nullable=False),
    Column("due_at", UtcDateTime),
    Column("settled_at", UtcDateTime),
    # When it was last looked at what they bought.
    Column("looked_at", UtcDateTime),
    Index("uq_referrals_person", "workspace_id", "person_id", unique=True),
    Index("ix_referrals_inviter", "workspace_id", "inviter_id"),
    Index("ix_referrals_state", "workspace_id", "state", "looked_at"),
)

# Who redeemed a code before any event of theirs had come in; taken up when one has.
referral_waiting = Table(
    "referral_waiting",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("user_kind", String(50), primary_key=True),
    Column("user_value", String(500), primary_key=True),
    Column("code", String(16), nullable=False),
    Column("click_id", String(32), nullable=False),
    Column("marks", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

referral_rewards = Table(
    "referral_rewards",
    metadata,
    Column("reward_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("referral_id", BigId, nullable=False),
    # "inviter" or "invitee".
    Column("side", String(10), nullable=False),
    Column("person_id", BigId, nullable=False),
    # "words", "points" or "coupon".
    Column("kind", String(10), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    # "due", "paid", "taken_back", "cancelled" or "capped".
    Column("state", String(12), nullable=False),
    # When the order was paid back after the reward had become due.
    Column("refunded_at", UtcDateTime),
    Column("due_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("uq_referral_rewards_side", "workspace_id", "referral_id", "side", unique=True),
    Index("ix_referral_rewards_state", "workspace_id", "state", "reward_id"),
    Index("ix_referral_rewards_person", "workspace_id", "person_id"),
)

# Every state that a reward was ever in; the key allows each of them once.
referral_reward_steps = Table(
    "referral_reward_steps",
    metadata,
    Column("reward_id", BigId, primary_key=True, autoincrement=False),
    Column("state", String(12), primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("note", String(500), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(300), nullable=False),
)

# What the event log does not have yet.
referral_news = Table(
    "referral_news",
    metadata,
    Column("news_id", BigId, primary_key=True),
    Column("workspace_id", BigId, nullable=False),
    Column("person_id", BigId, nullable=False),
    Column("event", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("properties", Json, nullable=False),
)

referral_settings = Table(
    "referral_settings",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("spec", Json, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("saved_by", String(300), nullable=False),
)

# Which making of the tree counts, and what it came to.
referral_trees = Table(
    "referral_trees",
    metadata,
    Column("workspace_id", BigId, primary_key=True, autoincrement=False),
    Column("made", BigInteger, nullable=False),
    # From what it was made: when that is another, it is made anew.
    Column("mark", String(64), nullable=False),
    Column("facts", Json, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)

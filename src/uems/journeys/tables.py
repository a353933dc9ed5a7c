"""What must the journeys room remember? How far the sessions follow the events and the changes of person."""

from sqlalchemy import BigInteger, Column, String, Table

from uems.kernel.store import metadata

journey_marks = Table(
    "journey_marks",
    metadata,
    # "receipts:<log partition>": an offset of the log; "changes:<workspace>": a version of the changes of person.
    Column("name", String(60), primary_key=True),
    # Everything up to and including this is in the sessions.
    Column("value", BigInteger, nullable=False),
)

"""Queued mail, and people's mail preferences.

A mail holds no address: it is read when the mail is sent, so that nothing goes to a person erased meanwhile.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text

from rewards.store.schema.base import Key, flag, instant, naming, of_organisation, of_person, row_id, table

mail = table(
    "mail",
    row_id(),
    of_organisation(),
    of_person(merge="moves", erasure="dropped"),
    Column("kind", String(32), nullable=False),
    Column("data", Text, nullable=False),
    Column("key", String(128), nullable=True),
    Column("message_id", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    instant("next_us"),
    instant("expires_us"),
    instant("created_us"),
    instant("tried_us", nullable=True),
    instant("sent_us", nullable=True),
    Column("answer", Text, nullable=False),
    UniqueConstraint("organisation_id", "key"),
    UniqueConstraint("message_id"),
    Index(
        "ix_mail_due",
        "rank",
        "next_us",
        "id",
        sqlite_where=text("status = 'waiting'"),
        postgresql_where=text("status = 'waiting'"),
    ),
    Index("ix_mail_status", "organisation_id", "status", "id"),
    Index("ix_mail_person", "person_id"),
    Index("ix_mail_tried", "tried_us"),
)

announcement = table(
    "announcement",
    row_id(),
    of_organisation(),
    Column("kind", String(32), nullable=False),
    Column("key", String(64), nullable=False),
    # Bodies of the mails by language.
    Column("data", Text, nullable=False),
    flag("enrolled_only"),
    instant("created_us"),
    # The last recipient whose mail is queued, by internal id.
    Column("told_until", Key, nullable=False),
    UniqueConstraint("organisation_id", "key"),
)

mail_choice = table(
    "mail_choice",
    naming(Column("person_id", Key, ForeignKey("person.id"), primary_key=True), "joins", "dropped"),
    of_organisation(),
    Column("digest", String(8), nullable=False),
    Column("weekday", Integer, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("quiet_from", Integer, nullable=False),
    Column("quiet_until", Integer, nullable=False),
    flag("notices"),
    instant("next_us", nullable=True),
    instant("last_us", nullable=True),
    Index("ix_mail_choice_due", "next_us"),
)

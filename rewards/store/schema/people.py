"""Tables of organisations and people: identities, memberships, absences, enrolment."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)

from rewards.store.schema.base import (
    Key,
    flag,
    folded,
    instant,
    naming,
    of_organisation,
    of_person,
    row_id,
    table,
)

organisation = table(
    "organisation",
    Column("organisation_id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("salt", String(64), nullable=False),
    instant("closed_until_us", nullable=True),
    Column("schemes_token", String(32), nullable=False, server_default=""),
    Column("languages", Text, nullable=False, server_default="en"),
    Column("networks", Text, nullable=False, server_default="{}"),
    flag("enrolled_only"),
    flag("gated"),
    Column("rehearsal_days", Integer, nullable=False, server_default="30"),
    Column("notice_hours", Integer, nullable=False, server_default="24"),
    instant("created_at_us"),
)

person = table(
    "person",
    row_id(),
    of_organisation(),
    Column("segment", String(128), nullable=False),
    Column("team", String(128), nullable=False),
    Column("timezone", String(64), nullable=False),
    flag("zone_flagged"),
    Column("contacts", Integer, nullable=False),
    Column("locale", String(16), nullable=False),
    Column("role", String(64), nullable=False),
    Column("desk", String(16), nullable=False),
    Column("hours_share_ppm", Integer, nullable=False),
    Column("joined_date", Integer, nullable=True),
    naming(Column("manager_id", Key, nullable=True), "moves", "blanked"),
    Column("status", String(16), nullable=False),
    flag("opted_out"),
    flag("has_history"),
    flag("hidden"),
    Column("pseudonym", String(64), nullable=False),
    naming(Column("merged_into", Key, nullable=True), "moves", "number"),
    instant("inactive_since_us", nullable=True),
    Column("standing", String(16), nullable=False, server_default=""),
    instant("standing_us", nullable=True),
    instant("created_at_us"),
    Index("ix_person_team", "organisation_id", "team", "standing", "status", "segment"),
    Index("ix_person_segment", "organisation_id", "segment", "standing", "status"),
    Index("ix_person_status", "organisation_id", "status"),
    Index("ix_person_groups", "organisation_id", "status", "segment", "team", "standing"),
    Index(
        "ix_person_hidden", "organisation_id", sqlite_where=text("hidden"), postgresql_where=text("hidden")
    ),
    Index(
        "ix_person_merged",
        "merged_into",
        sqlite_where=text("merged_into IS NOT NULL"),
        postgresql_where=text("merged_into IS NOT NULL"),
    ),
)

person_identity = table(
    "person_identity",
    naming(Column("person_id", Key, ForeignKey("person.id"), primary_key=True), "joins", "dropped"),
    of_organisation(),
    Column("external_id", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=True),
    Column("sort_name", folded(200), nullable=False, server_default=""),
    UniqueConstraint("organisation_id", "external_id"),
    Index("ix_person_identity_sort", "organisation_id", "sort_name", "person_id"),
)

person_word = table(
    "person_word",
    of_organisation(),
    Column("kind", SmallInteger, nullable=False),
    Column("word", folded(32), nullable=False),
    of_person(merge="joins", erasure="dropped"),
    PrimaryKeyConstraint("organisation_id", "kind", "word", "person_id"),
    Index("ix_person_word_person", "person_id", "word", "kind"),
)

person_alias = table(
    "person_alias",
    of_organisation(),
    Column("external_id", String(64), nullable=False),
    of_person(merge="moves", erasure="dropped"),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=True),
    PrimaryKeyConstraint("organisation_id", "external_id"),
    Index("ix_person_alias_person", "person_id"),
)

membership = table(
    "membership",
    row_id(),
    of_organisation(),
    of_person(merge="stays", erasure="number"),
    instant("from_us"),
    Column("segment", String(128), nullable=False),
    Column("team", String(128), nullable=False),
    flag("ahead"),
    UniqueConstraint("person_id", "from_us"),
    Index(
        "ix_membership_ahead",
        "organisation_id",
        "from_us",
        sqlite_where=text("ahead"),
        postgresql_where=text("ahead"),
    ),
)

zone_change = table(
    "zone_change",
    row_id(),
    of_organisation(),
    of_person(merge="stays", erasure="number"),
    instant("from_us"),
    Column("zone", String(64), nullable=False),
    Column("floor_date", Integer, nullable=False),
    UniqueConstraint("person_id", "from_us"),
)

leave = table(
    "leave",
    row_id(),
    of_organisation(),
    of_person(merge="moves", erasure="number"),
    Column("first_date", Integer, nullable=False),
    Column("last_date", Integer, nullable=False),
    CheckConstraint("last_date >= first_date", name="ordered"),
    Index("ix_leave_person", "person_id"),
)

absence = table(
    "absence",
    row_id(),
    of_organisation(),
    of_person(merge="stays", erasure="number"),
    instant("from_us"),
    instant("until_us"),
    CheckConstraint("until_us >= from_us", name="ordered"),
    Index("ix_absence_person", "person_id"),
)

enrolment = table(
    "enrolment",
    row_id(),
    of_organisation(),
    of_person(merge="stays", erasure="number"),
    instant("from_us"),
    Column("standing", String(16), nullable=False),
    UniqueConstraint("person_id", "from_us"),
)

person_link = table(
    "person_link",
    of_organisation(),
    of_person("low_id", merge="joins", erasure="dropped"),
    of_person("high_id", merge="joins", erasure="dropped"),
    instant("created_at_us"),
    PrimaryKeyConstraint("organisation_id", "low_id", "high_id"),
)

people_upload = table(
    "people_upload",
    Column("id", String(32), primary_key=True),
    of_organisation(),
    of_person("actor_id", merge="moves", erasure="dropped"),
    Column("name", String(200), nullable=False),
    Column("sheet", LargeBinary, nullable=False),
    Column("digest", String(64), nullable=False),
    instant("created_at_us"),
    # A worker's preview of the file; its names are erased like those of every text.
    Column("looked", Text, nullable=True),
    Index("ix_people_upload_created", "created_at_us"),
)

"""Adds search words and sort keys of people, future memberships, uploaded people files, and indexes of the audit log."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from rewards.words import folded, words_of

revision = "0027"
down_revision: str | None = "0026"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHUNK = 1000


def text_of(length: int) -> Any:
    return sa.String(length=length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("person_identity", sa.Column("sort_name", text_of(200), nullable=False, server_default=""))
    op.add_column(
        "membership", sa.Column("ahead", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.create_table(
        "person_word",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("word", text_of(32), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_person_word_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_word_person_id")),
        sa.PrimaryKeyConstraint("organisation_id", "kind", "word", "person_id", name=op.f("pk_person_word")),
    )
    op.create_table(
        "people_upload",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("actor_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sheet", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_people_upload_organisation_id"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_people_upload_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_upload")),
    )
    _fill()
    op.create_index("ix_person_word_person", "person_word", ["person_id", "word", "kind"])
    op.create_index("ix_people_upload_created", "people_upload", ["created_at_us"])
    op.create_index(
        "ix_person_identity_sort", "person_identity", ["organisation_id", "sort_name", "person_id"]
    )
    op.create_index("ix_person_segment", "person", ["organisation_id", "segment"])
    op.create_index("ix_person_status", "person", ["organisation_id", "status"])
    op.create_index("ix_account_roles", "account", ["organisation_id", "roles", "person_id"])
    ahead = sa.text("ahead")
    op.create_index(
        "ix_membership_ahead", "membership", ["organisation_id", "from_us"], sqlite_where=ahead, postgresql_where=ahead
    )  # fmt: skip
    op.create_index("ix_audit_recorded", "audit", ["organisation_id", "recorded_us"])
    for column in ("subject", "actor", "action"):
        op.create_index(f"ix_audit_{column}", "audit", ["organisation_id", column, "recorded_us"])


def _fill() -> None:
    """Fill in the search words and sort keys of all people."""
    connection = op.get_bind()
    known = connection.execute(
        sa.text(
            "SELECT i.organisation_id, i.person_id, i.external_id, i.name, i.email, p.segment, p.team "
            "FROM person_identity i JOIN person p ON p.id = i.person_id ORDER BY i.person_id"
        )
    ).all()
    former: dict[int, list[str]] = {}
    for person_id, external_id in connection.execute(
        sa.text("SELECT person_id, external_id FROM person_alias")
    ):
        former.setdefault(person_id, []).append(external_id)
    for start in range(0, len(known), CHUNK):
        names, words = [], []
        for row in known[start : start + CHUNK]:
            names.append({"id": row.person_id, "sorted": folded(row.name)[:200]})
            of_name = words_of([row.name])
            address = (row.email or "").partition("@")[0]
            ids = [row.external_id, *former.get(row.person_id, ())]
            others = words_of([*ids, address, row.segment, row.team]) - of_name
            for kind, found in ((0, of_name), (1, others)):
                words += [
                    {"o": row.organisation_id, "k": kind, "w": word, "p": row.person_id}
                    for word in sorted(found)
                ]
        connection.execute(
            sa.text("UPDATE person_identity SET sort_name = :sorted WHERE person_id = :id"), names
        )
        connection.execute(
            sa.text(
                "INSERT INTO person_word (organisation_id, kind, word, person_id) VALUES (:o, :k, :w, :p)"
            ),
            words,
        )

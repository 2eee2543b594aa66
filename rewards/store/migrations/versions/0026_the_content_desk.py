"""Creates the tables of the content desk, and adds text variants offered to sharers and notices of recalls."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision: str | None = "0025"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _suggestion()
    _content_draft()
    _content_decision()
    op.create_table(
        "content_policy",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_us", sa.BigInteger(), nullable=False),
        _organisation("content_policy"),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_content_policy")),
    )
    op.add_column("content_item", sa.Column("recall_notice", sa.Text(), nullable=True))
    op.add_column("share_link", sa.Column("variant", sa.Integer(), nullable=True))
    op.add_column("share_link", sa.Column("sketch", sa.String(length=1200), nullable=True))
    op.add_column("share_link", sa.Column("recall_seen_us", sa.BigInteger(), nullable=True))
    op.create_index("ix_share_link_item", "share_link", ["organisation_id", "item"])
    _keep_channel_rules()


def _keep_channel_rules() -> None:
    """Mark stored schemes so that they keep their own channel rules: networks' rules are not added to them retroactively."""
    connection = op.get_bind()
    for table, keys in (("scheme_version", ("organisation_id", "version")), ("scheme_draft", ("id",))):
        there = sa.table(table, *(sa.column(key) for key in keys), sa.column("document"))
        for row in connection.execute(sa.select(there)).all():
            document = json.loads(row.document)
            if "channel_rules" in document:
                continue
            # The same canonical text as in a document written with this field from the start.
            text = json.dumps(document | {"channel_rules": "listed"}, ensure_ascii=False)
            here = sa.and_(*(there.c[key] == getattr(row, key) for key in keys))
            connection.execute(sa.update(there).where(here).values(document=text))


def _organisation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id"], ["organisation.organisation_id"], name=op.f(f"fk_{table}_organisation_id")
    )


def _suggestion() -> None:
    op.create_table(
        "suggestion",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("item", sa.String(length=64), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("opened_us", sa.BigInteger(), nullable=False),
        sa.Column("decided_us", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("became", sa.String(length=64), nullable=True),
        _organisation("suggestion"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_suggestion_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
    )
    op.create_index("ix_suggestion_status", "suggestion", ["organisation_id", "status", "id"])
    op.create_index("ix_suggestion_person", "suggestion", ["person_id"])


def _content_draft() -> None:
    op.create_table(
        "content_draft",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_us", sa.BigInteger(), nullable=False),
        sa.Column("suggestion_id", KEY, nullable=True),
        _organisation("content_draft"),
        sa.ForeignKeyConstraint(
            ["suggestion_id"], ["suggestion.id"], name=op.f("fk_content_draft_suggestion_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "item", name=op.f("pk_content_draft")),
    )


def _content_decision() -> None:
    op.create_table(
        "content_decision",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_us", sa.BigInteger(), nullable=False),
        _organisation("content_decision"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_decision")),
    )
    op.create_index("ix_content_decision_item", "content_decision", ["organisation_id", "item", "id"])

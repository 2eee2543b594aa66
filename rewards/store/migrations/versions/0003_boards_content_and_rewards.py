"""Creates the tables of boards, content and rewards."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _board_bucket()
    _content_item()
    _result()
    _reward_stock()
    _team_day()
    _board_score()
    _kudos()
    _person_day()
    _share_link()
    _click()
    _claim()


def _board_bucket() -> None:
    op.create_table(
        "board_bucket",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("window", sa.String(length=16), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_board_bucket_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "window", "bucket", name=op.f("pk_board_bucket")),
    )


def _content_item() -> None:
    op.create_table(
        "content_item",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("published_us", sa.BigInteger(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=True),
        sa.Column("recalled_us", sa.BigInteger(), nullable=True),
        sa.Column("recall_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_content_item_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "item", name=op.f("pk_content_item")),
    )


def _result() -> None:
    op.create_table(
        "result",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("saved_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_result_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result")),
    )
    with op.batch_alter_table("result", schema=None) as batch_op:
        batch_op.create_index("ix_result_kind", ["organisation_id", "kind", "id"], unique=False)


def _reward_stock() -> None:
    op.create_table(
        "reward_stock",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("reward", sa.String(length=128), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_reward_stock_not_oversold")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.organisation_id"],
            name=op.f("fk_reward_stock_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "reward", name=op.f("pk_reward_stock")),
    )


def _team_day() -> None:
    op.create_table(
        "team_day",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("team", sa.String(length=128), nullable=False),
        sa.Column("board_date", sa.Integer(), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_team_day_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "team", "board_date", name=op.f("pk_team_day")),
    )


def _board_score() -> None:
    op.create_table(
        "board_score",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("window", sa.String(length=16), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("visible", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_board_score_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_board_score_person_id")),
        sa.PrimaryKeyConstraint("organisation_id", "window", "person_id", name=op.f("pk_board_score")),
    )
    with op.batch_alter_table("board_score", schema=None) as batch_op:
        batch_op.create_index(
            "ix_board_score_rank",
            ["organisation_id", "window", "visible", "score", "person_id"],
            unique=False,
        )


def _kudos() -> None:
    op.create_table(
        "kudos",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("giver_id", KEY, nullable=False),
        sa.Column("receiver_id", KEY, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("dedupe", sa.String(length=160), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("given_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["giver_id"], ["person.id"], name=op.f("fk_kudos_giver_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_kudos_organisation_id")
        ),
        sa.ForeignKeyConstraint(["receiver_id"], ["person.id"], name=op.f("fk_kudos_receiver_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kudos")),
        sa.UniqueConstraint("organisation_id", "dedupe", name=op.f("uq_kudos_organisation_id_dedupe")),
    )
    with op.batch_alter_table("kudos", schema=None) as batch_op:
        batch_op.create_index("ix_kudos_giver", ["giver_id", "given_us"], unique=False)
        batch_op.create_index("ix_kudos_receiver", ["receiver_id", "given_us"], unique=False)


def _person_day() -> None:
    op.create_table(
        "person_day",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("local_date", sa.Integer(), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_person_day_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_day_person_id")),
        sa.PrimaryKeyConstraint("organisation_id", "person_id", "local_date", name=op.f("pk_person_day")),
    )


def _share_link() -> None:
    op.create_table(
        "share_link",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("raw_clicks", sa.Integer(), nullable=False),
        sa.Column("counted_clicks", sa.Integer(), nullable=False),
        sa.Column("created_at_us", sa.BigInteger(), nullable=False),
        sa.Column("declared_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_share_link_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_share_link_person_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_share_link")),
        sa.UniqueConstraint(
            "organisation_id",
            "person_id",
            "item",
            "channel",
            name=op.f("uq_share_link_organisation_id_person_id_item_channel"),
        ),
    )


def _click() -> None:
    op.create_table(
        "click",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("visitor_hash", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("clicked_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["share_link.code"], name=op.f("fk_click_code")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_click_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_click")),
        sa.UniqueConstraint("code", "visitor_hash", name=op.f("uq_click_code_visitor_hash")),
    )


def _claim() -> None:
    op.create_table(
        "claim",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("reward", sa.String(length=128), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("journal_id", KEY, nullable=False),
        sa.Column("dedupe", sa.String(length=160), nullable=False),
        sa.Column("claimed_us", sa.BigInteger(), nullable=False),
        sa.Column("decided_us", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_claim_journal_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.organisation_id"], name=op.f("fk_claim_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_claim_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("organisation_id", "dedupe", name=op.f("uq_claim_organisation_id_dedupe")),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index("ix_claim_person", ["person_id"], unique=False)

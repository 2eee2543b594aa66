"""The tables. One declaration for SQLite and PostgreSQL; every table carries its organisation.

Units: instants are int64 microseconds since 1970 UTC (`*_us`), dates are proleptic ordinals (`date.toordinal`),
amounts are int64 millipoints. JSON is stored as canonical text, so that a rebuild compares byte for byte.
Names and addresses live in `person_identity` alone: dropping that row is what erasure means.
"""

from rewards.store.schema.access import access_link, account, api_token, session_token, setup_link
from rewards.store.schema.awards import award_round, highlight_round, nomination
from rewards.store.schema.base import metadata
from rewards.store.schema.boards import balance, board_bucket, board_score, person_badge, person_day, team_day
from rewards.store.schema.content import (
    content_decision,
    content_draft,
    content_policy,
    set_aside,
    suggestion,
)
from rewards.store.schema.desk import audit, outbox, result, review
from rewards.store.schema.drafts import draft_text, scheme_decision, scheme_draft, scheme_rehearsal
from rewards.store.schema.giving import claim, kudos, reward_taken
from rewards.store.schema.goals import challenge_result
from rewards.store.schema.jobs import job, job_chunk
from rewards.store.schema.lab import experiment, experiment_run, experiment_text
from rewards.store.schema.ledger import event, journal, moved_event, person_state, posting, scheme_version
from rewards.store.schema.mail import announcement, mail, mail_choice
from rewards.store.schema.outside import credential, issuer_key, request_key, webhook, webhook_delivery
from rewards.store.schema.people import (
    absence,
    enrolment,
    leave,
    membership,
    organisation,
    people_upload,
    person,
    person_alias,
    person_identity,
    person_link,
    person_word,
    zone_change,
)
from rewards.store.schema.recalibrations import recalibration
from rewards.store.schema.rollouts import rollout, rollout_person
from rewards.store.schema.sharing import click, content_fact, content_item, share_link

APPEND_ONLY = ("journal", "posting")

__all__ = ["APPEND_ONLY", "absence", "access_link", "account", "announcement", "api_token", "audit", "award_round", "balance",
    "board_bucket", "board_score", "challenge_result", "claim", "click", "content_decision", "content_draft", "content_fact",
    "content_item", "content_policy", "credential", "draft_text", "enrolment", "event", "experiment", "experiment_run", "experiment_text",
    "highlight_round", "issuer_key", "job", "job_chunk", "journal", "kudos", "leave", "mail", "mail_choice", "membership", "metadata",
    "moved_event", "nomination", "organisation", "outbox", "people_upload", "person", "person_alias", "person_badge", "person_day",
    "person_identity", "person_link", "person_state", "person_word", "posting", "recalibration", "request_key", "result", "review",
    "reward_taken", "rollout", "rollout_person", "scheme_decision", "scheme_draft", "scheme_rehearsal", "scheme_version", "session_token",
    "set_aside", "setup_link", "share_link", "suggestion", "team_day", "webhook", "webhook_delivery", "zone_change"]  # fmt: skip

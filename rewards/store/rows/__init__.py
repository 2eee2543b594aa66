"""Row types: one for each table, and one for each query over several tables, whichever driver runs it.

A test compares the types of tables with their columns; `Transaction.rows` refuses a statement with other columns.
"""

from rewards.store.rows.access import (
    AccessLinkRow,
    AccountRow,
    ApiTokenRow,
    BearerRow,
    HeldLinkRow,
    HolderRow,
    ListedRow,
    ListedTokenRow,
    SessionTokenRow,
    SetupLinkRow,
    SignedInRow,
)
from rewards.store.rows.awards import AwardRoundRow, HighlightRoundRow, NominationRow, OpenRoundRow
from rewards.store.rows.boards import (
    BalanceRow,
    BoardBucketRow,
    BoardScoreRow,
    MovedScoreRow,
    PersonBadgeRow,
    PersonDayRow,
    PlaceRow,
    TeamDayRow,
)
from rewards.store.rows.content import (
    ContentDecisionRow,
    ContentDraftRow,
    ContentPolicyRow,
    NamedSuggestionRow,
    SetAsideRow,
    SuggestionRow,
)
from rewards.store.rows.desk import AuditRow, OutboxRow, ResultRow, ReviewRow
from rewards.store.rows.drafts import DraftTextRow, SchemeDecisionRow, SchemeDraftRow, SchemeRehearsalRow
from rewards.store.rows.giving import ClaimRow, KudosRow, RewardTakenRow
from rewards.store.rows.goals import ChallengeResultRow
from rewards.store.rows.jobs import JobChunkRow, JobRow, ListedJobRow
from rewards.store.rows.lab import ExperimentRow, ExperimentRunRow, ExperimentTextRow
from rewards.store.rows.ledger import (
    BadgeEntryRow,
    ComparedRow,
    EntryIdRow,
    EventRefRow,
    EventRow,
    JournalRow,
    LapsedRow,
    MovedEventRow,
    NewEventRow,
    PersonStateRow,
    PieceRow,
    PostingRow,
    SchemeVersionRow,
    ScoredEventRow,
    SpendableRow,
    VersionSpanRow,
)
from rewards.store.rows.mail import (
    AddressedMailRow,
    AnnouncementRow,
    DueDigestRow,
    ListedMailRow,
    MailChoiceRow,
    MailRow,
    ToldPersonRow,
    ZonedPersonRow,
)
from rewards.store.rows.outside import (
    CredentialRow,
    DueRow,
    IssuerKeyRow,
    RequestKeyRow,
    SentRow,
    WebhookDeliveryRow,
    WebhookRow,
)
from rewards.store.rows.people import (
    AbsenceRow,
    AnyPerson,
    AnyState,
    ColleagueRow,
    EnrolmentRow,
    FoldedPersonRow,
    FoundPersonRow,
    LeaveRow,
    ListedPersonRow,
    MembershipRow,
    NamedPersonRow,
    OrganisationRow,
    PeopleUploadRow,
    PersonAliasRow,
    PersonIdentityRow,
    PersonLinkRow,
    PersonRow,
    PersonWordRow,
    ZoneChangeRow,
)
from rewards.store.rows.rollouts import ListedRecalibrationRow, RecalibrationRow, RolloutPersonRow, RolloutRow
from rewards.store.rows.sharing import (
    ClickOriginRow,
    ClickRow,
    ContentFactRow,
    ContentItemRow,
    GridRow,
    OfferedRow,
    ShareLinkRow,
)

__all__ = ["AbsenceRow", "AccessLinkRow", "AccountRow", "AddressedMailRow", "AnnouncementRow", "AnyPerson", "AnyState", "ApiTokenRow",
    "AuditRow", "AwardRoundRow", "BadgeEntryRow", "BalanceRow", "BearerRow", "BoardBucketRow", "BoardScoreRow", "ChallengeResultRow",
    "ClaimRow", "ClickOriginRow", "ClickRow", "ColleagueRow", "ComparedRow", "ContentDecisionRow", "ContentDraftRow", "ContentFactRow",
    "ContentItemRow", "ContentPolicyRow", "CredentialRow", "DraftTextRow", "DueDigestRow", "DueRow", "EnrolmentRow", "EntryIdRow",
    "EventRefRow", "EventRow", "ExperimentRow", "ExperimentRunRow", "ExperimentTextRow", "FoldedPersonRow", "FoundPersonRow", "GridRow",
    "HeldLinkRow", "HighlightRoundRow", "HolderRow", "IssuerKeyRow", "JobChunkRow", "JobRow", "JournalRow", "KudosRow", "LapsedRow",
    "LeaveRow", "ListedJobRow", "ListedMailRow", "ListedPersonRow", "ListedRecalibrationRow", "ListedRow", "ListedTokenRow",
    "MailChoiceRow", "MailRow", "MembershipRow", "MovedEventRow", "MovedScoreRow", "NamedPersonRow", "NamedSuggestionRow", "NewEventRow",
    "NominationRow", "OfferedRow", "OpenRoundRow", "OrganisationRow", "OutboxRow", "PeopleUploadRow", "PersonAliasRow", "PersonBadgeRow",
    "PersonDayRow", "PersonIdentityRow", "PersonLinkRow", "PersonRow", "PersonStateRow", "PersonWordRow", "PieceRow", "PlaceRow",
    "PostingRow", "RecalibrationRow", "RequestKeyRow", "ResultRow", "ReviewRow", "RewardTakenRow", "RolloutPersonRow", "RolloutRow",
    "SchemeDecisionRow", "SchemeDraftRow", "SchemeRehearsalRow", "SchemeVersionRow", "ScoredEventRow", "SentRow", "SessionTokenRow",
    "SetAsideRow", "SetupLinkRow", "ShareLinkRow", "SignedInRow", "SpendableRow", "SuggestionRow", "TeamDayRow", "ToldPersonRow",
    "VersionSpanRow", "WebhookDeliveryRow", "WebhookRow", "ZoneChangeRow", "ZonedPersonRow"]  # fmt: skip

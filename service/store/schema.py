"""The tables. Times are milliseconds since 1970 in the database, so that both sort and compare them alike.

No foreign keys: rows arrive by the spool in any order, and what belongs together is deleted together (``privacy``).
A message row is one exchange: what the visitor wrote and what was answered. Its id is the answer's ``message_id``.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Enum,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from service.store.rows import Role

metadata = MetaData()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
_Id = String(64)
_Role = Enum(Role, native_enum=False, length=16, values_callable=lambda roles: [role.value for role in roles])


class Instant(TypeDecorator[datetime]):
    """A moment: stored as milliseconds since 1970, read as a datetime in UTC. Both forms may be given."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | int | None, dialect: Dialect) -> int | None:
        """Return milliseconds."""
        return milliseconds(value) if isinstance(value, datetime) else value

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Return a datetime."""
        return None if value is None else moment(value)


def now() -> int:
    """Return the present in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def milliseconds(when: datetime) -> int:
    """Return a moment in milliseconds since 1970."""
    return (when - _EPOCH) // timedelta(milliseconds=1)


def moment(since: int) -> datetime:
    """Return the moment that lies so many milliseconds after 1970 began."""
    return _EPOCH + timedelta(milliseconds=since)


def _created() -> Column[datetime]:
    return Column("created_at", Instant, nullable=False)


sites = Table(
    "sites",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("settings", _Json, nullable=False),
    # Whether the site is still as the configuration has it; once edited here, the configuration no longer counts.
    Column("seeded", Boolean, nullable=False),
    _created(),
    Column("updated_at", Instant, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("site_id", _Id, nullable=False),
    Column("visitor_id", _Id),
    Column("started_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("language", String(16)),
    Column("messages", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("handed_off", Boolean, nullable=False),
    # The visitor's questions, a line each, as far as they fit: what a search in the list looks through.
    Column("questions", Text, nullable=False),
    Column("label", String(100)),
    Index("conversations_by_time", "site_id", "last_at", "id"),
    Index("conversations_by_time_everywhere", "last_at", "id"),
    Index("conversations_by_visitor", "visitor_id"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("conversation_id", _Id, nullable=False),
    Column("site_id", _Id, nullable=False),
    _created(),
    Column("question", Text, nullable=False),
    # The question as it was searched for: a follow-up stands alone here. Null where nothing was searched for.
    Column("searched", Text),
    Column("answer", Text, nullable=False),
    Column("plain", Text, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("refusal_reason", Text),
    Column("passages", _Json, nullable=False),
    Column("citations", _Json, nullable=False),
    Column("best_score", Float),
    Column("model", String(200), nullable=False),
    Column("usage", _Json),
    Column("took_ms", Integer, nullable=False),
    Column("language", String(16)),
    Column("collections", _Json),
    Column("snapshot_id", _Id),
    Column("curated_id", _Id),
    # The distinct question that was searched for, and the support of the answer's weakest citation.
    Column("question_id", _Id),
    Column("support", Float),
    Index("messages_by_question", "question_id"),
    # All that most figures of Learn are counted from, so that they read the index and not the rows with their texts.
    Index(
        "messages_for_learning",
        "site_id",
        "created_at",
        "id",
        "conversation_id",
        "question_id",
        "outcome",
        "support",
        "best_score",
        "took_ms",
        "language",
    ),
    Index("messages_by_conversation", "conversation_id", "created_at"),
    Index("messages_by_time", "site_id", "created_at", "id"),
    # What the days of the overview are counted from: of a site, and of all.
    Index("messages_by_outcome", "site_id", "outcome", "created_at"),
    Index("messages_by_day", "created_at", "outcome"),
)

# Every distinct question of a site once, however often it was asked, with the vector that it was searched for with.
# Its id is made of the site and ``question_key``. ``again_…`` is what it got when it was asked again of newer content.
questions = Table(
    "questions",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("site_id", _Id, nullable=False),
    Column("text", Text, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("vector", LargeBinary),  # float16; null until it is embedded
    Column("embedded_by", _Id),  # the SHA-256 of the model
    Column("topic", Integer),
    Column("again_at", Instant),
    Column("again_snapshot", _Id),
    Column("again_outcome", String(16)),
    Column("again_cited", _Json),
    Index("questions_by_topic", "site_id", "topic"),
)

# What stands for a topic: one of its questions. The numbers of topics are of all sites together.
topics = Table(
    "topics",
    metadata,
    Column("topic", Integer, primary_key=True, autoincrement=False),
    Column("site_id", _Id, nullable=False),
    Column("question_id", _Id, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("message_id", _Id, primary_key=True),
    Column("site_id", _Id, nullable=False),
    Column("rating", String(4), nullable=False),
    Column("comment", Text),
    _created(),
    Index("feedback_by_time", "site_id", "created_at"),
)

leads = Table(
    "leads",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("site_id", _Id, nullable=False),
    Column("conversation_id", _Id),
    Column("visitor_id", _Id),
    Column("email", String(320), nullable=False),
    Column("name", String(200)),
    Column("company", String(200)),
    Column("message", Text),
    Column("fields", _Json, nullable=False),
    Column("consent", Boolean, nullable=False),
    Column("consent_text", Text, nullable=False),
    Column("status", String(16), nullable=False),
    _created(),
    Index("leads_by_time", "site_id", "created_at", "id"),
    Index("leads_by_email", "email"),
    Index("leads_by_conversation", "conversation_id"),
)

handoffs = Table(
    "handoffs",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("site_id", _Id, nullable=False),
    Column("conversation_id", _Id, nullable=False),
    Column("visitor_id", _Id),
    Column("cause", String(16), nullable=False),
    Column("reason", Text),
    Column("contact", String(320)),
    Column("offline", Boolean, nullable=False),
    Column("status", String(16), nullable=False),
    Column("agent", String(200)),
    _created(),
    Column("taken_at", Instant),
    Column("closed_at", Instant),
    Index("handoffs_by_time", "site_id", "created_at", "id"),
    Index("handoffs_by_status", "status", "created_at"),
    # One open handoff a conversation, whoever asks for the second.
    Index(
        "handoffs_open",
        "conversation_id",
        unique=True,
        sqlite_where=text("status IN ('waiting', 'active')"),
        postgresql_where=text("status IN ('waiting', 'active')"),
    ),
)

handoff_messages = Table(
    "handoff_messages",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("handoff_id", _Id, nullable=False),
    Column("conversation_id", _Id, nullable=False),
    Column("site_id", _Id, nullable=False),
    Column("author", String(16), nullable=False),
    Column("name", String(200)),
    Column("text", Text, nullable=False),
    _created(),
    Index("handoff_messages_by_conversation", "conversation_id", "created_at", "id"),
)

keys = Table(
    "keys",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("role", _Role, nullable=False),
    Column("site_id", _Id),
    Column("name", String(200)),
    _created(),
    Column("last_used_at", Instant),
    Column("revoked_at", Instant),
)

members = Table(
    "members",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("email", String(320), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("password", Text, nullable=False),
    Column("role", _Role, nullable=False),
    Column("site_id", _Id),
    _created(),
)

sessions = Table(
    "sessions",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("member_id", _Id, nullable=False),
    _created(),
    Column("expires_at", Instant, nullable=False),
    Index("sessions_by_member", "member_id"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("arguments", _Json, nullable=False),
    Column("started_by", String(320), nullable=False),
    Column("status", String(16), nullable=False),
    Column("exit_status", Integer),
    Column("output", Text, nullable=False),
    _created(),
    Column("ended_at", Instant),
    Index("jobs_by_time", "created_at", "id"),
)

answers = Table(
    "answers",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("site_id", _Id, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("link", Text),
    Column("created_by", String(320), nullable=False),
    _created(),
    Column("updated_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Index("answers_by_time", "site_id", "created_at", "id"),
)

shares = Table(
    "shares",
    metadata,
    Column("token", _Id, primary_key=True),
    Column("message_id", _Id, nullable=False, unique=True),
    Column("site_id", _Id, nullable=False),
    _created(),
)

# What is still to be sent outwards. The text is made when it is sent, so an erased lead is in no queue.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("site_id", _Id, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("subject_id", _Id, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("error", Text),
    _created(),
    Index("deliveries_by_due", "due_at"),
    Index("deliveries_by_subject", "subject_id"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("site_id", _Id),
    Column("actor", String(320), nullable=False),
    Column("action", String(64), nullable=False),
    Column("target", _Id),
    _created(),
    Index("audit_by_time", "created_at", "id"),
)

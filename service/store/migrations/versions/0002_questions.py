"""Distinct questions with their vectors and topics, and what the figures of Learn are counted from."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from service.store.questions import question_id

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_AT_ONCE = 1000  # messages
_LEARNING = (
    "site_id", "created_at", "id", "conversation_id", "question_id", "outcome", "support", "best_score", "took_ms",
    "language",
)  # fmt: skip
_messages = sa.table("messages", *map(sa.column, ("id", "site_id", "searched", "citations", "question_id", "support")))
_questions = sa.table("questions", *map(sa.column, ("id", "site_id", "text", "asked")))


def upgrade() -> None:
    """Make the tables, and fill them from the messages that are there; their vectors come later."""
    op.add_column("messages", sa.Column("question_id", sa.String(length=64), nullable=True))
    op.add_column("messages", sa.Column("support", sa.Float(), nullable=True))
    op.create_table(
        "questions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.Column("embedded_by", sa.String(length=64), nullable=True),
        sa.Column("topic", sa.Integer(), nullable=True),
        sa.Column("again_at", sa.BigInteger(), nullable=True),
        sa.Column("again_snapshot", sa.String(length=64), nullable=True),
        sa.Column("again_outcome", sa.String(length=16), nullable=True),
        sa.Column("again_cited", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "topics",
        sa.Column("topic", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site_id", sa.String(length=64), nullable=False),
        sa.Column("question_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("topic"),
    )
    _fill(op.get_bind())
    op.create_index("questions_by_topic", "questions", ["site_id", "topic"], unique=False)
    op.create_index("messages_by_question", "messages", ["question_id"], unique=False)
    op.create_index("messages_for_learning", "messages", list(_LEARNING), unique=False)


def downgrade() -> None:
    """Drop them; the messages stay as they were."""
    op.drop_index("messages_for_learning", "messages")
    op.drop_index("messages_by_question", "messages")
    op.drop_table("topics")
    op.drop_table("questions")
    op.drop_column("messages", "support")
    op.drop_column("messages", "question_id")


def _fill(connection: sa.Connection) -> None:
    counts: Counter[str] = Counter()
    first: dict[str, dict[str, Any]] = {}
    change = sa.update(_messages).where(_messages.c.id == sa.bindparam("of"))
    change = change.values(question_id=sa.bindparam("asked"), support=sa.bindparam("least"))
    last = ""
    while rows := connection.execute(
        sa.select(_messages).where(_messages.c.id > last).order_by(_messages.c.id).limit(_AT_ONCE)
    ).all():
        changes = []
        for row in rows:
            one = None if row.searched is None else question_id(row.site_id, row.searched)
            changes.append({"of": row.id, "asked": one, "least": _support(row.citations)})
            if one is not None:
                counts[one] += 1
                first.setdefault(one, {"id": one, "site_id": row.site_id, "text": row.searched})
        connection.execute(change, changes)
        last = rows[-1].id
    if first:
        connection.execute(_questions.insert(), [row | {"asked": counts[one]} for one, row in first.items()])


def _support(citations: Any) -> float | None:
    read = json.loads(citations) if isinstance(citations, str) else citations
    return min((citation["support"] for citation in read if "support" in citation), default=None)

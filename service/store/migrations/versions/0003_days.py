"""The days of all sites together are counted from an index of their own."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("messages_by_day", "messages", ["created_at", "outcome"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_index("messages_by_day", "messages")

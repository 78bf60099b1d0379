"""versions of playbooks: drafted, cleared, published"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "library_versions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("playbook", sa.String(), nullable=False),
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("kept", sa.String(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("submitted_at", sa.BigInteger(), nullable=True),
        sa.Column("compliance_by", sa.String(), nullable=True),
        sa.Column("compliance_at", sa.BigInteger(), nullable=True),
        sa.Column("legal_by", sa.String(), nullable=True),
        sa.Column("legal_at", sa.BigInteger(), nullable=True),
        sa.Column("sent_back_by", sa.String(), nullable=True),
        sa.Column("sent_back_at", sa.BigInteger(), nullable=True),
        sa.Column("sent_back_reason", sa.String(), nullable=True),
        sa.Column("publish_from", sa.BigInteger(), nullable=True),
        sa.Column("published_by", sa.String(), nullable=True),
        sa.Column("reminded_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_library_versions_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_versions")),
    )
    op.create_index(op.f("ix_library_versions_kept"), "library_versions", ["kept"])
    op.create_index(
        "ix_library_versions_playbook", "library_versions", ["playbook", "org_id", "number"]
    )


def downgrade() -> None:
    op.drop_table("library_versions")

"""the objection library"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "objections",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("playbook", sa.String(), nullable=True),
        sa.Column("incident_id", sa.String(), nullable=True),
        sa.Column("objection_zh", sa.String(), nullable=False),
        sa.Column("objection_en", sa.String(), nullable=False),
        sa.Column("answer_zh", sa.String(), nullable=False),
        sa.Column("answer_en", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("compliance_by", sa.String(), nullable=True),
        sa.Column("compliance_at", sa.BigInteger(), nullable=True),
        sa.Column("legal_by", sa.String(), nullable=True),
        sa.Column("legal_at", sa.BigInteger(), nullable=True),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_objections_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
    )


def downgrade() -> None:
    op.drop_table("objections")

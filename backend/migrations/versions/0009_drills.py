"""drills, how they went, and what is asked of whoever goes on duty"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drills",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("scenario", sa.String(), nullable=False),
        sa.Column("tells", sa.String(), nullable=False),
        sa.Column("pass_mark", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("incident_id", sa.String(), nullable=True),
        sa.Column("called_off", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["branch"], ["orgs.id"], name=op.f("fk_drills_branch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drills")),
    )
    op.create_index(op.f("ix_drills_due_at"), "drills", ["due_at"])
    op.create_index("ix_drills_branch", "drills", ["branch", "id"])
    op.create_table(
        "drill_runs",
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("drill_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("marked_at", sa.BigInteger(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_drill_runs")),
    )
    op.create_index(op.f("ix_drill_runs_drill_id"), "drill_runs", ["drill_id"])
    op.create_table(
        "drill_results",
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("playbook", sa.String(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "user_id", name=op.f("pk_drill_results")),
    )
    op.create_index("ix_drill_results_user_id", "drill_results", ["user_id", "playbook", "at"])
    op.create_table(
        "drill_cases",
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("reviewed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_drill_cases")),
    )
    op.create_index(op.f("ix_drill_cases_reviewed_at"), "drill_cases", ["reviewed_at"])
    op.create_table(
        "drill_requirements",
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("playbooks", sa.String(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("refuses", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_drill_requirements_org_id")),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_drill_requirements")),
    )


def downgrade() -> None:
    for table in ("drill_requirements", "drill_cases", "drill_results", "drill_runs", "drills"):
        op.drop_table(table)

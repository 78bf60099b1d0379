"""customer cards, contacts with them, their matters, and suggestions to the business side"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _mark(name: str) -> tuple[sa.Column[str], sa.Column[int], sa.Column[str]]:
    return (
        _text(f"{name}_by", nullable=True),
        _moment(f"{name}_at", nullable=True),
        _text(f"{name}_reason", nullable=True),
    )


def _cards() -> None:
    op.create_table(
        "customers",
        *[_text(name) for name in ("id", "org_id", "name")],
        _text("reference", nullable=True),
        _text("tags"),
        _text("risk_profile", nullable=True),
        sa.Column("limit_count", sa.Integer(), nullable=True),
        _text("limit_per", nullable=True),
        *[column for name in ("muted", "unmuted", "do_not_contact") for column in _mark(name)],
        _moment("call_back_after", nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        _text("made_by"),
        _moment("made_at"),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_customers_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    op.create_index(op.f("ix_customers_org_made"), "customers", ["org_id", "made_at", "id"])
    op.create_index(
        op.f("uq_customers_reference"), "customers", ["reference", "org_id"], unique=True
    )


def _contacts() -> None:
    op.create_table(
        "customer_contacts",
        *[_text(name) for name in ("id", "customer_id", "channel")],
        _moment("at"),
        _text("by"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_customer_contacts_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_contacts")),
    )
    op.create_index(
        op.f("ix_customer_contacts_customer"), "customer_contacts", ["customer_id", "at", "id"]
    )


def _matters() -> None:
    op.create_table(
        "customer_matters",
        *[_text(name) for name in ("incident_id", "customer_id")],
        _moment("opened_at"),
        _text("cause", nullable=True),
        sa.Column("money", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_customer_matters")),
    )
    op.create_index(
        op.f("ix_customer_matters_customer"), "customer_matters", ["customer_id", "opened_at"]
    )


def _suggestions() -> None:
    op.create_table(
        "suggestions",
        *[_text(name) for name in ("id", "org_id")],
        _text("incident_id", nullable=True),
        *[_text(name) for name in ("product", "cause", "text", "status", "made_by")],
        _moment("made_at"),
        _text("answer", nullable=True),
        _text("answered_by", nullable=True),
        _moment("answered_at", nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_suggestions_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestions")),
    )
    op.create_index(op.f("ix_suggestions_org_made"), "suggestions", ["org_id", "made_at", "id"])
    op.create_index(op.f("ix_suggestions_same"), "suggestions", ["org_id", "product", "cause"])


def upgrade() -> None:
    _cards()
    _contacts()
    _matters()
    _suggestions()


def downgrade() -> None:
    for table in ("suggestions", "customer_matters", "customer_contacts", "customers"):
        op.drop_table(table)

"""The demo bank (contract, section 2), and how a new bank gets its first account."""

from dataclasses import replace

from sqlalchemy import func, select

from backend.batch import Batch
from backend.clock import Clock
from backend.customers.cards import add_card
from backend.identity_tables import OrgRow
from backend.organisation import create_org, root_org
from backend.passwords import LEAST_CHARACTERS, hash_secret
from backend.staff import NewUser, create_user
from escalation.customer import Card, RiskProfile
from escalation.events import SYSTEM
from escalation.people import Org
from escalation.refusal import Invalid

PASSWORD = "demo-counterbell"  # noqa: S105  (public on purpose: settings refuse it outside the demo)
PIN = "2580"
TIMEZONE = "Asia/Shanghai"

ORGS = (
    Org("hq", "总行", None, "hq", TIMEZONE),
    Org("east", "华东分行", "hq", "region", TIMEZONE),
    Org("east-01", "城东支行营业部", "east", "branch", TIMEZONE),
    Org("east-02", "滨河支行", "east", "branch", TIMEZONE),
    Org("west", "西部分行", "hq", "region", TIMEZONE),
    Org("west-01", "文昌支行", "west", "branch", TIMEZONE),
)
STAFF = (
    ("teller1", "林晓", "teller", "east-01"),
    ("teller2", "陈思远", "teller", "east-01"),
    ("teller3", "赵雨桐", "teller", "east-02"),
    ("teller4", "马俊", "teller", "west-01"),
    ("supervisor1", "吴海燕", "counter_supervisor", "east-01"),
    ("lobby1", "孙莉", "lobby_manager", "east-01"),
    ("guard1", "郑强", "guard", "east-01"),
    ("manager1", "周敏", "branch_manager", "east-01"),
    ("deputy1", "高磊", "deputy_manager", "east-01"),
    ("manager2", "徐丽华", "branch_manager", "east-02"),
    ("office1", "何静", "office_staff", "east-01"),
    ("office2", "许文", "office_staff", "east"),
    ("complaint1", "罗佳", "complaint_officer", "east"),
    ("business1", "梁志宏", "business_line", "east"),
    ("compliance1", "唐宁", "compliance_officer", "hq"),
    ("legal1", "冯立", "legal_officer", "hq"),
    ("regional1", "曹国栋", "regional_manager", "east"),
    ("hqduty1", "邓悦", "hq_duty", "hq"),
    ("auditor1", "谢文博", "auditor", "hq"),
    ("admin1", "彭程", "admin", "hq"),
)


CUSTOMERS: tuple[tuple[str, str, str, tuple[str, ...], RiskProfile], ...] = (
    ("east-01", "赵国庆", "6217 0012 3456 7801", ("high_sensitivity",), "conservative"),
    ("east-01", "孙丽娟", "6217 0012 3456 7802", ("vulnerable",), "conservative"),
    ("east-01", "钱卫东", "6217 0012 3456 7803", ("influential",), "aggressive"),
    ("east-02", "周美玲", "6217 0012 3456 7804", (), "balanced"),
)


def load_demo(batch: Batch, clock: Clock) -> bool:
    """Fill an empty database with the demo bank; False where there is an organisation already."""
    if _has_orgs(batch):
        return False
    for org in ORGS:
        create_org(batch, org)
    # One hash serves all: twenty would take a second of the start.
    password, pin = hash_secret(PASSWORD), hash_secret(PIN)
    for username, name, role, org_id in STAFF:
        create_user(batch, clock, SYSTEM, NewUser(username, name, password, pin, ((role, org_id),)))
    for org_id, name, reference, tags, risk_profile in CUSTOMERS:
        card = Card(clock.new_id(), org_id, name, reference, SYSTEM.id, clock.now(), tags)
        add_card(batch, clock, SYSTEM, replace(card, risk_profile=risk_profile))
    return True


def create_admin(batch: Batch, clock: Clock, username: str, name: str, password: str) -> str:
    """A new bank's first account, at the head office, which is made where there is none; its id.

    Raises:
        Refused: ``username-taken``.
        Invalid: the password is too short, or the username cannot be one.
    """
    if len(password) < LEAST_CHARACTERS:
        raise Invalid(
            "password",
            f"密码至少 {LEAST_CHARACTERS} 个字符。",
            f"A password has at least {LEAST_CHARACTERS} characters.",
        )
    head = root_org(batch.conn)
    if head is None:
        head = ORGS[0].id
        create_org(batch, ORGS[0])
    new = NewUser(username, name, hash_secret(password), None, (("admin", head),))
    return create_user(batch, clock, SYSTEM, new)


def demo_logins() -> str:
    """What the server prints when it opens the demo bank."""
    names = {org.id: org.name for org in ORGS}
    lines = [f"Demo bank. Password of every account: {PASSWORD}   PIN on a paired tablet: {PIN}"]
    lines += [
        f"  {username:<12} {role:<19} {names[org_id]} ({org_id}) {name}"
        for username, name, role, org_id in STAFF
    ]
    return "\n".join(lines)


def _has_orgs(batch: Batch) -> bool:
    return bool(batch.conn.execute(select(func.count()).select_from(OrgRow.__table__)).scalar())

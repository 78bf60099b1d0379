"""The table of facts: names, kinds, limits and labels. Nothing is decided here.

Its order is the order in which flags are shown (P1, P2, D3, D4, T6).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from playbooks.model import Choice, Text

FactKind = Literal["integer", "boolean", "choice", "choices", "text", "username"]

#: The largest integer that every JSON reader keeps exactly (contract.md, section 7).
LARGEST_INTEGER = 2**53 - 1


@dataclass(frozen=True, slots=True)
class FactSpec:
    """One fact: its kind, its limits, and its label.

    ``minimum`` and ``maximum`` limit an integer. A text that has them may also be such an
    integer (``counter_no``). ``max_length`` counts characters. ``sealed`` texts are personal:
    they stand in the timeline as a hash only. ``flag`` marks what is shown as a risk flag.
    """

    kind: FactKind
    label: Text
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    choices: tuple[Choice, ...] = ()
    sealed: bool = False
    flag: bool = False


def _flag(zh: str, en: str) -> FactSpec:
    return FactSpec("boolean", Text(zh, en), flag=True)


def _sealed(zh: str, en: str) -> FactSpec:
    return FactSpec("text", Text(zh, en), max_length=4000, sealed=True)


def _choices(*rows: tuple[str, str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(value, Text(zh, en)) for value, zh, en in rows)


PROFILES = _choices(
    ("exploding", "当场暴怒", "Exploding in public"),
    ("weeping", "嚎啕大哭", "Weeping, feels deceived"),
    ("evidence", "一言不发取证", "Silent, collecting evidence"),
    ("serving_agent", "在职业务员", "Serving agent"),
    ("departed_agent", "离职业务员", "Departed agent"),
)
"""The five customers to recognise (T1-T5)."""

MANNERS = _choices(
    ("odd_demands", "要求古怪", "Odd demands"),
    ("emotional", "情绪激动", "Emotional"),
    ("unreasonable", "不讲道理", "Unreasonable"),
    ("impulsive", "冲动", "Impulsive"),
    ("impatient", "没有耐心", "Impatient"),
    ("changing_demands", "要求多变", "Keeps changing demands"),
    ("arrogant", "态度傲慢", "Arrogant"),
    ("professional", "很懂行", "Professional"),
    ("media_involved", "牵涉媒体", "Media involved"),
)
"""The nine manners (T6)."""

PLACES = _choices(
    ("counter", "柜台", "Counter"),
    ("lobby", "大堂", "Lobby"),
    ("entrance", "门口", "Entrance"),
    ("room", "接待室", "Reception room"),
    ("atm", "自助区", "ATM area"),
    ("outside", "网点外", "Outside"),
)

HOLDERS = _choices(
    ("self", "本人", "The holder"),
    ("authorised", "有授权书", "Has a letter of authority"),
    ("other", "他人，无授权", "Somebody else, no authority"),
)
"""Whether the visitor is the holder (R3)."""

COMPLAINT_KINDS = _choices(
    ("fact", "确有差错", "A real mistake"),
    ("perception", "理解有出入", "A misunderstanding"),
)
"""What a complaint turns out to be about (S5)."""

CARD_TOPICS = _choices(
    ("credit_record", "征信", "Credit record"),
    ("interest_fees", "息费", "Interest and fees"),
    ("instalments", "分期", "Instalments"),
    ("collection", "催收", "Collection"),
)
"""What a credit-card complaint is about (S8)."""

FACTS: Mapping[str, FactSpec] = MappingProxyType(
    {
        "head_count": FactSpec("integer", Text("人数", "People"), minimum=0, maximum=999),
        "who_official": _flag("公职人员", "Official"),
        "who_lawyer": _flag("律师", "Lawyer"),
        "who_influential": _flag("有影响力", "Influential"),
        "who_vulnerable": _flag("需要照顾", "Vulnerable"),
        "threat_media": _flag("扬言找媒体", "To media"),
        "threat_regulator": _flag("扬言找监管", "To regulator"),
        "threat_petition": _flag("扬言信访", "Petition"),
        "threat_court": _flag("扬言起诉", "To court"),
        "recording_seen": _flag("疑似录音", "Recording"),
        "incites_others": _flag("煽动他人", "Inciting"),
        "injury": _flag("有人受伤", "Injury"),
        "major_loss": _flag("重大损失", "Major loss"),
        "danger_to_life": _flag("危及生命", "Danger to life"),
        "identity_checked": FactSpec("boolean", Text("已核实身份", "Identity checked")),
        "profile": FactSpec("choice", Text("客户类型", "Kind of customer"), choices=PROFILES),
        "manners": FactSpec("choices", Text("情绪表现", "Manner"), choices=MANNERS),
        "place": FactSpec("choice", Text("地点", "Place"), choices=PLACES),
        "counter_no": FactSpec(
            "text", Text("柜台号", "Counter"), minimum=0, maximum=999, max_length=20
        ),
        "amount_fen": FactSpec(
            "integer", Text("金额（分）", "Amount (fen)"), minimum=0, maximum=LARGEST_INTEGER
        ),
        "business_line": FactSpec("text", Text("业务渠道", "Business line"), max_length=60),
        "holder": FactSpec("choice", Text("与持有人关系", "Relation to holder"), choices=HOLDERS),
        "complaint_kind": FactSpec(
            "choice", Text("事实还是认知", "Mistake or misunderstanding"), choices=COMPLAINT_KINDS
        ),
        "card_topic": FactSpec("choice", Text("信用卡问题", "Card topic"), choices=CARD_TOPICS),
        "subject_staff": FactSpec(
            "username", Text("被投诉员工", "Staff complained about"), max_length=64
        ),
        "media_outlet": _sealed("媒体名称", "Outlet"),
        "press_card": _sealed("记者证号", "Press card"),
        "demand": _sealed("诉求", "Demand"),
        "clothing": _sealed("衣着和随身物品", "Clothing and what they carry"),
    }
)
"""Every fact by its name (contract.md, section 3, "Names")."""

"""Every page of the app, with something on it: to look at them all, and to check them all."""

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import expect

from tests.browser.screen import DESK, PHONE, TABLET, Screen, Screens, Size
from tests.browser.words import Language
from tests.house import ROOT, House

_PATH = re.compile(r"path: '(/[^']*)'")
_AREAS = (
    *("tablet", "phone", "auditor", "desk", "after", "customers", "me", "rota", "oversight"),
    *("board", "calendar", "dealings", "drills", "library"),
)
_ROUTES = ("router.ts", *(f"{area}/routes.ts" for area in _AREAS))
NOT_PAGES = {"/", "/gallery", "/:rest(.*)*"}
"""The way home, what is there for builders only, and any other address (``nowhere``)."""


@dataclass(frozen=True)
class Page:
    """``path`` as in the routes; ``incident`` fills its ``:id``; ``presses``: what opens on it."""

    name: str
    path: str
    incident: str = ""
    presses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Walk:
    """Somebody with a screen, and the pages they look at on it."""

    name: str
    who: str
    size: Size
    pages: tuple[Page, ...]
    on_device: bool = False


NEEDS = {
    "rota": ".shift >> nth=8",
    "absences": ".row >> nth=2",
    "readiness": ".ladder",
    "calendar": "table >> nth=11",
    "unconfirmed-year": "table >> nth=11",
    "customer": ".row >> nth=5",
    "customers": ".row >> nth=1",
    "suggestions": ".row >> nth=1",
    "library": ".row >> nth=8",
    "version": ".left .step >> nth=8",
    "addition": ".left .step >> nth=8",
    "incident": ".dealing >> nth=3",
    "record": ".paper",
    "statement": ".letter",
    "statement-issued": ".letter",
    "statement-owed": ".dealing >> nth=3",
}
"""What must be on a page before it is all there."""
PLANNING = (
    Page("rota", "/desk/rota"),
    Page("absences", "/desk/absences"),
    Page("readiness", "/desk/readiness"),
    Page("calendar", "/desk/rota/calendar"),
)
LOOKING = (
    Page("board", "/desk/board"),
    Page("wall", "/desk/wall"),
    Page("drills", "/desk/drills"),
    Page("drill", "/desk/drills/:id", "drill"),
    Page("scenarios", "/desk/drills/scenarios"),
    Page("passes", "/desk/drills/passes"),
)
CUSTOMERS = (
    Page("customers", "/desk/customers"),
    Page("customer", "/desk/customers/:id", "customer"),
    Page("suggestions", "/desk/suggestions"),
)
LIBRARY = (
    Page("library", "/desk/library"),
    Page("version", "/desk/library/:playbook/:version", "version"),
    Page("ladder", "/desk/library/:playbook/:version", "version", (".left .step >> nth=-4",)),
    Page(
        "clocks",
        "/desk/library/:playbook/:version",
        "version",
        (".left .step >> nth=-3", ".middle .head >> nth=0"),
    ),
    Page(
        "cards",
        "/desk/library/:playbook/:version",
        "version",
        (".left .step >> nth=-2", ".middle .head >> nth=0"),
    ),
    Page("facts", "/desk/library/:playbook/:version", "version", (".left .step >> nth=-1",)),
    Page(
        "record-form",
        "/desk/library/:playbook/:version",
        "version",
        (".left ol .step >> nth=10",),
    ),
    Page("gate", "/desk/library/:playbook/:version", "version", (".left li:has(svg) .step",)),
    Page("addition", "/desk/library/:playbook/:version", "addition"),
    Page(
        "ladder-above", "/desk/library/:playbook/:version", "addition", (".left .step >> nth=-4",)
    ),
)
STATEMENTS = (
    Page("statement-owed", "/duty/incidents/:id", "owed"),
    Page("statement", "/papers/:id/statement", "owed"),
    Page("statement-issued", "/papers/:id/statement", "loss"),
)
WALKS = (
    Walk(
        "entry",
        "",
        DESK,
        (Page("sign-in", "/sign-in"), Page("pair", "/pair"), Page("nowhere", "/pair/nowhere")),
    ),
    Walk("locked", "", TABLET, (Page("home-locked", "/counter"),), on_device=True),
    Walk(
        "counter",
        "teller1",
        TABLET,
        (
            Page("home", "/counter"),
            Page("incident", "/counter/incidents/:id", "group"),
            Page("notes", "/counter/notes"),
            Page("scripts", "/counter/scripts"),
            Page("forms", "/counter/forms"),
            Page("mine", "/counter/mine"),
        ),
        on_device=True,
    ),
    Walk(
        "duty",
        "manager1",
        PHONE,
        (
            Page("home", "/duty"),
            Page("incident", "/duty/incidents/:id", "group"),
            Page("record", "/papers/:id/record", "group"),
            Page("discreet", "/duty/incidents/:id", "covert"),
            Page("closed", "/duty/incidents/:id", "closed"),
            Page("statement-owed", "/duty/incidents/:id", "owed"),
            Page("statement-issued", "/papers/:id/statement", "loss"),
            Page("channels", "/me/channels"),
        ),
    ),
    Walk("planning", "regional1", DESK, PLANNING),
    Walk("looking", "regional1", DESK, LOOKING),
    Walk("looking-phone", "manager1", PHONE, LOOKING),
    Walk("planning-phone", "manager1", PHONE, PLANNING),
    Walk("customers", "business1", DESK, CUSTOMERS),
    Walk("customers-phone", "manager1", PHONE, CUSTOMERS),
    Walk("alert", "manager2", PHONE, (Page("alert", "/duty"),)),
    Walk("discreet-alert", "hqduty1", PHONE, (Page("alert", "/duty"),)),
    Walk(
        "audit",
        "auditor1",
        DESK,
        (
            Page("list", "/audit"),
            Page("timeline", "/audit/:id", "closed"),
            Page("statistics", "/desk/statistics"),
            Page("file", "/audit/file"),
        ),
    ),
    Walk("incidents", "office1", DESK, (Page("list", "/incidents"),)),
    Walk(
        "complaints",
        "complaint1",
        DESK,
        (
            Page("calls", "/desk/after"),
            Page("no-reviews", "/desk/after/reviews"),
            Page("reviews", "/desk/after/reviews?week=2026-W11"),
            Page("objections", "/desk/after/objections"),
        ),
    ),
    Walk("statements", "complaint1", TABLET, STATEMENTS),
    Walk("statements-phone", "compliance1", PHONE, STATEMENTS),
    Walk("compliance", "compliance1", DESK, (Page("home", "/desk"), *LIBRARY)),
    Walk("library-tablet", "admin1", TABLET, LIBRARY),
    Walk("library-phone", "compliance1", PHONE, LIBRARY),
    Walk(
        "admin",
        "admin1",
        DESK,
        (
            Page("home", "/desk"),
            Page("staff", "/desk/staff"),
            Page("devices", "/desk/devices"),
            Page("orgs", "/desk/orgs"),
            Page("unconfirmed-year", "/desk/rota/calendar?year=2027"),
            Page("channels", "/me/channels"),
        ),
    ),
)

_OBJECTION = {
    "topic": "收益",
    "playbook": "investment_loss",
    "objection_zh": "当初说稳赚的，怎么亏了？",
    "objection_en": "You said it could not lose. Why did it?",
    "answer_zh": "亏了谁都难受，我先陪您把产品说明看一遍，再一起看能做什么。",
    "answer_en": "A loss hurts. Let us read the terms together and then see what can be done.",
}
_CHANNELS = [
    {
        "kind": "wecom",
        "address": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-97a0-0ec2sifa5aaa",
    },
    {"kind": "webhook", "address": "https://alarm.bank.example/counterbell", "enabled": False},
]
"""Of somebody whom no alert of these reaches."""


def addresses() -> set[str]:
    """The app's pages, as its routes say."""
    texts = [(ROOT / "backend/web/src" / name).read_text("utf-8") for name in _ROUTES]
    return {path for text in texts for path in _PATH.findall(text)} - NOT_PAGES


class Tour:
    """A bank where something is going on, and its pages one after another."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._incidents = _something_happens(house)

    def enter(self, screens: Screens, walk: Walk, language: Language, **more: Any) -> Screen:
        """The screen in the hands of whoever walks."""
        phone = {"is_mobile": True, "has_touch": True} if walk.size == PHONE else {}
        screen = screens.of_size(walk.size, language, None, **phone, **more)
        if walk.on_device:
            screen.paired(self.house)
            return screen.gives_pin(walk.who) if walk.who else screen
        return screen.signed_in(walk.who) if walk.who else screen.opens()

    def visit(self, screen: Screen, page: Page) -> None:
        """Open a page and wait until all of it is there."""
        thing = self._incidents.get(page.incident, "")
        screen.opens(page.path.replace(":id", thing).replace(":playbook/:version", thing))
        expect(screen.page.locator("h1").first).to_be_visible()
        expect(screen.page.locator(".skeleton")).to_have_count(0)
        screen.is_answered()
        if page.name == "alert":
            screen.page.get_by_role("alertdialog").wait_for()
        if page.name in NEEDS:
            screen.page.locator(NEEDS[page.name]).last.wait_for()
        for each in page.presses:
            screen.page.locator(each).first.click()
        if page.name == "timeline":
            screen.page.locator(".lane").first.wait_for()


def _something_happens(house: House) -> dict[str, str]:
    """One incident under way, one discreet, one closed, and two that nobody has looked at."""
    teller, manager = house.person("teller1"), house.person("manager1")
    _somebody_plans(house)
    drill = _somebody_practises(house)
    closed = teller.raise_("disruptive_customer", facts={"head_count": 1, "threat_media": True})
    house.advance(35)
    manager.command(closed, "acknowledge", eta_minutes=2)
    house.advance(50)
    teller.ticks(closed, "lead_away", note="已请到贵宾室")
    manager.ticks(closed, "steady_others")
    teller.command(closed, "add-note", text="客户要求见行长，已递水。")
    house.advance(300)
    manager.command(closed, "contain", summary="客户已平静")
    house.advance(240)
    manager.command(
        closed,
        "close",
        resolution="登记诉求，三个工作日内答复",
        outcome="to_procedure",
        root_cause="communication.scripted",
    )
    house.advance(600)
    covert = teller.raise_("media_covert")
    manager.command(covert, "acknowledge")
    house.advance(30)
    for username in ("manager1", "office1", "deputy1", "lobby1", "manager2"):
        house.person(username).listens()
    house.person("teller3").raise_("group_visit", facts={"head_count": 6, "incites_others": True})
    house.person("teller4").raise_("media_covert")
    house.person("admin1").does("PUT", "/users/me/channels", _CHANNELS)
    group = teller.raise_("group_visit", facts={"head_count": 4, "recording_seen": True})
    house.advance(20)
    manager.command(group, "acknowledge", eta_minutes=5)
    teller.ticks(group, "note_who")
    teller.ticks(group, "listen_first")
    house.person("office1").command(group, "add-note", text="业务渠道的人十分钟后到。")
    house.advance(15)
    _people_are_received(house, group)
    _somebody_follows_up(house, group, closed)
    return {
        "closed": closed["id"],
        "covert": covert["id"],
        "group": group["id"],
        "drill": drill["id"],
        **_somebody_has_it_in_writing(house),
        "customer": _somebody_is_known(house, group, closed)["id"],
        **_somebody_drafts(house),
    }


def _somebody_has_it_in_writing(house: House) -> dict[str, str]:
    """Two heavy complaints about to be closed: one statement issued, one still a draft."""
    teller, manager = house.person("teller1"), house.person("manager1")
    officer, found = house.person("complaint1"), {}
    for name in ("loss", "owed"):
        complaint = teller.raise_("complaint_heavy")
        manager.command(complaint, "acknowledge")
        manager.ticks(complaint, "freeze_account")
        form = {"customer_name": "王女士", "contact": "13800000000", "demand": "追回三万元"}
        manager.ticks(complaint, "fill_record_form", record=form)
        invited = {"invited_to": "review_talk", "agreed_on": "2026-03-20"}
        officer.ticks(complaint, "invite_review", record=invited)
        manager.command(complaint, "contain")
        words = officer.get(f"/incidents/{complaint['id']}/statement")
        command = "issue-statement" if name == "loss" else "draft-statement"
        contact = "李静，021-5555 0101"
        body = {"lang": "zh", "text": words["text"], "contact": contact, "draft": 0}
        officer.command(complaint, command, **body)
        found[name] = complaint["id"]
        house.advance(120)
    return found


def _somebody_practises(house: House) -> Any:
    """A drill of the branch alone, half well done; a pass is asked for before duty."""
    manager = house.person("manager1")
    body = {"branch": "east-01", "type": "disruptive_customer", "scenario": "客人拍桌子，要见行长"}
    drill = house.person("deputy1").does("POST", "/drills", body)
    incident = drill["incident"]
    house.advance(40)
    manager.command(incident, "acknowledge")
    house.person("lobby1").ticks(incident, "lead_away")
    house.advance(200)
    manager.ticks(incident, "steady_others")
    manager.command(incident, "contain")
    manager.command(incident, "close", resolution="演练结束", outcome="calmed")
    rule = {"playbooks": ["disruptive_customer", "group_visit"], "months": 12}
    manager.does("PUT", "/drills/requirements/east-01", rule)
    return drill


def _somebody_drafts(house: House) -> dict[str, str]:
    """A version that compliance has cleared, and what a branch adds."""
    path, admin = "/playbooks/group_visit/versions", house.person("admin1")
    version = admin.does("POST", path, {})
    content = version["content"]
    content["steps"][2]["due"] = 90
    content["ladder"][1]["after"] = 90
    content["clocks"][0]["tell"].append("branch_manager")
    content["steps"][2]["avoid"].append({"zh": "打断客户", "en": "cut them short"})
    admin.does("PATCH", f"{path}/{version['id']}", {"content": content})
    admin.does("POST", f"{path}/{version['id']}/submit", {})
    house.person("compliance1").does("POST", f"{path}/{version['id']}/clear", {})
    door = {"zh": "锁上侧门", "en": "Lock the side door"}
    step = {"id": "lock_side_door", "title": door, "owner": "guard", "after": "note_who"}
    added = {"org": "east-01", "content": {"steps": [step]}}
    addition = house.person("manager1").does("POST", path, added)
    return {
        "version": f"group_visit/{version['id']}",
        "addition": f"group_visit/{addition['id']}",
    }


def _people_are_received(house: House, group: Any) -> None:
    """Representatives, rooms, a promise that is owed and one that is kept, the form filled in."""
    lobby, manager = house.person("lobby1"), house.person("manager1")
    for who in ("王女士", "穿红外套的先生"):
        lobby.command(group, "name-representative", who=who)
    lobby.command(group, "lead-to-room", who="两位代表", room="接待室", people=2)
    stays = lobby.command(group, "lead-to-room", who="另外两位", room="大堂", people=2)["stays"]
    lobby.command(group, "leave-room", stay=stays[1]["id"])
    owed = {"due_at": "2026-03-12T02:00:00Z", "kind": "information"}
    manager.command(group, "promise", text="明天上午给各位回话", **owed)
    kept = manager.command(group, "promise", text="复印一份合同", **{**owed, "kind": "action"})
    manager.command(group, "keep-promise", promise=kept["promises"][1]["id"], note="已给")
    form = {
        "customer_name": "王女士",
        "identity": "身份证 1234",
        "relation": "family",
        "authority": "yes",
        "contact": "13800000000",
        "demand": "退还手续费",
        "amount_yuan": 300,
        "call_before": "2026-03-13",
    }
    manager.ticks(group, "fill_record_form", record=form)


def _somebody_follows_up(house: House, incident: Any, closed: Any) -> None:
    """A customer at a bad moment, and what a review has found."""
    body = {"incident": incident["id"], "note": "客户在开会，周五下午再打"}
    house.person("complaint1").does("POST", "/follow-ups", body)
    entry = house.person("complaint1").does("POST", "/objections", _OBJECTION)
    for clearer in ("compliance1", "legal1"):
        house.person(clearer).does("POST", f"/objections/{entry['id']}/clear", {"revision": 1})
    house.person("complaint1").does("POST", "/objections", {**_OBJECTION, "topic": "排队"})
    found = {"words": "解释太像念稿", "process": "没有先报主管", "decision": "周五演练一次"}
    house.person("complaint1").does("POST", "/reviews", {**found, "incident": closed["id"]})


def _somebody_is_known(house: House, group: Any, closed: Any) -> Any:
    """A customer with two matters, a refusal by another, and two suggestions with an answer."""
    manager, teller, business = (
        house.person(name) for name in ("manager1", "teller1", "business1")
    )
    who = {"name": "李建国", "reference": "6222 0210 0011 2233", "tags": ["high_sensitivity"]}
    customer = manager.does("POST", "/customers", {**who, "risk_profile": "conservative"})
    for incident in (closed, group):
        manager.command(incident, "link-customer", customer=customer["id"])
    business.does("POST", f"/customers/{customer['id']}/contacts", {"channel": "phone"})
    other = manager.does("POST", "/customers", {"name": "王芳", "tags": ["vulnerable"]})
    refusal = {"revision": 1, "do_not_contact": True, "reason": "客户说以后都别再打电话"}
    teller.does("PATCH", f"/customers/{other['id']}", refusal)
    idea = {"product": "稳健理财 90 天", "cause": "information.unclear_terms"}
    text = "到期日和赎回日写在一起，客户总看错，建议分两行写。"
    made = teller.does("POST", "/suggestions", {**idea, "text": text, "incident": group["id"]})
    manager.does("POST", "/suggestions", {**idea, "text": "说明书的字再大一号。"})
    answer = {"status": "answered", "answer": "下个版本的说明书改成两行，六月上线。"}
    business.does("PATCH", f"/suggestions/{made['id']}", answer)
    return customer


def _somebody_plans(house: House) -> None:
    """Shifts, one single day, a take-over, leave and a substitute at east-01."""
    manager, tellers = house.person("manager1"), ("teller1", "teller2")
    shift = {"org": "east-01", "role": "teller", "kind": "weekly"}
    for weekday in range(1, 7):
        for user, begins, ends in zip(tellers, ("08:30", "12:00"), ("12:30", "17:30"), strict=True):
            times = {"from": begins, "to": ends, "weekday": weekday, "user": user}
            manager.does("POST", "/rota", {**shift, **times})
    single = {
        "kind": "day",
        "date": "2026-03-14",
        "user": "teller2",
        "from": "22:00",
        "to": "06:00",
    }
    manager.does("POST", "/rota", {**shift, **single, "from": "22:00", "to": "06:00"})
    until = {"kind": "override", "until": "2026-03-11T10:00:00Z"}
    deputy = {"org": "east-01", "role": "deputy_manager"}
    house.person("deputy1").does("POST", "/rota", {**deputy, **until})
    away = {"from": "2026-03-11T00:00:00Z", "to": "2026-03-13T16:00:00Z"}
    manager.does("POST", "/absences", {"user": "guard1", **away})
    manager.does("POST", "/substitutes", {"user": "guard1", "substitute": "lobby1"})
    manager.does("POST", "/substitutes", {"substitute": "deputy1"})

"""A journalist says who they are (domain.md, M1-M5)."""

from tests.house import House
from tests.scenarios.steps import names, step

TYPE = "media_declared"


def test_the_office_is_asked_and_complaints_and_compliance_are_told_at_once(house: House) -> None:
    office = house.person("office1").listens()
    told = [house.person(name).listens() for name in ("complaint1", "compliance1")]
    visit = house.person("teller1").raise_(TYPE)
    assert office.hears("alert")["type"] == TYPE
    for each in told:
        each.hears("inform", incident_id=visit["id"])
    assert names(visit["informed"]) == {"complaint1", "compliance1"}


def test_a_seat_away_from_the_counter_comes_first(house: House) -> None:
    visit = house.person("teller1").raise_(TYPE)
    assert visit["steps"][0]["id"] == "offer_seat"
    assert step(visit, "offer_seat")["containment"] is True
    assert step(visit, "offer_seat")["owner"] == "teller"


def test_the_teller_writes_down_outlet_name_and_press_card(house: House) -> None:
    teller = house.person("teller1")
    visit = teller.raise_(TYPE)
    record = {"outlet": "晚报", "reporter": "刘记者", "press_card": "B-1024"}
    done = teller.ticks(visit, "check_identity", record=record)
    assert step(done, "check_identity")["recorded"] == record
    facts = teller.command(visit, "record-facts", facts={"media_outlet": "晚报"})["facts"]
    assert facts == {"media_outlet": "晚报"}


def test_only_office_staff_can_tick_the_interview_and_nothing_overrides_it(house: House) -> None:
    visit = house.person("teller1").raise_(TYPE)
    house.person("manager1").command(visit, "acknowledge")
    for name in ("teller1", "manager1", "deputy1", "regional1", "complaint1"):
        house.person(name).refused(visit, "complete-step", 403, "forbidden", step="give_interview")
    why = "我来说"
    house.person("manager1").refused(
        visit, "complete-step", 403, "forbidden", step="give_interview", override_reason=why
    )
    done = house.person("office1").ticks(visit, "give_interview")
    assert step(done, "give_interview")["done_by"]["username"] == "office1"


def test_where_there_is_no_interview_a_manager_skips_the_step(house: House) -> None:
    visit = house.person("teller1").raise_(TYPE)
    house.person("teller1").refused(
        visit, "skip-step", 403, "forbidden", step="give_interview", reason="没有采访"
    )
    skipped = house.person("manager1").command(
        visit, "skip-step", step="give_interview", reason="没有采访"
    )
    assert step(skipped, "give_interview")["state"] == "skipped"
    back = house.person("manager1").command(
        visit, "reopen-step", step="give_interview", reason="又要采访"
    )
    assert step(back, "give_interview")["state"] == "ready"
    house.person("manager1").refused(
        visit, "reopen-step", 409, "step-not-done", step="give_interview", reason="再来"
    )


def test_what_must_be_done_cannot_be_skipped(house: House) -> None:
    visit = house.person("teller1").raise_(TYPE)
    house.person("manager1").refused(
        visit, "skip-step", 409, "step-locked", step="fill_record_form", reason="不想填"
    )


def test_a_threat_heard_on_the_way_becomes_a_flag(house: House) -> None:
    teller = house.person("teller1")
    visit = teller.raise_(TYPE, facts={"who_lawyer": True})
    now = teller.command(
        visit, "record-facts", facts={"threat_media": True, "recording_seen": True}
    )
    assert set(now["flags"]) == {"who_lawyer", "threat_media", "recording_seen"}

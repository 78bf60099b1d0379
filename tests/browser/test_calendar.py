"""The bank's working days on the screen: a year's file, wrong and right, and what all may see."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.screen import Screen, Screens
from tests.house import House

PLAIN_2027 = "date,working\n2027-01-01,0\n2027-02-08,0\n2027-02-09,0\n2027-02-20,1\n"
WRONG = "date,working\n2027.1.1,0\n2027-02-08,0\n2027-02-08,1\n"
YEAR = "/desk/rota/calendar?year=2027"


def chooses(desk: Screen, folder: Path, text: str) -> None:
    file = folder / "2027.csv"
    file.write_text(text, "utf-8")
    desk.page.locator("input[type=file]").set_input_files(file)
    desk.presses_in_sheet("calendar.file.look")


def test_a_wrong_file_names_its_lines_and_the_mended_one_is_looked_at_taken_in_and_shown(
    screens: Screens, house: House, tmp_path: Path
) -> None:
    keeper = house.person("compliance1")
    desk = screens.desk().signed_in("compliance1").opens(YEAR).reads("calendar.unconfirmed")
    desk.presses("calendar.import")
    chooses(desk, tmp_path, WRONG)
    sheet = desk.page.get_by_role("dialog")
    expect(sheet.get_by_role("alert").get_by_role("listitem")).to_have_text(
        ["第 2 行：应写成 2027-02-06,1。", "第 4 行：2027-02-08 出现了两次。"]
    )
    assert not keeper.get("/calendar", params={"year": 2027})["confirmed"]

    chooses(desk, tmp_path, PLAIN_2027)
    desk.reads("calendar.effect.confirms").reads("calendar.effect.changes", n=4)
    expect(sheet.get_by_role("listitem")).to_have_text(
        [
            "1月1日 周五放假",
            "2月8日 周一 到 2月9日 周二放假",
            "2月20日 周六周末上班",
        ]
    )
    assert not keeper.get("/calendar", params={"year": 2027})["confirmed"], "only looked at"

    desk.presses_in_sheet("calendar.file.take").reads("calendar.taken", years=2027)
    desk.reads("calendar.confirmed").no_longer_reads("calendar.unconfirmed")
    expect(desk.page.locator("td .off")).to_have_count(3)
    expect(desk.page.locator("td .worked")).to_have_count(1)
    assert keeper.get("/calendar", params={"year": 2027})["confirmed"]


def test_who_may_not_import_sees_the_year_and_whom_it_waits_for(screens: Screens) -> None:
    phone = screens.phone("en").signed_in("manager1").opens(YEAR)
    phone.reads("calendar.unconfirmed").reads_among("calendar.theyImport")
    expect(phone.button("calendar.import")).to_have_count(0)
    phone.presses("calendar.before").reads("calendar.confirmed")
    expect(phone.page.locator("td .worked").first).to_be_visible()

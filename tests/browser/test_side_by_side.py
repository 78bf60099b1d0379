"""The teller's tablet and the manager's phone side by side, from the tap to the auditor's file."""

from pathlib import Path

import pytest

from backend.verify import main as verify
from tests.browser.screen import Screens
from tests.browser.words import Language
from tests.house import House

TYPE = "disruptive_customer"
INTACT = 0


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_from_the_tap_to_the_auditors_file(
    screens: Screens, house: House, language: Language, tmp_path: Path
) -> None:
    teller = screens.tablet(language).paired(house).gives_pin("teller1")
    manager = screens.phone(language).signed_in("manager1").is_at("/duty")

    teller.taps(TYPE)
    alert = manager.page.get_by_role("alertdialog")
    alert.get_by_text(manager.words.title(TYPE)).first.wait_for()
    manager.presses("phone.alert.take").is_at("/duty/incidents/*")
    teller.reads("incident.head.inCharge")
    (opened,) = house.person("manager1").incidents()
    assert opened["status"] == "acknowledged"
    assert opened["in_charge"]["username"] == "manager1"

    teller.ticks(TYPE, "lead_away")
    manager.reads_done(TYPE, "lead_away")
    manager.ticks(TYPE, "steady_others")
    teller.reads_done(TYPE, "steady_others")

    manager.presses("phone.primary.contain").presses_in_sheet("phone.contain.go")
    teller.reads("incident.told.contained")
    manager.presses("phone.primary.close").fills("phone.close.resolution", "客户已由经理接待")
    manager.presses_in_sheet("phone.outcome.calmed")
    manager.presses_in_sheet("phone.causeTopic.communication")
    manager.presses_in_sheet("phone.cause.communication.scripted")
    manager.presses_in_sheet("phone.close.go")
    teller.reads("incident.told.over")
    closed = house.person("manager1").incident(opened)
    assert closed["status"] == "closed"

    auditor = screens.desk(language).signed_in("auditor1").is_at("/audit")
    title = auditor.words.title(TYPE)
    auditor.page.get_by_role("link", name=title).click()
    auditor.is_at("/audit/*").reads_among("auditor.proof.intact")
    auditor.presses("auditor.export.go")
    with auditor.page.expect_download() as download:
        auditor.page.get_by_role("button", name=auditor.words.text("auditor.export.json")).click()
    auditor.reads_among("auditor.export.done")
    file = tmp_path / "incident.json"
    download.value.save_as(file)
    assert verify([str(file)]) == INTACT

"""Writes test/fixtures/bundle.json with the server's own code; run it from anywhere."""

import json
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2]))

from escalation.commands import Acknowledge, AddNote  # noqa: E402
from escalation.texts import Typed  # noqa: E402
from tests.integration.exports_house import FACTS, ExportsHouse  # noqa: E402


def main() -> None:
    """One raise with sealed facts, somebody in charge, a note."""
    with tempfile.TemporaryDirectory() as folder:
        house = ExportsHouse(Path(folder))
        incident = house.opens(facts=FACTS)
        house.does("manager1", Acknowledge(), incident)
        house.does("teller1", AddNote(Typed("客户说：“我要投诉” 😡")), incident)
        bundle = house.bundle(incident)
        house.engine.dispose()
    text = json.dumps(bundle, ensure_ascii=False, separators=(",", ":"))
    (HERE / "fixtures" / "bundle.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

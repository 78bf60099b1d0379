"""Every fault of a playbook file is found, with its file and line, and none hides another."""

from pathlib import Path

import pytest

from playbooks.load import LIBRARY, InvalidPlaybook, check, load_library

GOOD = """\
id: flood
version: 1
title: {zh: 进水, en: Flood}
summary: {zh: 大堂进水, en: Water in the lobby}
tap: {order: 7, colour: warn, icon: list}
severity: medium
discreet: false
ladder:
  - {after: 0, tell: [branch_manager]}
  - {after: 60, tell: [hq_duty]}
repeat_every: 120
act_within: 180
inform: [everyone]
proposed_when:
  - fact: head_count
    at_least: 3
    because: {zh: 人多, en: Many people}
cards: [evidence]
steps:
  - id: mop
    title: {zh: 拖地, en: Mop}
    owner: guard
    only: [guard]
    due: 60
    gate:
      text: {zh: 锁着, en: Locked}
      any_of: [injury]
  - id: dry
    title: {zh: 吹干, en: Dry}
    owner: teller
    record:
      - {name: room, label: {zh: 房间, en: Room}, type: text}
clocks:
  - name: contact
    starts: raised
    within: 3600
    met_by: [step:dry]
"""
RULED = GOOD.replace(
    "    record:\n",
    """    record_rules:
      - {when_field: came, when: [alone], field: room, needs: [big], text: {zh: 不行, en: "No"}}
    record:
      - name: came
        label: {zh: 怎么来, en: Came}
        type: choice
        choices: [{value: alone, label: {zh: 独自, en: Alone}}]
""",
)
"""A rule of a form that speaks of a field without choices."""
CARD = """\
id: wet
title: {zh: 湿了, en: Wet}
signs: [{zh: 滴水, en: Drips}]
say: []
avoid: []
"""


def written(directory: Path, text: str, name: str = "flood.yaml") -> Path:
    (directory / "cards").mkdir(exist_ok=True)
    (directory / name).write_text(text, "utf-8")
    return directory


def faults(directory: Path) -> list[tuple[str, int, str]]:
    return [(fault.file.name, fault.line, fault.reason) for fault in check(directory)]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_a_good_file_has_no_fault(tmp_path):
    assert faults(written(tmp_path, GOOD)) == []


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("version: 1", "version: 0", "greater than or equal to 1"),
        ("version: 1", "version: 9007199254740992", "less than or equal to"),
        ("version: 1", "version: true", "Not a valid integer"),
        ("version: 1", "version: '1'", "Not a valid integer"),
        ("version: 1", "version: 1.0", "Not a valid integer"),
        ("discreet: false", "discreet: 0", "Not a valid boolean"),
        ("discreet: false", 'discreet: "false"', "Not a valid boolean"),
        ("severity: medium", "severity: grave", "Must be one of"),
        ("severity: medium", "severity: medium\nmood: bad", "mood: Unknown field"),
        ("id: flood", "id: Flood 7", "lower-case name"),
        ("{zh: 进水, en: Flood}", "{zh: 进水}", "title.en: Missing data"),
        ("{zh: 进水, en: Flood}", "{zh: 进水, en: ' '}", "title.en: Must not be blank"),
        ("{zh: 进水, en: Flood}", "{zh: 进水, en: 7}", "title.en: Not a valid string"),
        ("{zh: 进水, en: Flood}", r'{zh: 进水, en: "a\ud800"}', "cannot be kept"),
        ("{zh: 进水, en: Flood}", r'{zh: 进水, en: "a\0"}', "cannot be kept"),
        ("tell: [hq_duty]", "tell: [chairman]", "ladder.1.tell.0: Must be one of"),
        ("tell: [hq_duty]", "tell: []", "ladder.1.tell: Somebody has to be told"),
        ("after: 60", "after: 0", "Each level comes later"),
        ("{after: 0,", "{after: 5,", "The first level is told at once"),
        ("repeat_every: 120", "repeat_every: -1", "greater than or equal to 1"),
        ("inform: [everyone]", "inform: [all]", "inform.0: Must be one of"),
        ("owner: guard", "owner: plumber", "steps.0.owner: Must be one of"),
        ("owner: guard", "owner: teller", "not among those who alone may do it"),
        ("due: 60", "due: 0", "greater than or equal to 1"),
        ("due: 60", "due: 60\n    completed_by_raising: true", "Nothing may stand in its way"),
        ("any_of: [injury]", "any_of: [rain]", "gate.any_of.0: Must be one of"),
        ("any_of: [injury]", "any_of: [head_count]", "is not true or false"),
        ("any_of: [injury]", "any_of: []", "Nothing opens it"),
        ("any_of: [injury]", "clearance: plumber", "clearance: Must be one of"),
        ("id: dry", "id: mop", "is used twice"),
        ("type: text}", "type: colour}", "type: Must be one of"),
        ("type: text}", "type: choice}", "Choices belong to the type"),
        ("type: text}", "type: text, choices: [{value: a, label: {zh: 甲, en: A}}]}", "belong to"),
        ("name: contact", "name: tea", "clocks.0.name: Must be one of"),
        ("starts: raised", "starts: step:sing", "no moment or step “step:sing”"),
        ("met_by: [step:dry]", "met_by: [raised, noon]", "no moment or step “noon”"),
        ("within: 3600", "within: 0", "greater than or equal to 1"),
        ("fact: head_count", "fact: weather", "proposed_when.0.fact: Must be one of"),
        ("fact: head_count", "fact: injury", "“injury” cannot be counted"),
        ("cards: [evidence]", "cards: [ghost]", "There is no card “ghost”"),
        ("cards: [evidence]", "cards: [evidence, evidence]", "is used twice"),
        ("severity: medium", "severity: medium\nseverity: low", "severity: stands here twice"),
        ("severity: medium", "severity: !shout medium", "cannot be read as a value"),
        ("due: 60", "due: 60: 61", "not YAML"),
        ("owner: guard", "owner: 'guard", "not YAML"),
        ("inform: [everyone]", "inform: everyone", "inform: Not a valid list"),
        ("inform: [everyone]", "? [inform]\n: [everyone]", "a key must be a word"),
    ],
)
def test_a_fault_is_found_in_its_file(tmp_path, old, new, reason):
    assert GOOD.count(old) == 1
    found = faults(written(tmp_path, GOOD.replace(old, new)))
    assert any(name == "flood.yaml" and reason in text for name, _, text in found), found


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ("severity: medium", "severity: grave", "severity: grave"),
        ("severity: medium", "severity: low\nmood: bad", "mood: bad"),
        ("severity: medium", "severity: low\nseverity: low", "severity: low\ndiscreet"),
        ("{zh: 进水, en: Flood}", "{zh: 进水}", "title: {zh: 进水}"),
        ("after: 60", "after: 0", "after: 0, tell: [hq_duty]"),
        ("any_of: [injury]", "any_of: [head_count]", "any_of: [head_count]"),
        ("name: room,", "name: room, mood: bad,", "mood: bad"),
        ("starts: raised", "starts: step:sing", "step:sing"),
        ("cards: [evidence]", "cards: [ghost]", "cards: [ghost]"),
        ("owner: guard", "owner: ]", "owner: ]"),
        ("    title: {zh: 吹干, en: Dry}\n", "", "id: dry"),
    ],
)
def test_a_fault_is_found_on_its_line(tmp_path, old, new, at):
    text = GOOD.replace(old, new)
    [(_, line, _)] = faults(written(tmp_path, text))
    assert line == line_of(text, at)


def test_all_faults_are_found_at_once_in_the_order_of_their_lines(tmp_path):
    text = GOOD
    for old, new in [
        ("version: 1", "version: 0"),
        ("after: 60", "after: 0"),
        ("owner: guard", "owner: plumber"),
        ("step:dry", "step:sing"),
        ("cards: [evidence]", "cards: [ghost]"),
    ]:
        text = text.replace(old, new)
    lines = [line for _, line, _ in faults(written(tmp_path, text))]
    parts = ["version: 0", "after: 0, tell: [hq", "[ghost]", "plumber", "plumber", "step:sing"]
    assert lines == [line_of(text, part) for part in parts]


def test_a_double_id_is_found_where_it_stands_for_the_second_time(tmp_path):
    text = GOOD.replace("dry", "mop")
    [(_, line, reason)] = faults(written(tmp_path, text))
    assert line == line_of(text, "id: mop\n    title: {zh: 吹干")
    assert "“mop” is used twice" in reason


def test_a_proposal_by_a_number_needs_the_number(tmp_path):
    text = GOOD.replace("    at_least: 3\n", "")
    [(_, line, reason)] = faults(written(tmp_path, text))
    assert line == line_of(text, "fact: head_count")
    assert "say at_least" in reason


def test_a_discreet_playbook_shows_nothing_on_a_tablet(tmp_path):
    text = GOOD.replace("discreet: false", "discreet: true")
    found = faults(written(tmp_path, text))
    assert [line for _, line, _ in found] == [
        line_of(text, "tap:"),
        line_of(text, "owner: teller"),
    ]


def test_an_id_in_two_files_is_a_fault_of_the_second(tmp_path):
    written(tmp_path, GOOD, "a.yaml")
    written(tmp_path, GOOD.replace("version: 1", "version: 2"), "b.yml")
    assert faults(tmp_path) == [("b.yml", 1, "id: “flood” is already in a.yaml.")]


def test_a_card_is_checked_in_its_own_file(tmp_path):
    written(tmp_path, GOOD.replace("[evidence]", "[wet]"))
    written(tmp_path, CARD, "cards/wet.yaml")
    assert faults(tmp_path) == []
    written(tmp_path, CARD.replace("en: Drips", "fr: Coule"), "cards/wet.yaml")
    found = faults(tmp_path)
    assert [row[:2] for row in found] == [
        ("wet.yaml", 3),
        ("wet.yaml", 3),
        ("flood.yaml", line_of(GOOD, "cards:")),
    ]


def test_a_card_id_in_two_files_is_a_fault(tmp_path):
    written(tmp_path, CARD, "cards/a.yaml")
    written(tmp_path, CARD, "cards/b.yaml")
    assert faults(tmp_path) == [("b.yaml", 1, "id: “wet” is already in a.yaml.")]


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"", 1),
        (b"# nothing\n", 1),
        (b"just words\n", 1),
        (b"- a\n- list\n", 1),
        (b"id: x\n\n\xff\xfe\n", 3),
        (b"id: x\nversion: \x01\n", 2),
        (b"id: x\n--- \nid: y\n", 2),
        (b"id: x\n\tversion: 1\n", 2),
        (b"[" * 100_000, 1),
    ],
)
def test_a_file_that_is_no_playbook_is_a_fault_and_never_a_crash(tmp_path, raw, line):
    (tmp_path / "odd.yaml").write_bytes(raw)
    assert faults(tmp_path)[0][:2] == ("odd.yaml", line)


def test_an_anchor_is_refused_even_when_it_refers_to_itself(tmp_path):
    text = GOOD.replace("inform: [everyone]", "inform: &me [everyone, *me]")
    found = faults(written(tmp_path, text))
    assert any("anchor" in reason and line == line_of(text, "&me") for _, line, reason in found)


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path):
    (tmp_path / "folder.yaml").mkdir()
    [(name, line, reason)] = faults(tmp_path)
    assert (name, line) == ("folder.yaml", 1)
    assert reason.startswith("cannot be read")


def test_a_directory_that_is_not_there_is_a_fault(tmp_path):
    assert faults(tmp_path / "nowhere") == [("nowhere", 1, "there is no such directory")]


def test_a_fault_reads_as_file_line_and_reason(tmp_path):
    [fault] = check(written(tmp_path, GOOD.replace("version: 1", "version: 0")))
    assert str(fault).startswith(f"{tmp_path / 'flood.yaml'}:2: version: ")


def test_loading_refuses_a_directory_with_a_fault_and_names_them_all(tmp_path):
    written(tmp_path, GOOD.replace("version: 1", "version: 0").replace("due: 60", "due: 0"))
    with pytest.raises(InvalidPlaybook) as caught:
        load_library(LIBRARY, tmp_path)
    assert len(caught.value.faults) == 2
    assert "flood.yaml:2:" in str(caught.value)


def test_a_rule_of_a_form_speaks_of_choices_that_the_form_has(tmp_path: Path) -> None:
    faults = [str(fault) for fault in check(written(tmp_path, RULED))]
    assert len(faults) == 1
    assert "“room” is no choice of this form" in faults[0]
    known = RULED.replace("when: [alone]", "when: [flying]").replace("field: room", "field: came")
    faults = [str(fault) for fault in check(written(tmp_path, known))]
    assert [each.split(": ")[-1] for each in faults] == [
        "“came” has no choice “flying”.",
        "“came” has no choice “big”.",
    ]


def test_a_playbook_may_word_a_shared_step_in_its_own_way(tmp_path: Path) -> None:
    shared = "steps:\n  - {like: fill_record_form, owner: guard}\n"
    written(tmp_path, GOOD.replace("steps:\n", shared))
    step = load_library(LIBRARY, tmp_path).playbooks["flood"].step("fill_record_form")
    assert step is not None
    assert step.owner == "guard"
    assert step.must
    unknown = "steps:\n  - {like: fly_away, owner: guard}\n"
    faults = check(written(tmp_path, GOOD.replace("steps:\n", unknown)))
    assert "There is no step “fly_away”" in str(faults[0])


def test_promises_are_forbidden_by_facts_that_there_are(tmp_path: Path) -> None:
    wrong = (
        "no_promise:\n  text: {zh: 不行, en: No way}\n  when: [{fact: profile, equals: ghost}]\n"
    )
    faults = check(written(tmp_path, GOOD + wrong))
    assert ["“profile” is never “ghost”" in str(fault) for fault in faults] == [True]

"""How a talk goes (domain.md, R1-R6, W1-W5, S4, T2, T4, C2): what the playbooks have people do."""

import pytest

from playbooks.load import load_library
from playbooks.model import Step

PLAYBOOKS = load_library().playbooks
COMPLAINTS = ["complaint_light", "complaint_medium", "complaint_heavy"]
WITH_A_FORM = sorted(id for id, book in PLAYBOOKS.items() if book.step("fill_record_form"))
WITH_A_COMPLAINER = sorted(
    id
    for id, book in PLAYBOOKS.items()
    if any({"R1", "W1", "T2"} & set(step.source) for step in book.steps)
)
#: What settles the matter: what is said of it before somebody has calmed down is said in vain.
SOLVING = {
    "announce_assessment",
    "promise_redress",
    "correct_mistake",
    "explain_calmly",
    "tell_solution",
    "hold_principle",
    "tell_rules",
    "agree_day",
    "tell_progress",
}


def order(playbook: str) -> list[str]:
    return [step.id for step in PLAYBOOKS[playbook].steps]


def step(playbook: str, step_id: str) -> Step:
    found = PLAYBOOKS[playbook].step(step_id)
    assert found is not None, f"{playbook}/{step_id}"
    return found


def said(found: Step) -> str:
    return "".join(text.zh for text in found.say)


def avoided(found: Step) -> str:
    return "".join(text.zh for text in found.avoid)


def fields(found: Step) -> set[str]:
    return {each.name for each in found.record}


def choices(found: Step, field: str) -> set[str]:
    return {choice.value for each in found.record if each.name == field for choice in each.choices}


@pytest.mark.parametrize("playbook", [*COMPLAINTS, *WITH_A_COMPLAINER])
def test_calming_comes_before_solving(playbook):
    calming = [each.id for each in PLAYBOOKS[playbook].steps if "R1" in each.source]
    solving = [each for each in order(playbook) if each in SOLVING]
    assert calming
    assert all(order(playbook).index(calming[0]) < order(playbook).index(each) for each in solving)


@pytest.mark.parametrize("playbook", ["complaint_medium", "complaint_heavy", "cash_swallowed"])
def test_the_demand_is_said_in_one_sentence_and_asked_back_and_papers_are_asked_for(playbook):
    check = step(playbook, "check_identity")
    assert "是这样吗" in said(check)
    assert "单子或合同" in said(check)
    assert "restated_demand" in fields(check)


@pytest.mark.parametrize("playbook", ["group_visit", "disruptive_customer", "complaint_heavy"])
def test_who_is_not_the_holder_hears_of_the_letter_of_authority(playbook):
    check = step(playbook, "check_identity")
    assert "授权书" in said(check)
    assert "联系本人" in said(check)
    assert "没核实就透露信息" in avoided(check)


@pytest.mark.parametrize("playbook", WITH_A_FORM)
def test_the_form_asks_how_the_customer_stands_to_the_holder(playbook):
    form = step(playbook, "fill_record_form")
    assert choices(form, "relation") == {"self", "family", "agent", "other"}
    assert choices(form, "authority") == {"not_needed", "yes", "no"}
    assert {"customer_name", "contact", "product", "amount_yuan", "materials"} <= fields(form)


@pytest.mark.parametrize("playbook", COMPLAINTS)
def test_each_of_the_six_taboos_stands_where_a_complaint_is_heard(playbook):
    taboos = "".join(avoided(each) for each in PLAYBOOKS[playbook].steps)
    assert "不知道" in avoided(step(playbook, "listen_first"))
    assert "催人走" in avoided(step(playbook, "listen_first"))
    assert "承诺赔付" in avoided(step(playbook, "listen_first"))
    assert "辩解" in taboos
    assert "轻描淡写" in taboos
    assert "拖到客户再投诉" in taboos


@pytest.mark.parametrize("playbook", ["complaint_light", "complaint_heavy", "disruptive_customer"])
def test_who_listens_first_does_not_interrupt_and_says_sorry(playbook):
    listening = step(playbook, "listen_first")
    assert "打断" in avoided(listening)
    assert "我听着" in said(listening)
    assert "对不起" in said(listening) or "道个歉" in said(listening)


def test_each_tier_of_complaints_has_its_own_way():
    light, medium, heavy = COMPLAINTS
    assert "道个歉" in said(step(light, "first_response"))
    assert "named_contact" in fields(step(light, "first_response"))
    fault = choices(step(medium, "name_fault"), "whose_fault")
    assert fault == {"ours", "partner", "customer", "nobody"}
    assert step(medium, "tell_progress").repeats
    closing = ["freeze_account", "report_up", "written_statement", "invite_review"]
    assert [each for each in order(heavy) if each in closing] == closing


def test_a_complaint_takes_the_seven_moves_in_their_order():
    moves = [
        "listen_first",
        "first_response",
        "judge_kind",
        "announce_assessment",
        "fill_record_form",
        "tell_solution",
        "contact_customer",
    ]
    assert [each for each in order("complaint_light") if each in moves] == moves


def test_sympathy_takes_responsibility_and_promises_what_will_be_done():
    contact = said(step("complaint_medium", "first_contact"))
    assert "由我来跟" in contact
    assert "两小时内我再跟您说" in contact
    assert "承诺结果" in avoided(step("complaint_medium", "first_contact"))


def test_cash_in_a_machine_is_said_to_be_safe_registered_and_credited_by_a_day():
    comfort = step("cash_swallowed", "comfort_first")
    assert comfort.containment
    assert "您的钱是安全的" in said(comfort)
    assert {"amount_yuan", "card_end"} <= fields(step("cash_swallowed", "register_cash"))
    day = step("cash_swallowed", "agree_day")
    assert [(each.name, each.type) for each in day.record] == [("credited_by", "date")]


def test_after_a_loss_comes_regret_no_argument_no_silence_and_then_the_rules():
    assert order("investment_loss").index("regret_first") == 0
    assert "争谁对谁错" in avoided(step("investment_loss", "regret_first"))
    assert "长时间不说话" in avoided(step("investment_loss", "regret_first"))
    assert "合同里" in said(step("investment_loss", "tell_rules"))


@pytest.mark.parametrize(
    "playbook", ["media_declared", "group_visit", "disruptive_customer", "complaint_heavy"]
)
def test_the_customer_is_read_wherever_customers_are_met(playbook):
    reading = step(playbook, "note_who")
    assert {"P1", "P2", "T6"} <= set(reading.source)


def test_a_colleague_who_has_had_too_much_is_relieved_and_looked_after():
    assert "硬撑" in avoided(step("customer_weeping", "relieve_colleague"))
    assert step("help", "check_on_staff").owner == "deputy_manager"


def test_who_weeps_is_felt_with_first_and_then_the_principle_is_held():
    moves = ["seat_and_water", "feel_with_them", "hold_principle"]
    assert [each for each in order("customer_weeping") if each in moves] == moves
    assert "跟着激动" in avoided(step("customer_weeping", "feel_with_them"))
    assert "承诺赔付" in avoided(step("customer_weeping", "hold_principle"))


def test_a_serving_agent_shows_their_authority_before_the_rules_are_searched():
    steps = order("customer_serving_agent")
    assert steps.index("check_authority") < steps.index("search_the_rules")
    assert "为熟人破例" in avoided(step("customer_serving_agent", "search_the_rules"))


def test_a_covert_visit_notices_companions_and_what_they_carry():
    assert fields(step("media_covert", "observe")) == {"companions", "carried"}
    assert "拍照取证" in avoided(step("media_covert", "observe"))


def test_every_script_and_every_clock_names_the_rule_behind_it():
    nameless = []
    for book in PLAYBOOKS.values():
        sources = {each.id: each.source for each in book.steps}
        sources |= {each.id: each.source for each in book.cards}
        sources |= {each.name: each.source for each in book.clocks}
        nameless += [(book.id, part) for part, source in sources.items() if not source]
    assert nameless == []

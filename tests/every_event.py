"""One or two cases in which everything happens that a timeline can tell of."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache

from escalation import commands as c
from escalation import dealing_commands as d
from escalation.drill import Terms
from escalation.events import Event
from tests.builders import FORM, Bank, Case, typed


@cache
def every_event() -> tuple[Event, ...]:
    """The events of both cases, in order."""
    return (*_a_group(), *_a_complaint(), *_nobody_there(), *_a_drill())


def data_keys() -> set[str]:
    """The name of each part that an event's data has."""
    return {name for event in every_event() for name in event.data}


def _a_group() -> Iterator[Event]:
    bank = Bank(channels={"manager1": ("sms",)})
    case = bank.raises("teller1", "group_visit", facts={"head_count": 4}, note=typed())
    case.joined_by("teller2")
    bank.later(70)
    alert = next(iter(case.state.alerts.values()))
    case.decides(
        c.DeliveryFailed(alert.id, 0, "id-of-manager1", "sms-of-id-of-manager1", "x"),
        bank.context(None),
    )
    case.does("manager1", c.Receive("delivered", alert.id, 0))
    case.does("manager1", c.Receive("seen", alert.id, 0))
    case.does("supervisor1", c.Decline(typed()))
    case.acknowledged_by("manager1", 3)
    case.does("manager1", c.Escalate(typed()))
    case.does("teller1", c.AddPlaybook("complaint_light", typed()))
    case.does("manager1", c.HandOver("deputy1", typed()))
    case.does("manager1", c.SkipStep("call_business", typed()))
    case.does("manager1", c.ReopenStep("call_business", typed()))
    case.does("teller1", c.CompleteStep("fill_record_form", note=typed(), record=FORM))
    case.does("manager1", c.LinkCustomer("card", "east-01"))
    case.does("manager1", c.UnlinkCustomer())
    case.does("teller1", c.Attach("a", "0" * 64, "image/png", 1, typed()))
    _dealings(case)
    case.does("manager1", c.RecordFacts({"injury": True}))
    case.does("manager1", c.RecordFacts({"injury": False}))
    override = c.CompleteStep("call_police", override_reason=typed())
    case.does("manager1", override)
    case.contained_by("manager1")
    yield from case.events


def _dealings(case: Case) -> None:
    bank = case.bank
    for _ in range(2):
        soon = bank.now + timedelta(hours=1)
        case.does("teller1", d.MakePromise(typed(), soon, "information"))
    first, second = case.state.dealings.promises
    case.does("manager1", d.KeepPromise(first, typed()))
    case.does("lobby1", d.NameRepresentative(typed()))
    case.does("lobby1", d.WithdrawRepresentative(next(iter(case.state.dealings.representatives))))
    case.does("lobby1", d.LeadToRoom(typed(), typed(), 3))
    case.does("lobby1", d.LeaveRoom(next(iter(case.state.dealings.stays))))
    case.does("teller1", c.AddPlaybook("media_declared"))
    press = d.RecordPressStatement(typed(), typed(), typed(), typed(), typed())
    case.does("office1", press)
    bank.later(3700)
    case.does("manager1", d.BreakPromise(second, typed()))


def _a_complaint() -> Iterator[Event]:
    bank = Bank()
    case = bank.raises("teller1", "help")
    case.does("manager1", c.Reclassify("complaint_light", typed()))
    case.acknowledged_by("manager1")
    case.does("compliance1", c.ClearStep("promise_redress", typed()))
    case.does("complaint1", d.DraftStatement("zh", typed(), typed()))
    draft = case.state.dealings.drafts["zh"].seq
    case.does("compliance1", d.IssueStatement("zh", typed(), typed(), draft))
    until = bank.now + timedelta(hours=4)
    case.does("manager1", c.PauseClock("resolution", until, typed()))
    case.does("manager1", c.ResumeClock("resolution", typed()))
    later = bank.now + timedelta(days=3)
    case.does("manager1", c.ExtendClock("resolution", later, typed()))
    bank.later(80 * 3600)
    case.contained_by("manager1")
    case.does("manager1", c.Close(typed(), "settled", "other", "fact"))
    case.does("complaint1", c.ScheduleFollowUp(note=typed()))
    bank.later(8 * 86400)
    call = next(each for each in case.state.follow_ups.values() if each.status == "scheduled")
    case.does("complaint1", c.FinishFollowUp(call.id, "reached", "yes", typed()))
    case.does("manager1", c.RecordReview(typed(), typed(), typed(), ("severe",)))
    case.does("auditor1", c.RecordExport("json", 3, "zh"))
    late = c.ReportLate("add-note", {"text": typed()}, "closed")
    case.decides(late, bank.context(bank.caller("teller1")))
    case.does("manager1", c.Reopen(typed()))
    yield from case.events


def _nobody_there() -> Iterator[Event]:
    bank = Bank(away={"manager1", "deputy1", "hqduty1", "regional1", "supervisor1", "office1"})
    case = bank.raises("teller1", "disruptive_customer")
    bank.later(600)
    case.joined_by("teller2")
    case.does("teller2", c.Cancel(typed()))
    case.does("manager1", c.Cancel(typed()))
    yield from case.events


def _a_drill() -> Iterator[Event]:
    bank = Bank()
    terms = Terms("d1", "id-of-manager1", "branch")
    case = bank.raises("manager1", "disruptive_customer", drill=True, terms=terms)
    bank.later(600)
    case.acknowledged_by("manager1")
    case.closed_by("manager1")
    yield from case.events
    visit = bank.raises("teller1", "disruptive_customer")
    hour = timedelta(hours=1)
    terms = Terms("d2", "id-of-regional1")
    window = (bank.now - hour, bank.now + hour)
    mark = c.MarkDrill(terms, "east-01", "disruptive_customer", *window, typed())
    visit.does("regional1", mark)
    visit.does("teller1", c.UnmarkDrill(typed()))
    yield from visit.events

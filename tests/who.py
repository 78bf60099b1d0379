"""Who may do what to an ordinary incident that ``teller1`` has raised at east-01.

``manager1`` listens while it is raised, so that the first level is alerted and no other.
"""

from typing import Any

STRANGERS = {"teller3", "teller4", "manager2", "admin1"}
AT_THE_BRANCH = {"teller1", "teller2", "supervisor1", "lobby1", "guard1"} | {
    "manager1",
    "deputy1",
    "office1",
}
ABOVE = {"office2", "complaint1", "business1", "compliance1", "legal1", "regional1", "hqduty1"}
MANAGERS = {"manager1", "deputy1", "supervisor1", "regional1", "hqduty1"}
INFORMED = {"lobby1", "guard1", "supervisor1"}
TYPE = "disruptive_customer"

NO_CARD = "019a0000-0000-7000-8000-00000000c0de"
CHANGE = {"clock": "call_back", "until": "2026-03-12T00:00:00Z", "reason": "?"}
PROMISE = {"text": "下午给您回话", "due_at": "2026-03-12T00:00:00Z", "kind": "information"}
STATEMENT = {"lang": "zh", "text": "说明如下", "contact": "李静", "draft": 0}
PRESS = {"who": "李记者", "outlet": "晚报", "asked": "为什么", "said": "正在核实"}
#: Each command, a body for it, and who may give it; the others who see the incident get 403.
COMMANDS: list[tuple[str, dict[str, Any], set[str]]] = [
    ("acknowledge", {}, MANAGERS | INFORMED | {"office1"}),
    ("decline", {}, INFORMED | {"manager1", "office1"}),
    ("complete-step", {"step": "lead_away"}, AT_THE_BRANCH | MANAGERS),
    ("skip-step", {"step": "steady_others", "reason": "?"}, MANAGERS | {"teller1", "teller2"}),
    ("reopen-step", {"step": "report_superior", "reason": "?"}, MANAGERS),
    ("clear-step", {"step": "promise_redress"}, {"compliance1"}),
    ("record-facts", {"facts": {"head_count": 2}}, AT_THE_BRANCH),
    ("add-playbook", {"playbook": "group_visit"}, AT_THE_BRANCH),
    (
        "reclassify",
        {"type": "help", "reason": "?"},
        MANAGERS | {"office1", "office2", "complaint1", "teller1"},
    ),
    ("hand-over", {"to": "deputy1"}, MANAGERS),
    ("add-note", {"text": "一句"}, AT_THE_BRANCH | ABOVE),
    ("escalate", {"reason": "?"}, AT_THE_BRANCH),
    ("contain", {}, MANAGERS),
    ("close", {"resolution": "好了", "outcome": "settled"}, MANAGERS),
    ("cancel", {"reason": "?"}, MANAGERS | {"teller1"}),
    ("reopen", {"reason": "?"}, MANAGERS),
    ("link-customer", {"customer": NO_CARD}, AT_THE_BRANCH | MANAGERS | {"complaint1"}),
    ("unlink-customer", {}, AT_THE_BRANCH | MANAGERS | {"complaint1"}),
    ("pause-clock", CHANGE, MANAGERS | {"compliance1"}),
    ("extend-clock", CHANGE, MANAGERS | {"compliance1"}),
    ("unmark-drill", {"reason": "?"}, AT_THE_BRANCH | MANAGERS),
    ("resume-clock", {"clock": "call_back", "reason": "?"}, MANAGERS | {"compliance1"}),
    ("promise", PROMISE, AT_THE_BRANCH | MANAGERS | {"complaint1"}),
    ("keep-promise", {"promise": "p"}, AT_THE_BRANCH | MANAGERS | {"complaint1"}),
    ("break-promise", {"promise": "p", "reason": "?"}, MANAGERS | {"complaint1"}),
    ("name-representative", {"who": "红衣女士"}, AT_THE_BRANCH | MANAGERS),
    ("withdraw-representative", {"representative": "r"}, AT_THE_BRANCH | MANAGERS),
    ("lead-to-room", {"who": "三位女士", "room": "接待室"}, AT_THE_BRANCH | MANAGERS),
    ("leave-room", {"stay": "s"}, AT_THE_BRANCH | MANAGERS),
    ("draft-statement", STATEMENT, {"complaint1", "compliance1"}),
    ("issue-statement", STATEMENT, {"complaint1", "compliance1"}),
    ("record-press-statement", PRESS, {"office1", "office2"}),
]

"""Whose matter it is: the customer's card, linked and unlinked (S9, A9)."""

from escalation import events as ev
from escalation.commands import LinkCustomer, UnlinkCustomer
from escalation.context import Decision
from escalation.customer_rights import looked_up_at
from escalation.refusal import Invalid, Refused
from escalation.rights import Caller


def link_customer(decision: Decision, command: LinkCustomer) -> None:
    """The matter is this customer's; another card takes the place of the one before."""
    _check_not_cancelled(decision)
    context = decision.context
    seen = looked_up_at(Caller(context.person, context.device_id), context.directory)
    if command.org is None or command.org not in seen:
        raise Invalid("customer", "没有这张客户卡。", "There is no such customer card.")
    if decision.incident.customer != command.customer:
        decision.add(ev.CUSTOMER_LINKED, {"customer": command.customer})


def unlink_customer(decision: Decision, _: UnlinkCustomer) -> None:
    """It was somebody else's matter."""
    _check_not_cancelled(decision)
    customer = decision.incident.customer
    if customer is not None:
        decision.add(ev.CUSTOMER_UNLINKED, {"customer": customer})


def _check_not_cancelled(decision: Decision) -> None:
    if decision.incident.status == "cancelled":
        raise Refused("cancelled", "这件事已经撤销。", "This incident was cancelled.")

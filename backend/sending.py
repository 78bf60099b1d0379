"""From a body to an envelope: the command, and what its sending says about time and device."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.api.command_schemas import command_of
from backend.api.fields import unseal
from backend.device_proof import check_proof
from backend.envelope import Envelope
from backend.services import Services
from backend.time_token import token_time
from escalation.commands import Open
from escalation.occurred import Claim
from escalation.people import BYSTANDERS
from escalation.refusal import Forbidden, Invalid
from escalation.rights import Caller


def seal_up(  # noqa: PLR0913  (a sending has that many parts)
    services: Services,
    name: str,
    caller: Caller,
    loaded: Mapping[str, Any],
    raw: Mapping[str, Any],
    sending: Mapping[str, Any],
    *,
    incident_id: str | None = None,
    same_run: bool | None = None,
) -> Envelope:
    """The envelope of one command.

    Args:
        services: of the running server.
        name: the command's.
        caller: who sends it.
        loaded: the command's data, checked by its schema.
        raw: the same as it was sent; signatures and fingerprints are over this.
        sending: ``command_id, occurred, mono_now, device_now, sealed, device``, as far as given,
            and ``occurred_raw``, ``signed_data``, ``signed_incident`` as they were signed.
        incident_id: which incident it is for; none for ``open``.
        same_run: whether ``occurred.session`` is the sender's present one, where that is known.

    Raises:
        Invalid: a sealed text or a signature does not fit.
    """
    data = {key: unseal(value, sending.get("sealed") or {}) for key, value in loaded.items()}
    command_id = sending.get("command_id") or services.clock.new_id()
    if name == "open":
        data = {**data, "id": data.get("id") or services.clock.new_id()}
        if "branch" not in data:
            data["branch"] = own_branch(services, caller)
    command = command_of(name, data)
    signed_for = raw.get("id") if isinstance(command, Open) else incident_id
    device, fault = _device(services, name, caller, raw, sending, command_id, signed_for)
    return Envelope(
        command=command,
        caller=caller,
        command_id=command_id,
        content={
            "command": name,
            "incident": incident_id,
            "data": raw,
            "person": caller.user_id or f"device:{caller.device_id}",
        },
        incident_id=incident_id,
        claim=_claim(services, sending, same_run),
        device=device,
        device_fault=fault,
        late_data=data,
    )


def own_branch(services: Services, caller: Caller) -> str:
    """Where somebody raises who does not say where.

    Raises:
        Forbidden: they stand outside all incidents.
        Invalid: they belong to no branch, or to several.
    """
    if caller.device_org is not None:
        return caller.device_org
    orgs = services.world.directory.orgs
    roles = caller.person.roles if caller.person else ()
    branches = {org for _, org in roles if orgs[org].kind == "branch"}
    if all(role in BYSTANDERS for role, _ in roles):
        raise Forbidden
    if len(branches) != 1:
        raise Invalid("branch", "请说明是哪个网点。", "Say which branch.")
    return branches.pop()


def _device(
    services: Services,
    name: str,
    caller: Caller,
    raw: Mapping[str, Any],
    sending: Mapping[str, Any],
    command_id: str,
    incident_id: str | None,
) -> tuple[dict[str, Any] | None, str | None]:
    proof = sending.get("device")
    if proof is None:
        return None, None
    device = services.world.devices.get(caller.device_id or "")
    expected = {
        "command_id": command_id,
        "incident": sending.get("signed_incident", incident_id),
        "command": name,
        "data": sending.get("signed_data", raw),
        "occurred": sending.get("occurred_raw"),
    }
    fault = check_proof(None if device is None else device.public_key, proof, expected)
    if fault is None and device is not None:
        return {"id": device.id, **proof}, None
    if name == "open":
        return None, fault
    raise Invalid("device", "设备签名不对，没有保存。", f"The device's signature fails: {fault}.")


def _claim(services: Services, sending: Mapping[str, Any], same_run: bool | None) -> Claim | None:
    occurred = sending.get("occurred")
    if occurred is None:
        return None
    device_now: datetime | None = sending.get("device_now")
    return Claim(
        device_at=occurred["device_at"],
        mono_ms=occurred["mono_ms"],
        mono_now=sending.get("mono_now"),
        device_now=device_now,
        token_at=token_time(services.token_key, occurred.get("time_token")),
        same_run=same_run,
    )

"""Statistics (A7; contract, section 8): times, clocks, causes, repeats; drills never count."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response
from marshmallow import RAISE, Schema, fields, validate

from backend.api.answers import answer
from backend.api.blueprint import Blueprint
from backend.api.command_schemas import Strict
from backend.api.fields import PlainText
from backend.api.identity_schemas import OrgRefSchema
from backend.api.periods import Asked, Day, asked_period
from backend.api.problem_schemas import problems
from backend.api.shared_schemas import BothSchema
from backend.callers import current_caller, signed_in
from backend.export_rows import BOM, csv_lines
from backend.export_words import CAUSES, OUTCOMES, Lang, Table, word
from backend.figure_counts import Figures
from backend.figure_sums import calendar, month_of
from backend.figure_words import FIGURES
from backend.figure_words import GROUPS as GROUP_WORDS
from backend.services import Services, services
from backend.statistics import GROUPS, Question, count_up
from escalation.oversight import counted_by
from escalation.refusal import Forbidden, Invalid
from escalation.rights import Caller
from escalation.timeline import stamp

blueprint = Blueprint("statistics", __name__, description="Statistics.")

USUAL = timedelta(days=365)
"""As far back as one looks who does not say from when, and on to the beginning of that month."""
LONGEST = timedelta(days=10 * 366)
_WORDS: Mapping[str, Table] = {"cause": CAUSES, "outcome": OUTCOMES}


class StatisticsQuerySchema(Strict):
    """What is asked.

    Unless it is said otherwise: the last twelve whole months and the present one, and all that
    one oversees.
    """

    since = Day("from")
    until = Day("to")
    org = PlainText(longest=64)
    by = fields.String(load_default="branch", validate=validate.OneOf(GROUPS))
    format = fields.String(load_default="json", validate=validate.OneOf(("json", "csv")))
    lang = fields.String(load_default="zh", validate=validate.OneOf(("zh", "en")))


class TimesSchema(Schema):
    """How often, and how long it took, in seconds; null where it never happened.

    Exact to a tenth of a second below ten seconds, to a second below two minutes, and less than
    2.5 % off above.
    """

    count = fields.Integer(required=True)
    median = fields.Float(required=True, allow_none=True)
    p90 = fields.Float(required=True, allow_none=True)


class ClocksKeptSchema(Schema):
    """How many clocks were kept and missed; each round of a repeated one counts."""

    kept = fields.Integer(required=True)
    missed = fields.Integer(required=True)


class CauseCountSchema(Schema):
    """A root cause (S7)."""

    cause = fields.String(required=True)
    count = fields.Integer(required=True)


class OutcomeCountSchema(Schema):
    """What came of it."""

    outcome = fields.String(required=True)
    count = fields.Integer(required=True)


class KindCountSchema(Schema):
    """Fact or perception (S5)."""

    kind = fields.String(required=True)
    count = fields.Integer(required=True)


class FiguresSchema(Schema):
    """The figures.

    ``repeats``: the same cause again in the same month, with the same type at the same branch.
    ``customer_repeats``: the customer had come to the same branch within a year before (S9).
    """

    incidents = fields.Integer(required=True)
    open = fields.Integer(required=True)
    cancelled = fields.Integer(required=True)
    to_acknowledge = fields.Nested(TimesSchema, required=True)
    to_contain = fields.Nested(TimesSchema, required=True)
    clocks = fields.Nested(ClocksKeptSchema, required=True)
    causes = fields.List(fields.Nested(CauseCountSchema), required=True)
    outcomes = fields.List(fields.Nested(OutcomeCountSchema), required=True)
    complaint_kinds = fields.List(fields.Nested(KindCountSchema), required=True)
    repeats = fields.Integer(required=True)
    customer_repeats = fields.Integer(required=True)
    reopened = fields.Integer(required=True)


class GroupSchema(FiguresSchema):
    """The figures of one branch, type, month …; ``key`` is null for what is not said."""

    key = fields.String(required=True, allow_none=True)
    title = fields.Nested(BothSchema, required=True)


class StatisticsSchema(Schema):
    """All groups, and all together."""

    since = fields.DateTime(required=True, data_key="from")
    until = fields.DateTime(required=True, data_key="to")
    org = fields.Nested(OrgRefSchema, required=True, allow_none=True)
    by = fields.String(required=True, validate=validate.OneOf(GROUPS))
    total = fields.Nested(FiguresSchema, required=True)
    items = fields.List(fields.Nested(GroupSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


@blueprint.get("/statistics")
@signed_in
@problems(401, 403, 422)
@blueprint.arguments(StatisticsQuerySchema, location="query", unknown=RAISE)
@blueprint.response(200, StatisticsSchema)
@blueprint.doc(responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}})
def show_statistics(query: Mapping[str, Any]) -> Response:
    """Incidents opened from ``from`` on and before ``to``; a day ``to`` is included.

    For managers of their branches, and above them for auditors, complaint, compliance, legal and
    business roles. What somebody may not see is not counted for them.
    """
    house, caller = services(), current_caller()
    asked = asked_period(query, house.world.directory)
    question = _question(house, caller, asked, query["by"])
    total, groups = house.reader.run(lambda conn: count_up(conn, question))
    ordered = sorted(groups.items(), key=lambda each: _order(query["by"], *each))
    if query["format"] == "csv":
        return _table(house, question, total, ordered, query["lang"])
    return answer(
        {
            "from": stamp(question.since),
            "to": stamp(question.until),
            "org": _org_json(house, asked.org),
            "by": question.by,
            "total": total.as_json(),
            "items": [
                {"key": key or None, "title": _title(house, question.by, key), **each.as_json()}
                for key, each in ordered
            ],
            "next_cursor": None,
        }
    )


def _question(house: Services, caller: Caller, asked: Asked, by: str) -> Question:
    directory, now = house.world.directory, house.clock.now()
    ordinary, discreet = counted_by(caller, directory)
    here = directory.below(asked.org) if asked.org else set(directory.orgs)
    if caller.person is None or not (ordinary | discreet) & here:
        raise Forbidden(
            "统计给负责人、审计和投诉合规岗位看。", "Statistics are for managers and auditors."
        )
    since, until = _period(asked, now)
    branches = {org.id for org in directory.orgs.values() if org.kind == "branch"}
    months = months_of(since, until, asked.zone) if by == "month" else ()
    return Question(
        since,
        until,
        ordinary=frozenset(ordinary & branches & here),
        discreet=frozenset(discreet & branches & here),
        without=caller.person.username,
        by=by,
        now=now,
        zone=calendar(directory),
        tree={org: frozenset(directory.below(org) & branches) for org in directory.orgs},
        months=months,
    )


def _period(asked: Asked, now: datetime) -> tuple[datetime, datetime]:
    """Both ends. Without ``to``, what was raised at this very moment counts as well."""
    until = asked.until or now + timedelta(milliseconds=1)
    for name, moment in (("from", asked.since), ("to", until)):
        if moment is not None and not now - LONGEST <= moment <= now + LONGEST:
            raise Invalid(name, "最多看前后十年。", "Ten years back and ahead at most.")
    since = asked.since or month_of(until - USUAL, asked.zone).start
    if until <= since:
        raise Invalid("from", "开始要早于结束。", "It must be before “to”.")
    return since, until


def months_of(since: datetime, until: datetime, zone: ZoneInfo) -> Sequence[tuple[datetime, str]]:
    """Each month of the period with the moment it begins at, by the calendar of the org."""
    first = since.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = []
    while first < until:
        found.append((first.astimezone(ZoneInfo("UTC")), f"{first:%Y-%m}"))
        first = (first + timedelta(days=32)).replace(day=1)
    return found


def _order(by: str, key: str, figures: Figures) -> tuple[Any, ...]:
    """Months as they come; else what there is most of first, and what is not said last."""
    return (key,) if by == "month" else (not key, -figures.incidents, key)


def _org_json(house: Services, org_id: str | None) -> dict[str, str] | None:
    org = None if org_id is None else house.world.directory.orgs[org_id]
    return None if org is None else {"id": org.id, "name": org.name}


def _title(house: Services, by: str, key: str) -> dict[str, str]:
    if not key:
        zh, en = GROUP_WORDS["unsaid"]
        return {"zh": zh, "en": en}
    if by == "type":
        book = house.shelf.current.get(key)
        return {"zh": key, "en": key} if book is None else book.title.as_json()
    name = house.world.directory.orgs[key].name if by == "branch" else key
    zh, en = _WORDS.get(by, {}).get(key, (name, name))
    return {"zh": zh, "en": en}


def _table(
    house: Services,
    question: Question,
    total: Figures,
    groups: Sequence[tuple[str, Figures]],
    lang: Lang,
) -> Response:
    heading = [word(GROUP_WORDS, question.by, lang)]
    rows = [heading + [word(FIGURES, key, lang) for key in FIGURES]]
    for key, each in groups:
        rows.append([_title(house, question.by, key)[lang], *_cells(each, lang)])
    rows.append([word(GROUP_WORDS, "all", lang), *_cells(total, lang)])
    content = BOM + csv_lines(rows)
    response = Response(content, content_type="text/csv; charset=utf-8")
    name = f"counterbell-statistics-{house.clock.now():%Y%m%d}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cells(figures: Figures, lang: Lang) -> list[Any]:
    """As the headings of ``FIGURES`` name them."""
    acknowledge = figures.to_acknowledge.as_json()
    contain = figures.to_contain.as_json()
    causes = [f"{word(CAUSES, key, lang)} {n}" for key, n in figures.causes.most_common()]
    return [
        *(figures.incidents, figures.open, figures.cancelled),
        *(acknowledge["count"], acknowledge["median"], acknowledge["p90"]),
        *(contain["count"], contain["median"], contain["p90"]),
        *(figures.kept, figures.missed, figures.repeats),
        *(figures.customer_repeats, figures.reopened),
        "; ".join(causes),
    ]

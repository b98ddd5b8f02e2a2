"""A fortnight at the telephones, day by day: what stands on the list each morning, and who is told of what is late.

The expected mornings are written down by hand, from the rule book: they are not reckoned by the code they judge.
"""

import datetime as dt
from dataclasses import dataclass, field
from io import StringIO
from itertools import product

import pytest
import time_machine
from django.core.management import call_command

from dealership.notifications.models import Alert
from followups.enums import LEAD_KINDS, TaskKind
from followups.models import CallTask
from followups.services.calls import LeadLine, save_call
from followups.services.overdue import sweep_overdue
from followups.tests.factories import CHINA
from leads.enums import Channel, GradedBy
from leads.models import Lead
from leads.selectors.list import UNDATED, leads_of_tab
from leads.services.grading import grade_lead
from leads.services.lost import lose_contact
from leads.services.outcomes import note_order
from leads.services.registering import NewLead, register_lead
from staffing.tests.factories import StaffFactory, StoreFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

#: Day 0: Tuesday, the 24th of November, over the end of the month until Tuesday, the 8th.
FIRST, DAYS = dt.datetime(2026, 11, 24, tzinfo=CHINA), 15
#: The hours at which anything happens.
SWEPT_AT = (0, 8, 10, 16, 22)
LIST_AT, WORK_AT = dt.timedelta(hours=8), dt.timedelta(hours=16)


@dataclass(frozen=True)
class Story:
    """A lead, what is done with it at 16:00 of a day, and each morning at eight: ``F`` first contact, ``R`` revisit,
    small when it is late by then, a dot when it is not on the list. ``told``: when its owner is told, (day, hour).

    ``s`` and a grade: spoken to; ``t`` tried in vain; ``g`` and a grade: judged on the card; ``o`` ordered; ``x`` lost.
    """

    name: str
    work: dict[int, str]
    mornings: str
    told: list[tuple[int, int]] = field(default_factory=list)
    registered: tuple[int, int] = (0, 10)
    grade: str = "A"


STORIES = [
    #                                                              0123456789abcde
    Story("every call of the week on its day", {0: "s", 4: "s", 7: "s"}, "....R..R......R"),
    Story("nobody ever calls", {}, ".Ffffffffffffff", told=[(1, 10)]),
    Story("H, every three days", {0: "sH", 3: "s", 6: "s", 9: "s", 12: "s"}, "...R..R..R..R.."),
    Story("not reached before the fourth day", {0: "t", 1: "t", 2: "t", 3: "s", 4: "s", 7: "s"}, ".FFFR..R......R"),
    Story("tried once, then forgotten", {0: "t", 5: "sB", 6: "s", 7: "s"}, ".FffffRR.......", told=[(2, 0)]),
    Story("the second call days late", {0: "s", 9: "s"}, "....Rrrrrr.....", told=[(5, 0)]),
    Story("came in late at night", {3: "s", 6: "s", 9: "s"}, "...F..R..R.....", registered=(2, 22)),
    Story("B, the grade is final", {0: "sB", 4: "s", 7: "s"}, "....R..R......."),
    Story("the third call on the eighth day", {0: "s", 4: "s", 8: "s"}, "....R..Rr......", told=[(8, 0)]),
    Story("C, after the week without a date", {0: "sC", 4: "s", 7: "s"}, "....R..R......."),
    Story("nobody has judged it", {0: "s", 4: "s", 7: "s"}, "....R..R......R", grade=""),
    Story("judged anew between two calls", {0: "s", 4: "s", 7: "s", 9: "gH", 10: "s", 13: "s"}, "....R..R..R..R."),
    Story("ordered on the third day", {0: "s", 2: "o", 7: "s"}, ".......R......R"),
    Story("ordered before anybody was reached", {0: "t", 1: "o", 8: "s"}, ".F......F......"),
    Story(
        "judged before anybody was reached",
        {0: "t", 1: "gB", 2: "t", 3: "sB"},
        ".FfFRrrrrrrrrrr",
        told=[(2, 0), (5, 0)],
    ),
    Story("lost on the second day", {0: "t", 1: "x"}, ".F............."),
    Story("comes in again and again late", {2: "s", 7: "s", 14: "s"}, ".Ff.Rrrr......R", told=[(1, 10), (5, 0)]),
]


@pytest.fixture
def store():
    return StoreFactory()


@pytest.fixture
def agent(store):
    return StaffFactory(store=store, roles=["telesales"])


def moment(day: int, hour: int = 0) -> dt.datetime:
    return FIRST + dt.timedelta(days=day, hours=hour)


def register(store, agent, number: int, story: Story) -> Lead:
    at = moment(*story.registered)
    new = NewLead(
        name=f"线索{number}例", number=f"1390001{number:04d}", channel=Channel.WEB, registered_at=at, grade=story.grade
    )
    return register_lead(store=store, new=new, owner=agent, pool="telesales", by=None, at=at).lead


def work(lead: Lead, act: str, agent, at: dt.datetime) -> None:
    lead.refresh_from_db()
    task = CallTask.objects.unfinished().filter(lead=lead, kind__in=LEAD_KINDS).first()
    if act == "t":
        save_call(task=task, by=agent, at=at, outcome="no_answer")
    elif act.startswith("s"):
        line = LeadLine(grade=act[1:], next_reason="再谈")
        save_call(task=task, by=agent, at=at, outcome="done", note="谈", line=line)
    elif act.startswith("g"):
        grade_lead(lead=lead, grade=act[1:], graded_by=GradedBy.TELESALES, by=agent, at=at)
    elif act == "o":
        note_order(lead=lead, on=at.date(), by=agent, at=at)
    else:
        lose_contact(lead=lead, by=agent, at=at, number_verified=True)


def seen(lead: Lead, at: dt.datetime) -> str:
    """What of a lead stands on the list of the day."""
    tasks = CallTask.objects.due(at.date()).filter(lead=lead, kind__in=LEAD_KINDS)
    letters = [("F" if task.kind == TaskKind.LEAD_FIRST_CONTACT else "R", task.overdue_at <= at) for task in tasks]
    return "".join(letter.lower() if is_late else letter for letter, is_late in letters) or "."


@pytest.mark.rule("LI-02", "LG-07", "LG-20", "LG-21", "LG-22", "LG-23", "LG-24", "LG-25", "LG-26")
def test_every_morning_of_a_fortnight(store, agent):
    leads: dict[str, Lead] = {}
    mornings = dict.fromkeys((story.name for story in STORIES), "")

    for day, hour in product(range(DAYS), SWEPT_AT):
        at = moment(day, hour)
        for number, story in enumerate(STORIES):
            if moment(*story.registered) == at:
                leads[story.name] = register(store, agent, number, story)
        sweep_overdue(at=at)
        if at - moment(day) == LIST_AT:
            with time_machine.travel(at, tick=False):
                call_command("generate_call_lists", date=at.date().isoformat(), json=True, stdout=StringIO())
            for story in STORIES:
                mornings[story.name] += seen(leads[story.name], at) if story.name in leads else "."
        if at - moment(day) == WORK_AT:
            for story in STORIES:
                if day in story.work:
                    work(leads[story.name], story.work[day], agent, at)

    assert mornings == {story.name: story.mornings for story in STORIES}
    told: dict[str, list[tuple[int, int]]] = {story.name: [] for story in STORIES}
    names = {lead.pk: name for name, lead in leads.items()}
    of_task = dict(CallTask.objects.values_list("pk", "lead_id"))
    for alert in Alert.objects.filter(recipient=agent, code="task.overdue").order_by("happened_at", "pk"):
        late = alert.happened_at - FIRST
        told[names[of_task[int(alert.key.split(":")[1])]]].append((late.days, late.seconds // 3600))
    assert told == {story.name: story.told for story in STORIES}
    undated = leads_of_tab(agent, UNDATED, on=at.date())
    assert [names[pk] for pk in undated.values_list("pk", flat=True)] == ["C, after the week without a date"]

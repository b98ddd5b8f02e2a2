"""The list of leads, "mine, due", out of a hundred thousand, against the bare SQL of the same page."""

from collections.abc import Iterator
from unittest import mock

from django.db import connection
from django.urls import reverse

from bench.data import NOW, TODAY, people
from bench.measure import Ratio, in_turns
from bench.pages import ROWS, page_line
from bench.searches import CONSULTANTS, LEADS, fill_leads
from bench.store import analyse
from dealership import clock
from leads.selectors.list import ENDED, MINE_DUE, LeadFilter, lead_rows, listed_leads
from staffing.enums import Role
from staffing.models import Staff, StaffRole, Store

#: Pages a turn.
PAGES = 20
#: A fifth has never been called, half is due some day from 30 days ago on, the rest later.
SPREAD = """
    UPDATE leads_lead
    SET first_contact_at = CASE WHEN id %% 5 = 0 THEN NULL ELSE registered_at END,
        next_contact_on = CASE WHEN id %% 5 = 0 THEN NULL ELSE %(today)s::date - 30 + (id / 5 %% 61)::int END
    WHERE store_id = %(store)s
"""
BARE = """
    SELECT l.id, l.number, c.name, l.channel, l.source, l.grade, l.state, l.first_due_at, l.first_contact_at,
           l.settled_at, l.next_contact_on, l.next_contact_at, l.next_reason, o.name, p.number, m.name
    FROM leads_lead l
    JOIN customers_customer c ON c.id = l.customer_id
    LEFT JOIN staffing_staff o ON o.id = l.owner_id
    LEFT JOIN customers_customerphone p ON p.customer_id = c.id AND p.is_primary
    LEFT JOIN leads_interest i ON i.lead_id = l.id AND i.is_main
    LEFT JOIN inventory_vehiclemodel m ON m.id = i.model_id
    WHERE l.owner_id = %(owner)s AND l.store_id = %(store)s AND l.state IN ('open', 'ordered')
      AND ((l.state = 'open' AND l.first_contact_at IS NULL) OR l.next_contact_on <= %(today)s)
    ORDER BY (l.state = 'open' AND l.first_contact_at IS NULL) DESC,
             CASE WHEN l.state = 'open' AND l.first_contact_at IS NULL THEN l.first_due_at END,
             l.next_contact_on ASC NULLS LAST, l.next_contact_at ASC NULLS LAST, l.id
    LIMIT %(rows)s
"""

END = """
    UPDATE leads_lead
    SET state = CASE WHEN id %% 2 = 0 THEN 'lost' ELSE 'defeated' END, owner_id = NULL, pool = 'telesales',
        stage = 'telesales', closed_at = %(now)s::timestamptz - id %% 1000 * interval '1 hour'
    WHERE store_id = %(store)s AND id %% 3 = 0
"""
BARE_ENDED = """
    SELECT l.id, l.number, c.name, l.channel, l.source, l.grade, l.state, p.number, m.name
    FROM leads_lead l
    JOIN customers_customer c ON c.id = l.customer_id
    LEFT JOIN customers_customerphone p ON p.customer_id = c.id AND p.is_primary
    LEFT JOIN leads_interest i ON i.lead_id = l.id AND i.is_main
    LEFT JOIN inventory_vehiclemodel m ON m.id = i.model_id
    WHERE l.store_id = %(store)s AND l.owner_id IS NULL AND l.state IN ('lost', 'defeated')
    ORDER BY coalesce(l.closed_at, l.registered_at) DESC, l.id DESC
    LIMIT %(rows)s
"""


def run() -> Iterator[str]:
    """Four lines: the first page of a consultant's contacts of the day against its SQL, the whole request of it, and
    the ended leads of the store as rows and as a request."""
    store = Store.objects.create(code="LEADLIST", name="示例·线索列表店")
    consultants, _agents = people(store, consultants=CONSULTANTS, agents=0)
    fill_leads(store, consultants)
    with connection.cursor() as cursor:
        cursor.execute(SPREAD, {"store": store.pk, "today": TODAY})
    analyse()
    seller = consultants[7]
    _ = seller.store, seller.capabilities  # a request has read both when it comes to the list

    def page() -> list[int]:
        rows = listed_leads(seller, LeadFilter(tab=MINE_DUE), at=NOW, on=TODAY)[:ROWS]
        return [row.pk for row in lead_rows(rows, at=NOW, tz=store.tz)]

    def bare_page() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(BARE, {"owner": seller.pk, "store": store.pk, "today": TODAY, "rows": ROWS})
            return [row[0] for row in cursor.fetchall()]

    if page() != bare_page():
        raise SystemExit("The page of leads and the bare statement differ.")
    ours, theirs = in_turns(
        lambda: [page() for _turn in range(PAGES)], lambda: [bare_page() for _turn in range(PAGES)], rounds=9
    )
    note = f"{LEADS:,} leads, {ours / PAGES * 1000:.1f} ms a page of {ROWS}"
    yield Ratio("leads: mine, due", "report", ours, theirs, note).line()
    with mock.patch.object(clock, "now", return_value=NOW):
        yield page_line("lead list of 50 rows", seller, reverse("lead_list") + "?tab=due", queries=14)
    yield from _ended(store)


def _ended(store: Store) -> Iterator[str]:
    """A third of the leads lies in the pool of telesales, ended."""
    with connection.cursor() as cursor:
        cursor.execute(END, {"store": store.pk, "now": NOW})
    analyse()
    agent = Staff.objects.create(username="ended", employee_no="E001", name="电销例", store=store)
    StaffRole.objects.create(staff=agent, role=Role.TELESALES)
    _ = agent.store, agent.capabilities

    def page() -> list[int]:
        rows = listed_leads(agent, LeadFilter(tab=ENDED), at=NOW, on=TODAY)[:ROWS]
        return [row.pk for row in lead_rows(rows, at=NOW, tz=store.tz)]

    def bare_page() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(BARE_ENDED, {"store": store.pk, "rows": ROWS})
            return [row[0] for row in cursor.fetchall()]

    if page() != bare_page():
        raise SystemExit("The page of ended leads and the bare statement differ.")
    ours, theirs = in_turns(
        lambda: [page() for _turn in range(PAGES)], lambda: [bare_page() for _turn in range(PAGES)], rounds=9
    )
    yield Ratio("leads: ended", "report", ours, theirs, f"{ours / PAGES * 1000:.1f} ms a page of {ROWS}").line()
    with mock.patch.object(clock, "now", return_value=NOW):
        yield page_line("ended leads, list of 50 rows", agent, reverse("lead_list") + "?tab=ended", queries=14)

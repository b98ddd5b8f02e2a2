"""Finding leads in the one box, by the end of a telephone and by initials, against the bare SQL."""

from collections.abc import Iterator

from django.db import connection

from bench.data import NOW, people
from bench.measure import Ratio, in_turns
from bench.store import analyse
from customers.rules import search_terms
from leads.selectors.search import leads_found
from staffing.models import Staff, StaffRole, Store

LEADS = 100_000
CONSULTANTS = 40
#: Searches a turn, each for another text.
TEXTS = 25

SEEN = """
    SELECT l.id, l.number, l.grade, l.state, c.name, o.name
    FROM leads_lead l
    JOIN customers_customer c ON c.id = l.customer_id
    LEFT JOIN staffing_staff o ON o.id = l.owner_id
"""
BY_TAIL = f"""
    {SEEN} JOIN customers_customerphone p ON p.customer_id = c.id
    WHERE p.store_id = %(store)s AND p.reversed >= %(first)s AND p.reversed <= %(last)s AND l.owner_id = %(owner)s
    ORDER BY c.initials, l.registered_at DESC, l.id DESC LIMIT 50
"""
BY_INITIALS = f"""
    {SEEN}
    WHERE c.store_id = %(store)s AND c.initials >= %(first)s AND c.initials <= %(last)s AND l.owner_id = %(owner)s
    ORDER BY c.initials, l.registered_at DESC, l.id DESC LIMIT 50
"""


def run() -> Iterator[str]:
    """Two lines: telephone tail, initials; as a consultant who sees the own leads of a hundred thousand."""
    store = Store.objects.create(code="LEADS", name="示例·线索店")
    consultants, _agents = people(store, consultants=CONSULTANTS, agents=0)
    fill_leads(store, consultants)
    analyse()
    seller = consultants[7]
    _ = seller.store, seller.capabilities  # a request has read both when it comes to search
    # Every fortieth number is of the same consultant: each tail finds one lead or more.
    tails = [f"{7 + CONSULTANTS * number:05d}" for number in range(1, TEXTS + 1)]
    initials = [_initials(7 + CONSULTANTS * number) for number in range(1, TEXTS + 1)]
    yield _measured("leads by telephone tail", tails, BY_TAIL, seller, reverse=True)
    yield _measured("leads by pinyin initials", initials, BY_INITIALS, seller, reverse=False)


def _measured(name: str, texts: list[str], statement: str, seller: Staff, *, reverse: bool) -> str:
    def product() -> None:
        for text in texts:
            if not leads_found(seller, search_terms(text)).seen:
                raise SystemExit(f"Nothing was found by {text}.")

    def bare() -> None:
        with connection.cursor() as cursor:
            for text in texts:
                first = text[::-1] if reverse else text
                last = first + ("9" * (20 - len(first)) if reverse else "z" * (32 - len(first)))
                where = {"store": seller.store_id, "owner": seller.pk, "first": first, "last": last}
                cursor.execute(statement, where)
                if not cursor.fetchall():
                    raise SystemExit(f"The bare statement found nothing by {text}.")

    ours, theirs = in_turns(product, bare, rounds=15)
    note = f"{LEADS:,} leads, {ours / len(texts) * 1000:.1f} ms a search"
    return Ratio(name, "report", ours, theirs, note).line()


def _initials(number: int) -> str:
    return "".join(chr(97 + number // 26**place % 26) for place in range(4))


def fill_leads(store: Store, consultants: list[Staff]) -> None:
    """A hundred thousand leads with customer and telephone, in turn to the consultants."""
    assert StaffRole.objects.filter(staff__in=consultants).count() == len(consultants)
    letter = "chr(97 + (n / power(26, {place})::int) %% 26)"
    initials = " || ".join(letter.format(place=place) for place in range(4))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE TEMPORARY TABLE lead_seed AS
            SELECT n, nextval('customers_customer_id_seq') AS customer_id, {initials} AS initials,
                   %(first)s + n %% %(count)s AS owner_id
            FROM generate_series(0, %(leads)s - 1) AS n
            """,
            {"first": consultants[0].pk, "count": len(consultants), "leads": LEADS},
        )
        for statement in (
            """
            INSERT INTO customers_customer (id, store_id, name, initials, kind, gender, company, occupation, address,
                                            email, wechat, preferred_way, owner_id, note, created_at)
            SELECT customer_id, %(store)s, '客户' || n, initials, 'person', '', '', '', '', '', '', '', owner_id, '',
                   %(now)s FROM lead_seed
            """,
            """
            INSERT INTO customers_customerphone (store_id, customer_id, number, reversed, is_primary, state)
            SELECT %(store)s, customer_id, '+86139' || lpad(n::text, 8, '0'), reverse('86139' || lpad(n::text, 8, '0')),
                   true, 'good' FROM lead_seed
            """,
            """
            INSERT INTO leads_lead (store_id, number, customer_id, channel, source, registered_at, stage, state, owner_id,
                pool, is_fleet, grade, first_due_at, contacts, tries, next_contact_on, next_way, next_reason,
                reason_to_follow, confidence, need, purchasing_power, purchase_method, colour, configuration, competitors,
                use, decision_maker, plate_region, current_car, trade_in, companions, objections, help_needed, city,
                introducer_name, introducer_relation, introducer_phone, card_source, note, close_reason,
                created_at)
            SELECT %(store)s, 'B' || n, customer_id, 'web', '', %(now)s, 'showroom', 'open', owner_id,
                'sales_consultant', false, 'A', %(now)s, 1, 0, %(now)s::date, '', '',
                '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', %(now)s
            FROM lead_seed
            """,
        ):
            cursor.execute(statement, {"store": store.pk, "now": NOW})
        cursor.execute("DROP TABLE lead_seed")

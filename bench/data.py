"""A dealership of a million cars, made inside PostgreSQL. Every number and name is fictional."""

import datetime as dt

from django.db import connection, transaction

from followups.enums import TaskKind, TaskState
from staffing.enums import Role
from staffing.models import Staff, StaffRole, Store

#: The day the benchmark plays on.
TODAY = dt.date(2026, 11, 22)
NOW = dt.datetime(2026, 11, 22, 2, 0, tzinfo=dt.UTC)  # 10:00 in Shanghai, within calling hours
DUE_TODAY = 3_000


def people(store: Store, *, consultants: int = 40, agents: int = 16) -> tuple[list[Staff], list[Staff]]:
    """Consultants and call-centre agents of a store."""
    rows = [
        Staff(username=f"{store.code}-{number:03}", employee_no=f"{number:03}", name=f"员工{number}", store=store)
        for number in range(consultants + agents)
    ]
    Staff.objects.bulk_create(rows)
    StaffRole.objects.bulk_create(
        StaffRole(staff=row, role=Role.SALES_CONSULTANT if position < consultants else Role.CALL_CENTRE_AGENT)
        for position, row in enumerate(rows)
    )
    return rows[:consultants], rows[consultants:]


@transaction.atomic
def fill_cars(store: Store, consultants: list[Staff], *, cars: int) -> None:
    """``cars`` delivered cars with customer, telephone, owner and first-service track.

    ``DUE_TODAY`` of them were delivered three days before ``TODAY``, the others long enough ago to be due for nothing.
    """
    first, count = consultants[0].pk, len(consultants)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inventory_vehiclemodel (brand, name, is_active) VALUES ('示例', %s, true) RETURNING id",
            [store.code],
        )
        model = cursor.fetchone()[0]
        cursor.execute(
            """
            CREATE TEMPORARY TABLE seed ON COMMIT DROP AS
            SELECT n,
                   nextval('customers_customer_id_seq') AS customer_id,
                   nextval('inventory_vehicle_id_seq') AS vehicle_id,
                   nextval('orders_delivery_id_seq') AS delivery_id,
                   CASE WHEN n <= %(due)s THEN %(today)s::date - 3
                        ELSE %(today)s::date - 900 - (n %% 2000)::int END AS delivered_on
            FROM generate_series(1, %(cars)s) AS n
            """,
            {"due": DUE_TODAY, "today": TODAY, "cars": cars},
        )
        parameters = {"store": store.pk, "now": NOW, "first": first, "count": count, "model": model}
        for statement in (
            """
            INSERT INTO customers_customer (id, store_id, name, initials, kind, gender, company, occupation, address,
                                            email, wechat, preferred_way, owner_id, note, created_at)
            SELECT customer_id, %(store)s, '客户' || n, 'kh', 'person', '', '', '', '', '', '', '',
                   %(first)s + n %% %(count)s, '', %(now)s FROM seed
            """,
            """
            INSERT INTO customers_customerphone (store_id, customer_id, number, reversed, is_primary, state)
            SELECT %(store)s, customer_id, '+86138' || lpad((n %% 100000000)::text, 8, '0'),
                   reverse('86138' || lpad((n %% 100000000)::text, 8, '0')), true, 'good' FROM seed
            """,
            """
            INSERT INTO inventory_vehicle (id, store_id, vin, vin_reversed, vin_check_ok, model_id, trim, colour, plate,
                                           engine_no, stock_state, location, certificate, created_at)
            SELECT vehicle_id, %(store)s, 'LB' || lpad(vehicle_id::text, 15, '0'),
                   reverse('LB' || lpad(vehicle_id::text, 15, '0')), true, %(model)s, '', '', '', '', 'delivered', '',
                   '', %(now)s FROM seed
            """,
            """
            INSERT INTO inventory_vehicleownership (store_id, vehicle_id, customer_id, from_on)
            SELECT %(store)s, vehicle_id, customer_id, delivered_on FROM seed
            """,
            """
            INSERT INTO orders_delivery (id, store_id, vehicle_id, customer_id, consultant_id, delivered_on, pay_method,
                                         insurer, note, created_at)
            SELECT delivery_id, %(store)s, vehicle_id, customer_id, %(first)s + n %% %(count)s, delivered_on, 'cash',
                   '', '', %(now)s FROM seed
            """,
            """
            INSERT INTO followups_firstservicetrack (store_id, delivery_id, policy_km, policy_months, rounding,
                                                     expected_on, remind_on, round)
            SELECT %(store)s, delivery_id, 5000, 3, 'ceil10', delivered_on + 91, delivered_on + 84, 1 FROM seed
            """,
        ):
            cursor.execute(statement, parameters)


def fill_tasks(store: Store, *, kind: str = TaskKind.THREE_DAY) -> int:
    """One finished or open task per delivery of the store, spread over 25 months up to today's, with attempts' traces and
    the two satisfaction answers of those that succeeded. Returns how many tasks there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM followups_questionnaire WHERE kind = %s ORDER BY version LIMIT 1", [kind])
        questionnaire = cursor.fetchone()[0]
        parameters = {
            "store": store.pk,
            "kind": kind,
            "now": NOW,
            "today": TODAY,
            "pool": Role.SALES_CONSULTANT,
            "done": TaskState.DONE,
            "missed": TaskState.MISSED,
            "questionnaire": questionnaire,
        }
        cursor.execute(
            """
            INSERT INTO followups_calltask (store_id, kind, subject_id, occurrence, customer_id, vehicle_id, delivery_id,
                consultant_id, owner_id, pool, state, reason, anchor_on, first_due_on, due_on, overdue_at, alert_level,
                attempts, failed_days, last_attempt_at, outcome, is_successful, close_reason, closed_at, closed_by_id,
                created_at)
            SELECT store_id, %(kind)s, id, '1', customer_id, vehicle_id, id, consultant_id, consultant_id, %(pool)s,
                   CASE WHEN id %% 20 = 0 THEN %(missed)s ELSE %(done)s END, '', day, day, day,
                   day + interval '16 hours', 0, CASE WHEN id %% 10 = 0 THEN 0 ELSE 1 + id %% 3 END, 0,
                   CASE WHEN id %% 10 = 0 THEN NULL ELSE day + interval '3 hours' END,
                   CASE WHEN id %% 4 = 0 THEN 'no_answer' ELSE 'done' END, id %% 4 <> 0, 'outcome', %(now)s,
                   consultant_id, %(now)s
            FROM (SELECT *, %(today)s::date - (id %% 760)::int AS day FROM orders_delivery WHERE store_id = %(store)s) AS d
            """,
            parameters,
        )
        count = cursor.rowcount
        cursor.execute(
            """
            INSERT INTO followups_response (task_id, questionnaire_id, at, by_id)
            SELECT id, %(questionnaire)s, %(now)s, consultant_id FROM followups_calltask
            WHERE store_id = %(store)s AND kind = %(kind)s AND is_successful
            """,
            parameters,
        )
        cursor.execute(
            """
            INSERT INTO followups_answer (response_id, question_id, value, is_alert)
            SELECT r.id, q.id, (ARRAY['satisfied', 'satisfied', 'neutral', 'dissatisfied'])[1 + (r.id + q.id) %% 4], false
            FROM followups_response r
            JOIN followups_question q ON q.questionnaire_id = r.questionnaire_id
            WHERE q.code IN ('car', 'dealership')
            """,
            parameters,
        )
    return count


def fill_queue(store: Store, *, tasks: int) -> int:
    """``tasks`` open 7DC calls of the call centre, due over the last days up to today."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO followups_calltask (store_id, kind, subject_id, occurrence, customer_id, vehicle_id, delivery_id,
                consultant_id, pool, state, reason, anchor_on, first_due_on, due_on, overdue_at, alert_level, attempts,
                failed_days, outcome, is_successful, close_reason, created_at)
            SELECT store_id, '7dc', id, '1', customer_id, vehicle_id, id, consultant_id, %(pool)s, 'open', '',
                   day - 7, day, day, day + interval '40 hours', 0, 0, 0, '', false, '', %(now)s
            FROM (SELECT *, %(today)s::date - (id %% 3)::int AS day FROM orders_delivery
                  WHERE store_id = %(store)s ORDER BY id LIMIT %(tasks)s) AS d
            """,
            {"store": store.pk, "now": NOW, "today": TODAY, "tasks": tasks, "pool": Role.CALL_CENTRE_AGENT},
        )
        return cursor.rowcount

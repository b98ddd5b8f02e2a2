"""The work calendar that clocks run by, until a store edits it.

A dealership is open every day, but the people who answer for a clock work Monday to Friday, 08:30-12:00 and 13:30-17:30,
and on the make-up days (调休). The days off of 2026 are those announced with their make-up days; for 2027 they are the
statutory and observed days, whose make-up days the State Council announces late in 2026: an admin adds them then.
"""

import datetime as dt

from django.db import migrations

SPANS = [(dt.time(8, 30), dt.time(12, 0)), (dt.time(13, 30), dt.time(17, 30))]
WEEKDAYS = range(5)

DAYS = [
    ("2026-01-01", "off", "元旦"),
    ("2026-01-02", "off", "调休（1月4日上班）"),
    ("2026-01-04", "work", "调休上班"),
    ("2026-02-14", "work", "调休上班"),
    ("2026-02-16", "off", "农历除夕"),
    ("2026-02-17", "off", "春节"),
    ("2026-02-18", "off", "春节"),
    ("2026-02-19", "off", "春节"),
    ("2026-02-20", "off", "调休（2月14日上班）"),
    ("2026-02-23", "off", "调休（2月28日上班）"),
    ("2026-02-28", "work", "调休上班"),
    ("2026-04-05", "off", "清明节"),
    ("2026-04-06", "off", "清明节（补假）"),
    ("2026-05-01", "off", "劳动节"),
    ("2026-05-02", "off", "劳动节"),
    ("2026-05-04", "off", "劳动节（补假）"),
    ("2026-05-05", "off", "调休（5月9日上班）"),
    ("2026-05-09", "work", "调休上班"),
    ("2026-06-19", "off", "端午节"),
    ("2026-09-20", "work", "调休上班"),
    ("2026-09-25", "off", "中秋节"),
    ("2026-10-01", "off", "国庆节"),
    ("2026-10-02", "off", "国庆节"),
    ("2026-10-03", "off", "国庆节"),
    ("2026-10-05", "off", "国庆节（补假）"),
    ("2026-10-06", "off", "调休（9月20日上班）"),
    ("2026-10-07", "off", "调休（10月10日上班）"),
    ("2026-10-10", "work", "调休上班"),
    ("2027-01-01", "off", "元旦"),
    ("2027-02-05", "off", "农历除夕"),
    ("2027-02-06", "off", "春节"),
    ("2027-02-07", "off", "春节"),
    ("2027-02-08", "off", "春节"),
    ("2027-02-09", "off", "春节（补假）"),
    ("2027-02-10", "off", "春节（补假）"),
    ("2027-04-05", "off", "清明节"),
    ("2027-05-01", "off", "劳动节"),
    ("2027-05-02", "off", "劳动节"),
    ("2027-05-03", "off", "劳动节（补假）"),
    ("2027-05-04", "off", "劳动节（补假）"),
    ("2027-06-09", "off", "端午节"),
    ("2027-09-15", "off", "中秋节"),
    ("2027-10-01", "off", "国庆节"),
    ("2027-10-02", "off", "国庆节"),
    ("2027-10-03", "off", "国庆节"),
    ("2027-10-04", "off", "国庆节（补假）"),
    ("2027-10-05", "off", "国庆节（补假）"),
]


def insert_calendar(apps, schema_editor):
    """Rows that stand already are left alone, so that the step can be taken again after a step back."""
    spans = apps.get_model("staffing", "WorkingSpan").objects
    for weekday in WEEKDAYS:
        for starts, ends in SPANS:
            spans.get_or_create(store=None, weekday=weekday, starts=starts, ends=ends)
    days = apps.get_model("staffing", "CalendarDay").objects
    for on, kind, name in DAYS:
        days.get_or_create(
            store=None, on=dt.date.fromisoformat(on), defaults={"kind": kind, "name": name, "hours_of_weekday": 0}
        )


class Migration(migrations.Migration):
    dependencies = [("staffing", "0001_initial")]

    # Nothing is deleted on the way back: an admin may have edited the rows.
    operations = [migrations.RunPython(insert_calendar, migrations.RunPython.noop)]

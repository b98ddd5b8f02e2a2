"""Where the months of running tracks end, the workshop's hours, the result "reminded anew", scripts in two lengths."""

import calendar
import datetime as dt

from django.db import migrations

FROM = dt.date(2000, 1, 1)
REPLANNED = "replanned"
#: A line of the former default, and what is said after it to somebody who does not know cars (N1-05).
LONGER = {
    "n_plus_1": (
        (
            "时首保关系到质保，建议您在{expected_on}前后来店。需要现在帮您预约吗？",
            "+首保就是新车的第一次保养：更换机油和机滤，检查制动、轮胎、灯光和底盘，大约一小时，全程不收费。\n"
            "+新发动机磨合时会有细小的金属屑留在机油里，所以第一次要换得早一些；里程和时间以先到的为准。",
        ),
        (
            "warranty depends on it. We suggest about {expected_on}. Shall I book it for you now?",
            "+The first service: oil and filter are changed, brakes, tyres, lights and the underside are looked at. It takes about "
            "an hour and costs you nothing.\n+A new engine leaves fine metal in its oil while it runs in: that is why the first "
            "change comes early, after the distance or the months, whichever is first.",
        ),
    ),
    "first_service": (
        (
            "首保需自费，并可能影响质保。",
            "+首保就是新车的第一次保养：更换机油和机滤，检查制动、轮胎、灯光和底盘，大约一小时。来店请带行驶证和保养手册。",
        ),
        (
            "more than 500 km late it is no longer free and the warranty may suffer.",
            "+The first service: oil and filter are changed, brakes, tyres, lights and the underside are looked at, in about an hour. "
            "Please bring the vehicle licence and the service book.",
        ),
    ),
}


def add_months(day, months):
    """``months`` calendar months later, clamped to the month's end."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1]))


def reckon_latest_days(apps, schema_editor):
    tracks = apps.get_model("followups", "FirstServiceTrack").objects
    days = tracks.order_by().values_list("delivery__delivered_on", "policy_months").distinct()
    for delivered_on, months in list(days):
        rows = tracks.filter(delivery__delivered_on=delivered_on, policy_months=months)
        rows.update(latest_on=add_months(delivered_on, months))


def add_outcome(apps, schema_editor):
    """Where the key is taken already, by a result of the store's own, the first free one."""
    outcomes = apps.get_model("followups", "OutcomePolicy").objects
    if outcomes.filter(code=REPLANNED).exists():
        return
    taken = set(outcomes.values_list("key", flat=True))
    last = outcomes.order_by("-position").values_list("position", flat=True).first() or 0
    outcomes.create(
        code=REPLANNED,
        effective_from=FROM,
        key=next(key for key in "rxyzuvw" if key not in taken),
        label_zh="离首保尚早，重新安排提醒",
        label_en="Far from due, remind anew",
        consequence="replanned",
        reached=True,
        successful=True,
        kinds="first_service",
        position=last + 1,
    )


def lengthen_scripts(apps, schema_editor):
    """Where the former default still stands as it was; a script that was edited is left alone."""
    scripts = apps.get_model("followups", "CallScript").objects
    for kind, ((zh, more_zh), (en, more_en)) in LONGER.items():
        for script in scripts.filter(kind=kind, store=None, effective_from=FROM):
            if script.text_zh.endswith(zh) and script.text_en.endswith(en):
                script.text_zh += f"\n{more_zh}"
                script.text_en += f"\n{more_en}"
                script.save(update_fields=["text_zh", "text_en"])


def open_the_workshop(apps, schema_editor):
    """Every day of the week, as workshops are; a store enters hours of its own."""
    hours = apps.get_model("followups", "WorkshopHours").objects
    if not hours.exists():
        hours.create(effective_from=FROM, starts=dt.time(8, 30), ends=dt.time(17, 30))


class Migration(migrations.Migration):
    dependencies = [("followups", "0012_first_service_sheet")]

    # Nothing is taken back: calls may have ended with the result, and an admin may have edited the rest.
    operations = [
        migrations.RunPython(reckon_latest_days, migrations.RunPython.noop),
        migrations.RunPython(open_the_workshop, migrations.RunPython.noop),
        migrations.RunPython(add_outcome, migrations.RunPython.noop),
        migrations.RunPython(lengthen_scripts, migrations.RunPython.noop),
    ]

"""What a new installation starts with for cards: festivals of two years, texts, and when festival cards are due."""

import datetime as dt

from django.db import migrations

FROM = dt.date(2000, 1, 1)

#: BD-02: the days of the public calendar of 2026 and 2027; the next years are entered by an administrator.
FESTIVALS = [
    ("new-year", "元旦", "New Year", [(2026, 1, 1), (2027, 1, 1)]),
    ("spring-festival", "春节", "Spring Festival", [(2026, 2, 17), (2027, 2, 6)]),
    ("lantern-festival", "元宵节", "Lantern Festival", [(2026, 3, 3), (2027, 2, 20)]),
    ("dragon-boat", "端午节", "Dragon Boat Festival", [(2026, 6, 19), (2027, 6, 9)]),
    ("mid-autumn", "中秋节", "Mid-Autumn Festival", [(2026, 9, 25), (2027, 9, 15)]),
    ("national-day", "国庆节", "National Day", [(2026, 10, 1), (2027, 10, 1)]),
]

TEXTS = {
    "birthday": (
        "尊敬的{customer}，今天是您的生日，{dealership}全体同仁祝您生日快乐，身体健康，阖家幸福！{caller}",
        "Dear {customer}, all of us at {dealership} wish you a happy birthday, good health and joy. {caller}",
    ),
    "festival": (
        "尊敬的{customer}，{festival}将至，{dealership}全体同仁祝您和家人{festival}快乐，出行平安！",
        "Dear {customer}, all of us at {dealership} wish you and your family a happy {festival} and safe journeys.",
    ),
}


def insert_defaults(apps, schema_editor):
    """Rows that stand already are left alone, so that the step can be taken again after a step back."""

    def ensure(name, defaults, **key):
        return apps.get_model("followups", name).objects.get_or_create(defaults=defaults, **key)

    for code, name_zh, name_en, days in FESTIVALS:
        for day in days:
            ensure("Festival", {"name_zh": name_zh, "name_en": name_en}, code=code, on=dt.date(*day))
    for kind, (text_zh, text_en) in TEXTS.items():
        ensure("CallScript", {"text_zh": text_zh, "text_en": text_en}, store=None, kind=kind, effective_from=FROM)
    # A card by post needs a week; a row that an admin edited stays as it is.
    policies = apps.get_model("followups", "KindPolicy").objects
    policies.filter(kind="festival", store=None, effective_from=FROM, offset_days=0).update(offset_days=-7)


class Migration(migrations.Migration):
    dependencies = [("followups", "0023_cards")]

    # Nothing is deleted on the way back: an admin may have edited the rows.
    operations = [migrations.RunPython(insert_defaults, migrations.RunPython.noop)]

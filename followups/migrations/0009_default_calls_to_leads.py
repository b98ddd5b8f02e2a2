"""What a new installation starts with for calls to leads: their policies, results and scripts."""

import datetime as dt

from django.db import migrations

FROM = dt.date(2000, 1, 1)
LEADS = "lead_first_contact,lead_revisit"

#: LI-02, LG-20..22: when they fall due stands with the lead; every one is caught up, and none is ever given up by tries.
KINDS = ["lead_first_contact", "lead_revisit"]

OUTCOMES = [
    # code, keys in order of preference, Chinese, English, consequence, somebody was spoken to, successful
    ("appointment", "0lyz", "已接通，约定到店", "Reached, appointment agreed", "appointment", True, True),
    ("lost_contact", "lyzx", "多次无人接听，判定失控", "No answer again: contact is lost", "lost", False, False),
]

SCRIPTS = {
    # LI-03: greeting, channel and model, invitation to a test drive.
    "lead_first_contact": (
        "您好，请问是{customer}吗？我是{dealership}的{caller}。感谢您关注我们的车，现在说话方便吗？\n"
        "（不方便：约定具体日期和时间，到时再打。）\n1. 您是从哪里了解到我们的？想看哪款车？（关注：{interest}）\n"
        "2. 打算什么时候用车、主要谁开、预算多少、全款还是贷款？\n3. 还在比较哪些车？\n"
        "4. 欢迎您到店试乘试驾，这两天您哪个时间方便？我提前为您准备好车。\n"
        "（登记意向级别、下次联系的日期和理由。）\n感谢您的时间！",
        "Good day, am I speaking with {customer}? This is {caller} of {dealership}. Thank you for your interest in our "
        "cars: is this a good moment?\n(If not: agree an exact date and time and call then.)\n1. Where did you hear of "
        "us, and which model do you have in mind? (Interested in: {interest})\n2. When do you need the car, who will "
        "drive it, what is the budget, cash or loan?\n3. Which other cars are you comparing?\n4. May I invite you to a "
        "test drive? Which time suits you in the coming days? I will have the car ready.\n(Note the grade, and date and "
        "reason of the next contact.)\nThank you for your time!",
    ),
    "lead_revisit": (
        "您好，{customer}，我是{dealership}的{caller}。\n（先从上次的结果说起：{reason}）\n"
        "1. 上次谈到的问题，您考虑得怎么样了？\n2. 购车计划、预算和用车时间有变化吗？\n"
        "3. 欢迎到店试乘试驾，哪天方便？（约定日期和时间。）\n（重新判定级别，写明下次联系的日期和理由。）\n感谢您的时间！",
        "Good day, {customer}, this is {caller} of {dealership}.\n(Begin with what came of the last contact: {reason})\n"
        "1. What do you think now of what we talked about?\n2. Have your plans, the budget or the date changed?\n"
        "3. May I invite you to a test drive, and on which day? (Agree date and time.)\n(Judge the grade again; note date "
        "and reason of the next contact.)\nThank you for your time!",
    ),
}


def insert_defaults(apps, schema_editor):
    """Rows that stand already are left alone, so that the step can be taken again after a step back."""

    def ensure(name, defaults, **key):
        return apps.get_model("followups", name).objects.get_or_create(defaults=defaults, **key)

    for kind in KINDS:
        ensure("KindPolicy", {"role": "telesales", "catch_up_days": 0}, store=None, kind=kind, effective_from=FROM)
    for kind, (text_zh, text_en) in SCRIPTS.items():
        ensure("CallScript", {"text_zh": text_zh, "text_en": text_en}, store=None, kind=kind, effective_from=FROM)
    outcomes = apps.get_model("followups", "OutcomePolicy").objects
    for code, keys, zh, en, consequence, reached, successful in OUTCOMES:
        if outcomes.filter(code=code).exists():
            continue
        # A store may have given a key to a result of its own, which is offered for every kind.
        taken = set(outcomes.filter(kinds="").values_list("key", flat=True))
        taken |= set(outcomes.filter(kinds__contains="lead_").values_list("key", flat=True))
        last = outcomes.order_by("-position").values_list("position", flat=True).first() or 0
        outcomes.create(
            code=code,
            effective_from=FROM,
            key=next(key for key in keys if key not in taken),
            label_zh=zh,
            label_en=en,
            consequence=consequence,
            reached=reached,
            successful=successful,
            kinds=LEADS,
            position=last + 1,
        )


class Migration(migrations.Migration):
    dependencies = [("followups", "0008_calls_to_leads")]

    # Nothing is deleted on the way back: an admin may have edited the rows, and calls may have ended with the results.
    operations = [migrations.RunPython(insert_defaults, migrations.RunPython.noop)]

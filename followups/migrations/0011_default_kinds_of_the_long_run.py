"""What a new installation starts with for retained customers, lost customers, referrals and cards."""

import datetime as dt

from django.db import migrations

FROM = dt.date(2000, 1, 1)

KINDS = [
    # PF-04: the centre's, every half year after the two years of the consultant.
    {"kind": "retained", "every_months": 6, "from_months": 30, "until_months": 120, "role": "call_centre_agent",
     "catch_up_days": 14},
    # AF-02: counts from the last workshop visit, or from the delivery of a car that never came.
    {"kind": "lost_customer", "every_months": 6, "until_months": 6, "role": "call_centre_agent", "catch_up_days": 14},
    # RF-02: counts from the referral; whoever received it reports.
    {"kind": "referral_feedback", "offset_days": 3, "role": "sales_consultant", "catch_up_days": 7},
    # BD-01, BD-02: cards and messages.
    {"kind": "birthday", "role": "sales_consultant", "to_consultant": True, "catch_up_days": 1},
    {"kind": "festival", "role": "call_centre_agent", "catch_up_days": 7},
]

SCRIPTS = {
    # PF-06, PF-07: use, inspection, insurance, trade-in; news and an invitation.
    "retained": (
        "您好，{customer}，我是{dealership}客户服务中心的{caller}。感谢您一直以来的支持，现在说话方便吗？\n"
        "（不方便：约定具体日期和时间，到时再打。）\n1. {vehicle}最近用得怎么样？行驶了多少公里？\n"
        "2. 欢迎来店做一次免费检测，需要帮您预约吗？\n3. 保险和年检快到期了吗？可以为您提醒和代办。\n"
        "4. 有没有换车或置换的打算？我们可以为您免费评估。\n5. 介绍新车型、服务活动和车主活动，欢迎带朋友一起来。\n感谢您的时间！",
        "Good day, {customer}, this is {caller} of the customer service centre of {dealership}. Thank you for staying with "
        "us: is this a good moment?\n(If not: agree an exact date and time and call then.)\n1. How is your {vehicle}, and how "
        "many kilometres has it done?\n2. May I book a free inspection for you?\n3. Are insurance or the periodic inspection "
        "coming up? We can remind you and see to them.\n4. Are you thinking of another car or a trade-in? We value yours free "
        "of charge.\n5. Tell of new models, services and events; friends are welcome.\nThank you for your time!",
    ),
    # AF-02: why the customer stays away; no arguing (AF-06).
    "lost_customer": (
        "您好，请问是{customer}吗？我是{dealership}客户服务中心的{caller}。您的{vehicle}有一段时间没有来店保养了，想了解一下原因，"
        "现在方便吗？\n（不方便：立即结束并约定时间。）\n（请客户说明原因；不解释、不争辩，有投诉先记下，约定由专人回电的时间。）\n"
        "1. 这段时间车在哪里保养？\n2. 没有来店的主要原因是什么？\n3. 我们怎样改进，您才愿意回来？\n4. 需要帮您预约一次保养或检测吗？\n"
        "感谢您的宝贵意见！",
        "Good day, am I speaking with {customer}? This is {caller} of the customer service centre of {dealership}. Your "
        "{vehicle} has not been in our workshop for some time, and I would like to know why: is this a good moment?\n(If not: "
        "stop at once and agree a time.)\n(Let the customer give the reason; do not explain or argue. Note a complaint and agree "
        "when the right person calls back.)\n1. Where has the car been serviced?\n2. What was the main reason?\n3. What would "
        "bring you back?\n4. May I book a service or an inspection?\nThank you for your opinion!",
    ),
    # RF-02: the real progress, within two or three days.
    "referral_feedback": (
        "您好，{customer}，我是{dealership}的{caller}。感谢您推荐朋友来看车，跟您说一下进展：\n（照实告知：已联系／已到店／已试驾／"
        "已订车／暂无意向，不夸大、不承诺做不到的事。）\n再次感谢您的推荐，有什么需要随时找我！",
        "Good day, {customer}, this is {caller} of {dealership}. Thank you for recommending us. Let me tell you how it is "
        "going:\n(As it really is: contacted, came in, drove, ordered, not interested for now. Promise nothing you cannot "
        "keep.)\nThank you again, and let me know if there is anything I can do!",
    ),
}


def insert_defaults(apps, schema_editor):
    """Rows that stand already are left alone, so that the step can be taken again after a step back."""

    def ensure(name, defaults, **key):
        return apps.get_model("followups", name).objects.get_or_create(defaults=defaults, **key)

    for kind in KINDS:
        ensure("KindPolicy", kind, store=None, kind=kind["kind"], effective_from=FROM)
    for kind, (text_zh, text_en) in SCRIPTS.items():
        ensure("CallScript", {"text_zh": text_zh, "text_en": text_en}, store=None, kind=kind, effective_from=FROM)


class Migration(migrations.Migration):
    dependencies = [("followups", "0010_kinds_of_the_long_run")]

    # Nothing is deleted on the way back: an admin may have edited the rows.
    operations = [migrations.RunPython(insert_defaults, migrations.RunPython.noop)]

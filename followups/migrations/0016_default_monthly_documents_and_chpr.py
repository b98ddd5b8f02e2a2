"""What a new installation starts with: who answers monthly reports, the classes of problems, the CHPR check points."""

import datetime as dt

from django.db import migrations

FROM = dt.date(2000, 1, 1)

#: AF-10: 3DC and 7DC are the sales manager's, the workshop's are the service manager's; both get a copy of all.
REPORTS = {
    "3dc": "sales_manager",
    "7dc": "sales_manager",
    "service_visits": "service_manager",
    "first_service": "service_manager",
}
COPY = "sales_manager,service_manager"

CLASSES = [
    # code, Chinese, English, kinds of complaint, topics, questions
    ("quality", "质量", "Quality", "product", "car", "solved"),
    ("service", "服务", "Service", "service", "dealership", ""),
    ("price", "价格", "Price", "", "", "explained"),
    ("parts", "配件", "Parts", "", "", "parts"),
    ("other", "其他", "Other", "", "other", ""),
]

#: D3-21: the thirteen points that can be read. The pages of the manual are filled in by the store.
POINTS = [
    # stage in Chinese and English, point in Chinese and English
    (
        "准备",
        "Preparation",
        "联系前查阅客户档案，留意抱怨和投诉",
        "Read the customer's file before the call, complaints above all",
    ),
    ("准备", "Preparation", "确认客户选择的跟踪方式", "Saw by which way the customer wishes to be followed up"),
    ("准备", "Preparation", "在交车后三天之内联系客户", "Called within three days of the delivery"),
    ("开场", "Opening", "报出姓名、职务和专营店名称", "Said name, title and dealership"),
    ("开场", "Opening", "说明联系目的", "Said what the call is for"),
    ("开场", "Opening", "询问客户是否方便通话", "Asked whether the moment suits"),
    ("另约时间", "Another time", "客户不便时另约具体日期和时间", "Agreed an exact date and time when it did not suit"),
    ("另约时间", "Another time", "按另约的时间再次联系", "Called again at the time agreed"),
    ("另约时间", "Another time", "感谢客户接受再次联系", "Thanked for taking the second call"),
    ("询问感受", "Feelings", "询问客户对车辆的感受", "Asked how the customer feels about the car"),
    ("询问感受", "Feelings", "询问客户对专营店的感受", "Asked how the customer feels about the dealership"),
    ("记录与致谢", "Record and thanks", "填写《销售3DC调查表》", "Filled the 3DC survey form"),
    ("记录与致谢", "Record and thanks", "感谢客户并道别", "Thanked the customer and said goodbye"),
]


def insert_defaults(apps, schema_editor):
    """Rows that stand already are left alone, so that the step can be taken again after a step back."""

    def ensure(name, defaults, **key):
        rows = apps.get_model("followups", name).objects
        return rows.get_or_create(defaults=defaults, store=None, effective_from=FROM, **key)

    for kind, role in REPORTS.items():
        ensure("MonthlyReportPolicy", {"comment_role": role, "copy_roles": COPY}, kind=kind)
    for position, (code, zh, en, kinds, topics, questions) in enumerate(CLASSES, 1):
        ensure(
            "ProblemClass",
            {
                "label_zh": zh,
                "label_en": en,
                "complaint_kinds": kinds,
                "topics": topics,
                "questions": questions,
                "position": position,
            },
            code=code,
        )
    for number, (stage_zh, stage_en, text_zh, text_en) in enumerate(POINTS, 1):
        ensure(
            "CheckPoint",
            {"stage_zh": stage_zh, "stage_en": stage_en, "text_zh": text_zh, "text_en": text_en, "position": number},
            number=number,
        )


class Migration(migrations.Migration):
    dependencies = [("followups", "0015_monthly_documents_and_chpr")]

    # Nothing is deleted on the way back: an admin may have edited the rows.
    operations = [migrations.RunPython(insert_defaults, migrations.RunPython.noop)]

"""The standard questions after a workshop visit, by what the car came for, and those to lost customers."""

import datetime as dt

from django.db import migrations

FIRST = dt.date(2000, 1, 1)
#: A day after the version that asked everybody the same.
NEXT = dt.date(2000, 1, 2)
YES_NO = {"type": "yes_no", "topic": "dealership", "alert_values": ["no"]}

# AF-06, AF-07: answered by yes or no; other problems, satisfaction and suggestion last.
AFTER_VISIT = [
    {**YES_NO, "code": "greeted", "text_zh": "进店后是否及时有人接待？", "text_en": "Were you received promptly?"},
    {**YES_NO, "code": "explained", "text_zh": "维修前是否说明了项目和费用？",
     "text_en": "Were the work and its cost explained beforehand?"},
    {**YES_NO, "code": "in_time", "text_zh": "是否按约定时间交车？",
     "text_en": "Was the car ready at the agreed time?"},
    {**YES_NO, "code": "first_explained", "situation": "first_service", "text_zh": "首保时是否讲解了用车和质保知识？",
     "text_en": "Were the use of the car and its warranty explained at the first service?"},
    {**YES_NO, "code": "work_done", "situation": "maintenance", "text_zh": "保养项目是否都做了并向您说明结果？",
     "text_en": "Was all the maintenance done, and its outcome explained?"},
    {**YES_NO, "code": "next_told", "situation": "maintenance", "text_zh": "是否提醒了下次保养的时间和里程？",
     "text_en": "Were you told when the next service is due?"},
    {**YES_NO, "code": "solved", "situation": "repair", "text_zh": "车辆问题是否一次修好？",
     "text_en": "Was the problem solved the first time?"},
    {**YES_NO, "code": "parts_shown", "situation": "repair", "text_zh": "是否向您展示了换下的旧件？",
     "text_en": "Were you shown the parts that were replaced?"},
    {**YES_NO, "code": "claim_helped", "situation": "accident", "text_zh": "保险理赔手续是否有人协助办理？",
     "text_en": "Did somebody help you with the insurance claim?"},
    {**YES_NO, "code": "restored", "situation": "accident", "text_zh": "钣金喷漆是否恢复到满意的程度？",
     "text_en": "Were body and paint restored to your satisfaction?"},
    {**YES_NO, "code": "clean", "text_zh": "交车时车辆是否干净？",
     "text_en": "Was the car clean when you got it back?"},
    {"code": "other_problems", "type": "text", "topic": "other", "is_required": False, "text_zh": "其他问题",
     "text_en": "Other problems"},
    {**YES_NO, "code": "satisfied", "text_zh": "对这次维修总体是否满意？",
     "text_en": "Are you satisfied with this visit on the whole?"},
    {"code": "suggestion", "type": "text", "topic": "other", "is_required": False, "text_zh": "意见和建议",
     "text_en": "Suggestions"},
]

# AF-02: where the car is serviced now, and why.
LOST = [
    {"code": "serviced_where", "type": "choice", "topic": "other", "is_required": False,
     "text_zh": "现在车在哪里保养维修？", "text_en": "Where is the car serviced now?",
     "options": ["other_dealer|其他4S店|Another dealership", "garage|社会修理厂或快修店|An independent garage",
                 "nowhere|一直没有保养|Nowhere so far", "sold|车已转卖|The car was sold", "other|其他|Elsewhere"]},
    {"code": "main_reason", "type": "choice", "topic": "other", "text_zh": "没有来店的主要原因是什么？",
     "text_en": "What is the main reason for staying away?",
     "options": ["price|价格|Price", "distance|距离远|Distance", "quality|维修质量|Quality of the work",
                 "attitude|服务态度|Attitude", "waiting|等待时间长|Waiting time", "sold|车已转卖|Sold the car",
                 "other|其他|Other"]},
    {"code": "would_return", "type": "yes_no", "topic": "other", "is_required": False,
     "text_zh": "如果我们改进，您愿意回来吗？", "text_en": "Would you come back if we did better?"},
    {"code": "suggestion", "type": "text", "topic": "other", "is_required": False, "text_zh": "意见和建议",
     "text_en": "Suggestions"},
]


def insert_defaults(apps, schema_editor):
    """Where an installation has written versions of its own, they stay what is asked."""
    questionnaires = apps.get_model("followups", "Questionnaire").objects
    questions = apps.get_model("followups", "Question").objects
    for kind, title, version, since, rows in (
        ("service_visit", "维修回访问卷", 2, NEXT, AFTER_VISIT),
        ("lost_customer", "流失客户回访问卷", 1, FIRST, LOST),
    ):
        if questionnaires.filter(kind=kind, store=None, version__gte=version).exists():
            continue
        row = questionnaires.create(
            store=None, kind=kind, version=version, title=title, state="active", effective_from=since
        )
        for position, question in enumerate(rows, start=1):
            questions.create(questionnaire=row, position=position, **question)


class Migration(migrations.Migration):
    dependencies = [("followups", "0020_questions_of_a_situation")]

    # Nothing is deleted on the way back: the versions have answers.
    operations = [migrations.RunPython(insert_defaults, migrations.RunPython.noop)]

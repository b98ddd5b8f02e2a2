"""What a new installation starts with: the numbers of the rule book, outcomes, scripts and questionnaires."""

import datetime as dt

from django.db import migrations

FROM = dt.date(2000, 1, 1)

KINDS = [
    # D3-02: day N + 3; missed when the 7DC falls due.
    {"kind": "3dc", "offset_days": 3, "role": "sales_consultant", "to_consultant": True, "shift_before_rest": True,
     "catch_up_days": 3, "expires_days": 7},
    # D7-01, D7-05.
    {"kind": "7dc", "offset_days": 7, "role": "call_centre_agent", "catch_up_days": 7, "budget_minutes": 5},
    # N1-01.
    {"kind": "n_plus_1", "offset_days": 30, "role": "call_centre_agent", "catch_up_days": 14},
    # SV-05: counts from the expected date.
    {"kind": "first_service", "offset_days": -7, "role": "call_centre_agent", "catch_up_days": 14},
    # SV-09: counts from the appointment; still useful on its morning, not afterwards.
    {"kind": "first_service_confirm", "offset_days": -1, "role": "call_centre_agent", "catch_up_days": 2,
     "expires_days": 1},
    # AF-01: counts from the workshop visit.
    {"kind": "service_visit", "offset_days": 3, "role": "call_centre_agent", "catch_up_days": 7},
    # PF-01, PF-05.
    {"kind": "periodic", "every_months": 3, "until_months": 24, "role": "sales_consultant", "to_consultant": True,
     "catch_up_days": 14},
    # SV-14: made by the call that found the number empty or wrong, never by a list.
    {"kind": "number_trace", "role": "sales_consultant", "to_consultant": True, "catch_up_days": 0},
]

OUTCOMES = [
    # code, key, Chinese, English, consequence, somebody was spoken to, successful, kinds
    ("done", "1", "已接通，回访完成", "Reached, call completed", "done", True, True, ""),
    ("call_back", "2", "已接通，约定时间再打", "Reached, call back at an agreed time", "call_back", True, False, ""),
    ("no_answer", "3", "无人接听或关机", "No answer or switched off", "retry", False, False, ""),
    ("busy", "4", "占线", "Busy", "retry", False, False, ""),
    ("inconvenient", "5", "客户不便接听", "Not a good moment for the customer", "retry", True, False, ""),
    ("empty_number", "6", "空号或停机", "Number not in service", "trace_number", False, False, ""),
    ("wrong_number", "7", "错号，非本人", "Wrong number", "trace_number", False, False, ""),
    ("refused", "8", "拒绝此类回访", "Does not wish calls of this kind", "ban", True, False, ""),
    ("refused_all", "9", "拒绝一切回访", "Does not wish any calls", "ban", True, False, ""),
    ("already_came", "0", "客户已来店首保", "Already came in for the first service", "already_came", True, True,
     "first_service,first_service_confirm"),
    ("traced", "1", "号码已更正", "Number corrected", "traced", True, True, "number_trace"),
    ("untraceable", "2", "查无有效号码", "No working number found", "untraceable", False, False, "number_trace"),
]

OVERDUE = [(0, 0, "owner"), (1, 1, "supervisor"), (2, 2, "manager")]

HOURS = [(dt.time(9, 0), dt.time(11, 30)), (dt.time(14, 0), dt.time(17, 30))]

SCRIPTS = {
    "3dc": (
        "您好，请问是{customer}吗？我是{dealership}的{caller}。您{delivered_on}提的{vehicle}用了几天，想了解一下您的用车"
        "感受，大约两分钟，现在方便吗？\n（不方便：约定具体日期和时间，到时再打。）\n1. 这几天开下来，您对车辆本身满意吗？\n"
        "2. 您对我们的购车过程和服务满意吗？\n3. 车牌上好了吗？方便告诉我车牌号吗？需要协助请随时找我。\n"
        "（两项都满意：感谢客户，确认今后的联系方式，请他推荐朋友来看车。）\n（有不满意：先倾听、道歉、复述并请客户确认，"
        "登记投诉，告知何时由谁答复；不承诺做不到的事。）\n感谢您的时间，祝您用车愉快！",
        "Good day, am I speaking with {customer}? This is {caller} of {dealership}. You took delivery of your {vehicle} "
        "on {delivered_on} and I would like to hear how you are getting on. It takes about two minutes: is this a good "
        "moment?\n(If not: agree an exact date and time and call then.)\n1. Are you satisfied with the car itself?\n"
        "2. Are you satisfied with the way we sold and delivered it?\n3. Is the plate registered? May I note the number? "
        "Tell me if I can help.\n(Satisfied with both: thank the customer, confirm how to keep in touch, ask for a "
        "recommendation.)\n(Dissatisfied: listen, apologise, repeat it and have it confirmed, record the complaint, say who "
        "answers by when; promise nothing you cannot keep.)\nThank you for your time, and enjoy your car!",
    ),
    "7dc": (
        "您好，请问是{customer}吗？我是{dealership}客户服务中心的{caller}。想就您这次购车做一个简短的满意度回访，一共十个"
        "问题，不超过五分钟，现在方便吗？\n（打分题最高 10 分，最低 1 分，请客户按真实感受打分。）\n（3DC 时反映的问题：先告知"
        "处理进度，再开始提问。）\n（车牌仍未登记的，请再问一次；临时牌上也印有正式号码。）\n感谢您的宝贵意见，祝您用车愉快！",
        "Good day, am I speaking with {customer}? This is {caller} of the customer service centre of {dealership}. May I ask "
        "you ten short questions about buying your car? It takes no more than five minutes.\n(Scores run from 1 to 10; ask "
        "for the customer's honest view.)\n(If a problem was raised in the 3DC: first say how far it is.)\n(If the plate is "
        "still missing, ask again; a temporary plate shows the final number.)\nThank you for your opinion, and enjoy your "
        "car!",
    ),
    "n_plus_1": (
        "您好，{customer}，我是{dealership}客户服务中心的{caller}。您的{vehicle}提车快一个月了，想问问用车情况，方便吗？\n"
        "1. 现在行驶了多少公里？\n2. 使用中有什么问题或不清楚的地方吗？\n（填入里程后告知预计首保日期。）\n首保是免费的，按"
        "时首保关系到质保，建议您在{expected_on}前后来店。需要现在帮您预约吗？",
        "Good day, {customer}, this is {caller} of the customer service centre of {dealership}. You have had your {vehicle} "
        "for about a month: may I ask how it is going?\n1. How many kilometres have you driven?\n2. Is anything wrong or "
        "unclear?\n(Enter the distance and name the expected date of the first service.)\nThe first service is free, and the "
        "warranty depends on it. We suggest about {expected_on}. Shall I book it for you now?",
    ),
    "first_service": (
        "您好，{customer}，我是{dealership}客户服务中心的{caller}。按您的用车情况，您的{vehicle}预计{expected_on}前后该做首保"
        "了，首保是免费的。\n1. 现在行驶了多少公里？（与预计相差较大时，重新推算。）\n2. 您哪天来店方便？可在预计日期前后"
        "一周内选择。\n3. 上午还是下午，几点到？（登记预约日期和时间，前一天再与客户确认。）\n提醒：超出规定里程 500 公里以上，"
        "首保需自费，并可能影响质保。",
        "Good day, {customer}, this is {caller} of the customer service centre of {dealership}. Your {vehicle} should have its "
        "first service about {expected_on}; it is free.\n1. How many kilometres have you driven? (Far from the estimate: "
        "reckon again.)\n2. Which day suits you? Within a week of the expected date.\n3. At what time? (Book date and time; we "
        "confirm the day before.)\nPlease note: more than 500 km late it is no longer free and the warranty may suffer.",
    ),
    "first_service_confirm": (
        "您好，{customer}，我是{dealership}客户服务中心的{caller}。您预约了{appointment}来店首保，跟您确认一下，明天能按时到吗？"
        "\n请带好行驶证和保养手册。\n（改期：登记新的日期和时间。）",
        "Good day, {customer}, this is {caller} of the customer service centre of {dealership}. You have booked the first "
        "service for {appointment}: can you come as planned?\nPlease bring the vehicle licence and the service book.\n(If it "
        "changes: book the new date and time.)",
    ),
    "service_visit": (
        "您好，请问是{customer}吗？我是{dealership}客户服务中心的{caller}。您的车{visited_on}在我店维修保养，想做个简短回访，"
        "现在方便吗？\n（不方便：立即结束并约定时间；客户用手机的，可请他留一个座机。）\n（请客户回答是或否；不解释、不争辩。"
        "有投诉先记下，约定由专人回电的时间。）\n感谢您的配合！",
        "Good day, am I speaking with {customer}? This is {caller} of the customer service centre of {dealership}. Your car was "
        "in our workshop on {visited_on}: may I ask a few short questions?\n(If not: stop at once and agree a time; on a mobile, "
        "ask for a landline.)\n(Questions are answered yes or no; do not explain or argue. Note a complaint and agree when the "
        "right person calls back.)\nThank you!",
    ),
    "periodic": (
        "您好，{customer}，我是{dealership}的{caller}。又有一段时间没联系了，您和家人都好吗？\n1. {vehicle}用得怎么样，有没有问题？"
        "\n2. 提醒您按时保养，需要帮您预约吗？\n3. 身边有朋友想看车吗？欢迎推荐。\n4. 介绍近期的车主活动和到店活动。",
        "Good day, {customer}, this is {caller} of {dealership}. It has been a while: how are you and your family?\n1. How is your "
        "{vehicle}, any problems?\n2. A reminder of the next service: shall I book it?\n3. Do you know somebody who is looking for "
        "a car?\n4. Tell of coming events for owners.",
    ),
    "number_trace": (
        "客服中心拨打{customer}的电话时为空号或错号。请通过微信、家人、购车资料等途径核实，更正号码后保存；确实查不到的，请注明。",
        "The number of {customer} turned out to be empty or wrong. Please trace it by WeChat, family or the sales file, correct it "
        "and save; if it cannot be found, say so.",
    ),
}

SATISFACTION = ["satisfied|满意|Satisfied", "neutral|一般|Neutral", "dissatisfied|不满意|Dissatisfied"]
SCORE = {"type": "scale", "minimum": 1, "maximum": 10, "alert_below": 6}

QUESTIONNAIRES = {
    # D3-10, D3-12, D3-16.
    ("3dc", "销售3DC调查表"): [
        {"code": "car", "type": "satisfaction", "topic": "car", "options": SATISFACTION,
         "alert_values": ["dissatisfied"], "text_zh": "对车辆满意吗？", "text_en": "Satisfied with the car?"},
        {"code": "dealership", "type": "satisfaction", "topic": "dealership", "options": SATISFACTION,
         "alert_values": ["dissatisfied"], "text_zh": "对购车过程和专营店的服务满意吗？",
         "text_en": "Satisfied with the dealership and the way the car was sold?"},
        {"code": "contact_way", "type": "choice", "is_required": False, "text_zh": "今后希望用哪种方式联系？",
         "text_en": "How does the customer wish to be contacted in future?",
         "options": ["phone|电话|Telephone", "wechat|微信|WeChat", "visit|拜访|Visit", "email|电子邮件|E-mail",
                     "sms|短信|Text message"]},
        {"code": "referral", "type": "yes_no", "is_required": False, "text_zh": "愿意推荐朋友来看车吗？",
         "text_en": "Willing to recommend us to friends?"},
        {"code": "remark", "type": "text", "is_required": False, "text_zh": "其他意见", "text_en": "Other remarks"},
    ],
    # D7-06: seven scores, one duration, two open ones.
    ("7dc", "销售满意度调查表（7DC）"): [
        {"code": "attitude", "topic": "dealership", **SCORE, "text_zh": "销售顾问的服务态度，您打几分？",
         "text_en": "How do you score the attitude of the sales consultant?"},
        {"code": "expertise", "topic": "dealership", **SCORE, "text_zh": "销售顾问的专业知识，您打几分？",
         "text_en": "How do you score the expertise of the sales consultant?"},
        {"code": "delivery_minutes", "topic": "dealership", "type": "number", "minimum": 0, "maximum": 600,
         "text_zh": "交车过程用了多少分钟？", "text_en": "How many minutes did the delivery take?"},
        {"code": "process", "topic": "dealership", **SCORE, "text_zh": "购车手续和流程的说明，您打几分？",
         "text_en": "How do you score the explanation of the paperwork and the process?"},
        {"code": "vehicle_explanation", "topic": "dealership", **SCORE, "text_zh": "交车时对车辆功能的讲解，您打几分？",
         "text_en": "How do you score the explanation of the car at delivery?"},
        {"code": "service_introduction", "topic": "dealership", **SCORE, "text_zh": "对售后服务的介绍，您打几分？",
         "text_en": "How do you score the introduction to the after-sales service?"},
        {"code": "cleanliness", "topic": "car", **SCORE, "text_zh": "交车时车辆的清洁程度，您打几分？",
         "text_en": "How do you score the cleanliness of the car at delivery?"},
        {"code": "delivery", "topic": "dealership", **SCORE, "text_zh": "对整个交车过程，您总体打几分？",
         "text_en": "How do you score the delivery as a whole?"},
        {"code": "source", "type": "choice", "is_required": False, "text_zh": "您是从哪里了解到我们的？",
         "text_en": "How did you hear about us?",
         "options": ["friend|朋友介绍|Friends", "internet|网络|Internet", "motor_show|车展|Motor show",
                     "advertisement|广告|Advertisement", "passing|路过|Passing by", "owner|老客户|Owned one before",
                     "other|其他|Other"]},
        {"code": "reason", "type": "text", "is_required": False, "text_zh": "您选择这款车的主要原因是什么？",
         "text_en": "What was your main reason to buy this car?"},
    ],
    # AF-06, AF-07: answered by yes or no; satisfaction and suggestion last.
    ("service_visit", "维修回访问卷"): [
        {"code": "greeted", "type": "yes_no", "topic": "dealership", "alert_values": ["no"],
         "text_zh": "进店后是否及时有人接待？", "text_en": "Were you received promptly?"},
        {"code": "explained", "type": "yes_no", "topic": "dealership", "alert_values": ["no"],
         "text_zh": "维修前是否说明了项目和费用？", "text_en": "Were the work and its cost explained beforehand?"},
        {"code": "in_time", "type": "yes_no", "topic": "dealership", "alert_values": ["no"],
         "text_zh": "是否按约定时间交车？", "text_en": "Was the car ready at the agreed time?"},
        {"code": "solved", "type": "yes_no", "topic": "dealership", "alert_values": ["no"],
         "text_zh": "车辆问题是否一次修好？", "text_en": "Was the problem solved the first time?"},
        {"code": "clean", "type": "yes_no", "topic": "dealership", "alert_values": ["no"],
         "text_zh": "交车时车辆是否干净？", "text_en": "Was the car clean when you got it back?"},
        {"code": "satisfied", "type": "yes_no", "topic": "dealership", "alert_values": ["no"],
         "text_zh": "对这次维修总体是否满意？", "text_en": "Are you satisfied with this visit on the whole?"},
        {"code": "suggestion", "type": "text", "is_required": False, "text_zh": "意见和建议",
         "text_en": "Suggestions"},
    ],
}


def insert_defaults(apps, schema_editor):
    """Rows that stand already are left alone, so that the step can be taken again after a step back."""

    def ensure(name, defaults, **key):
        return apps.get_model("followups", name).objects.get_or_create(defaults=defaults, **key)

    for kind in KINDS:
        ensure("KindPolicy", kind, store=None, kind=kind["kind"], effective_from=FROM)
    ensure("CallingPolicy", {}, store=None, effective_from=FROM)
    for starts, ends in HOURS:
        ensure("CallingHours", {}, store=None, weekday=None, starts=starts, ends=ends)
    for position, (code, key, zh, en, consequence, reached, successful, kinds) in enumerate(OUTCOMES, 1):
        ensure(
            "OutcomePolicy",
            {"key": key, "label_zh": zh, "label_en": en, "consequence": consequence, "reached": reached,
             "successful": successful, "kinds": kinds, "position": position},
            code=code,
        )
    for level, after_days, audience in OVERDUE:
        ensure("OverdueStep", {"after_days": after_days, "audience": audience},
               store=None, level=level, effective_from=FROM)
    for kind, (text_zh, text_en) in SCRIPTS.items():
        ensure("CallScript", {"text_zh": text_zh, "text_en": text_en}, store=None, kind=kind, effective_from=FROM)
    for (kind, title), questions in QUESTIONNAIRES.items():
        questionnaire, created = ensure(
            "Questionnaire", {"title": title, "state": "active", "effective_from": FROM},
            store=None, kind=kind, version=1,
        )
        if created:
            for position, question in enumerate(questions, 1):
                apps.get_model("followups", "Question").objects.create(
                    questionnaire=questionnaire, position=position, **question
                )


class Migration(migrations.Migration):
    dependencies = [("followups", "0001_initial")]

    # Nothing is deleted on the way back: an admin may have edited the rows, and answers point at the questions.
    operations = [migrations.RunPython(insert_defaults, migrations.RunPython.noop)]

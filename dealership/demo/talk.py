"""What customers of the demo answer, and how calls end."""

import random

from followups.enums import TaskKind

#: Results of a call with their weights; a call that reached nobody is tried again.
OUTCOMES = (
    ("done", 70),
    ("no_answer", 13),
    ("busy", 4),
    ("inconvenient", 5),
    ("call_back", 5),
    ("empty_number", 1),
    ("refused", 1),
)
NOTES = {
    TaskKind.THREE_DAY: ("客户用车正常，满意。", "车牌已上好。", "说明了蓝牙的连接方法。", "", ""),
    TaskKind.SEVEN_DAY: ("客户对交车过程满意。", "客户愿意推荐朋友。", "", ""),
    TaskKind.N_PLUS_1: ("提醒了首保时间，客户表示清楚。", "客户上下班代步，里程不多。", "", ""),
    TaskKind.FIRST_SERVICE: ("已说明首保免费，客户会按时来店。", "客户希望周末来店。", ""),
    TaskKind.PERIODIC: ("客户用车正常。", "客户想了解续保。", "客户近期要跑长途，已提醒检查胎压。", "", ""),
    TaskKind.SERVICE_VISIT: ("客户对维修满意。", "已提醒下次保养里程。", "", ""),
}
COMPLAINTS = {
    "car": ("低速过减速带时有异响，希望检查。", "车机偶尔黑屏，需要重启。", "冷车启动时抖动。"),
    "dealership": ("交车等待时间太长。", "承诺的脚垫没有给。", "保险办理说明不清楚。"),
}


def answers_to(kind: str, dice: random.Random) -> dict[str, str]:
    """Answers by question code, as typed; empty for a kind without a questionnaire."""
    match kind:
        case TaskKind.THREE_DAY:
            return {
                "car": dice.choices(("satisfied", "neutral", "dissatisfied"), weights=(88, 9, 3))[0],
                "dealership": dice.choices(("satisfied", "neutral", "dissatisfied"), weights=(86, 10, 4))[0],
                "contact_way": dice.choice(("phone", "phone", "wechat")),
                "referral": dice.choice(("yes", "yes", "no")),
            }
        case TaskKind.SEVEN_DAY:
            scores = ("attitude", "expertise", "process", "vehicle_explanation", "service_introduction")
            answers = {code: _score(dice) for code in (*scores, "cleanliness", "delivery")}
            return {
                **answers,
                "delivery_minutes": str(dice.randrange(35, 110, 5)),
                "source": dice.choice(("friend", "internet", "motor_show", "passing", "owner")),
            }
        case TaskKind.SERVICE_VISIT:
            asked = (
                *("greeted", "explained", "in_time", "solved", "clean", "satisfied"),
                *("first_explained", "work_done", "next_told", "parts_shown", "claim_helped", "restored"),
            )
            return {code: "no" if dice.random() < 0.05 else "yes" for code in asked}
    return {}


def note_of(kind: str, dice: random.Random) -> str:
    """What the caller wrote down after a call that was completed; often nothing."""
    return dice.choice(NOTES.get(TaskKind(kind), ("",)))


def complaint_about(topic: str, dice: random.Random) -> str:
    """What the customer says of the car or the dealership."""
    return dice.choice(COMPLAINTS[topic])


def _score(dice: random.Random) -> str:
    return str(dice.choices((10, 9, 8, 7, 6, 5), weights=(34, 30, 20, 10, 4, 2))[0])

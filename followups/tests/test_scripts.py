"""The default scripts say what the rule book has callers say."""

import pytest

from followups.enums import TaskKind
from followups.models import CallScript

pytestmark = pytest.mark.django_db


def script(kind: str) -> CallScript:
    return CallScript.objects.get(kind=kind, store=None)


@pytest.mark.rule("D3-07")
@pytest.mark.parametrize("kind", [TaskKind.THREE_DAY, TaskKind.SEVEN_DAY, TaskKind.SERVICE_VISIT])
def test_script_introduces_the_caller_and_asks_whether_it_suits(kind):
    text = script(kind)

    assert all(place in text.text_zh for place in ("{customer}", "{dealership}", "{caller}", "现在方便吗"))
    assert all(place in text.text_en for place in ("{customer}", "{dealership}", "{caller}"))


@pytest.mark.rule("D3-14")
def test_3dc_script_warns_against_promises():
    text = script(TaskKind.THREE_DAY)

    assert "不承诺做不到的事" in text.text_zh
    assert "promise nothing you cannot keep" in text.text_en


@pytest.mark.rule("D7-04")
def test_7dc_script_asks_again_for_a_missing_plate():
    text = script(TaskKind.SEVEN_DAY)

    assert "车牌仍未登记的，请再问一次" in text.text_zh
    assert "If the plate is still missing, ask again" in text.text_en


@pytest.mark.rule("SV-16")
@pytest.mark.parametrize("kind", [TaskKind.N_PLUS_1, TaskKind.FIRST_SERVICE])
def test_script_says_that_the_first_service_is_free(kind):
    text = script(kind)

    assert "首保是免费的" in text.text_zh
    assert "free" in text.text_en


@pytest.mark.rule("AF-06")
def test_workshop_script_forbids_arguing_and_asks_yes_or_no():
    text = script(TaskKind.SERVICE_VISIT)

    assert "不解释、不争辩" in text.text_zh
    assert "是或否" in text.text_zh


@pytest.mark.rule("D7-12")
def test_no_script_begs_for_full_marks():
    texts = CallScript.objects.values_list("text_zh", flat=True)

    assert len(texts) == len(set(TaskKind))
    assert not any(begging in text for text in texts for begging in ("满分", "打10分", "打 10 分"))


@pytest.mark.rule("PF-06", "PF-07")
def test_the_centre_speaks_of_all_that_is_due_and_invites_with_friends():
    text = script(TaskKind.RETAINED).text_zh

    assert all(word in text for word in ("用得怎么样", "免费检测", "保险和年检", "置换"))
    assert "介绍新车型、服务活动和车主活动，欢迎带朋友一起来" in text

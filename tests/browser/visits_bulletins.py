"""The pages of bulletins: the list, one of them, a meeting, publishing."""

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from playwright.sync_api import Page

from leads.services.bulletins import BulletinText, publish_bulletin, take_note
from staffing.models import Staff, Store
from tests.browser.visit import Visit

#: What leads back to the list or to the bulletin.
NO_BULLETIN_PAGE = {"bulletin_read": "back to the list", "bulletin_attendance": "back to the bulletin"}


def bulletin_visits(store: Store, *, at: dt.datetime) -> Iterator[Visit]:
    leader, seller = Staff.objects.get(username="D011"), Staff.objects.get(username="D021")
    on, before = at.date(), at - dt.timedelta(days=1)
    price = BulletinText("price", "十一月价格政策", "两厢车型现金优惠四千元，至月底有效。\n\n不与赠品同享。", on)
    meeting = BulletinText("meeting", "周一销售晨会", "上周回顾，本周重点。", on, None, before)
    first = publish_bulletin(store=store, bulletin=price, by=leader, at=at)
    second = publish_bulletin(store=store, bulletin=meeting, by=leader, at=before)
    take_note(bulletin=second, by=seller, at=at)
    listed, new = reverse("bulletin_list"), reverse("bulletin_new")
    yield Visit("bulletins", listed, "D021")
    yield Visit("bulletins-empty", listed, "N-LEAD")
    yield Visit("bulletin", reverse("bulletin_page", args=[first.pk]), "D021")
    yield Visit("bulletin-meeting", reverse("bulletin_page", args=[second.pk]), "D011")
    yield Visit("bulletin-new", new, "D011")
    yield Visit("bulletin-new-refused", new, "D011", _publish_nothing)


def _publish_nothing(page: Page) -> None:
    page.locator("main form button[type=submit]").click()

"""The pages of cards: birthdays, the batch of a festival, labels."""

import datetime as dt
from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse

from followups.models import Festival, GreetingCard
from followups.models.cards import CardWay
from followups.services.greetings import mark_sent
from followups.services.lists import make_call_list
from staffing.models import Staff, Store
from tests.browser.visit import Visit

#: What leads back to the cards, or is a file.
NO_GREETINGS_PAGE = {"greeting_batch": "back to the cards", "greeting_export": "a workbook"}


def greeting_visits(store: Store, *, at: dt.datetime) -> Iterator[Visit]:
    today = at.astimezone(store.tz).date()
    festival = Festival.objects.create(
        code="owners-day", on=today + dt.timedelta(days=6), name_zh="车主节", name_en="Owners' Day"
    )
    make_call_list(store=store, on=today, at=at)
    agent = Staff.objects.get(username="D041")
    cards = GreetingCard.objects.filter(store=store, festival=festival).order_by("pk")
    some = list(cards.values_list("pk", flat=True)[:20])
    mark_sent(cards=GreetingCard.objects.filter(pk__in=some), way=CardWay.POST, by=agent, at=at)
    page = reverse("greetings")
    batch = urlencode({"view": "festival", "festival": festival.pk})
    yield Visit("cards-week", f"{page}?view=week", "D041")
    yield Visit("cards-today", page, "D021")
    yield Visit("cards-festival", f"{page}?{batch}", "D041")
    yield Visit("cards-festival-manager", f"{page}?{batch}", "D010")
    yield Visit("cards-empty", page, "N-AGENT")
    yield Visit("cards-no-festival", f"{page}?view=festival", "N-AGENT")
    yield Visit("card-labels", f"{reverse('greeting_labels')}?{batch}", "D041")
    yield Visit("card-labels-empty", reverse("greeting_labels"), "N-AGENT")

"""The list of leads."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dealership import clock
from dealership.web.answers import render_page
from dealership.web.guards import guard
from dealership.web.pagination import short_page_of
from dealership.web.request import AuthenticatedRequest
from leads.forms.assigning import GiveForm
from leads.forms.list import LeadFilterForm
from leads.selectors.assigning import receivers_for
from leads.selectors.list import (
    ALL,
    ENDED,
    MINE,
    MINE_DUE,
    POOL,
    TEAM,
    UNDATED,
    lead_rows,
    listed_leads,
    tab_counts,
    tabs_of,
)
from leads.selectors.policies import cadence_policy
from staffing.enums import Capability

#: Nobody turns more pages than these rows fill; the filters and the search narrow.
ROWS_AT_MOST = 2_000
PARTS = {"leads": "leads/_list.html"}


@guard(Capability.WORK_LEADS)
@require_GET
def lead_list(request: AuthenticatedRequest) -> HttpResponse:
    """My contacts of the day, all of mine, the pool, the team's, all that I see."""
    return render_page(request, "leads/list.html", list_context(request), parts=PARTS)


def list_context(request: AuthenticatedRequest, *, query: str | None = None) -> dict[str, Any]:
    """What the page shows; ``query`` is the list as it was narrowed before a form on it was sent."""
    user, at, tz = request.user, clock.now(), timezone.get_current_timezone()
    on = at.astimezone(tz).date()
    asked = request.GET if query is None else QueryDict(query)
    tabs = tabs_of(user)
    tab = asked.get("tab", "") if asked.get("tab") in tabs else tabs[0]
    may_give = user.may(Capability.ASSIGN_LEADS) and tab != ENDED
    people = receivers_for(user) if may_give else []
    filters = LeadFilterForm(asked, policy=cadence_policy(user.store, on), people=people)
    narrowed = filters.narrowed(tab)
    page = short_page_of(request, listed_leads(user, narrowed, at=at, on=on), at_most=ROWS_AT_MOST)
    names = {
        MINE_DUE: _("My contacts"),
        UNDATED: _("Without a date"),
        MINE: _("Mine"),
        POOL: _("Pool"),
        ENDED: _("Lost and defeated"),
        TEAM: _("Team"),
        ALL: _("All"),
    }
    return {
        "tab": tab,
        "tabs": [(code, names[code]) for code in tabs],
        "counts": tab_counts(user, on=on),
        "filters": filters,
        "is_narrowed": any(
            (narrowed.grade, narrowed.state, narrowed.channel, narrowed.owner_id, narrowed.late, narrowed.recycled)
        ),
        "page": page,
        "rows": lead_rows(page.object_list, at=at, tz=tz),
        "query": asked.urlencode(),
        "give": GiveForm(user=user, people=people) if may_give else None,
        "ticked": frozenset(),
        "at_most": ROWS_AT_MOST,
    }

"""The first page of the morning."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from dealership import clock
from dealership.desk.selectors.my_day import my_day as day_of
from dealership.web.answers import render_page
from dealership.web.guards import guard
from dealership.web.request import AuthenticatedRequest
from followups.selectors.schedule import next_list_in_words
from staffing.enums import Capability


@guard(Capability.SEE_OWN_DAY)
@require_GET
def my_day(request: AuthenticatedRequest) -> HttpResponse:
    """What waits for me: promised calls first, then what is late, what is due today, and what comes."""
    at = clock.now()
    context = {"day": day_of(request.user, at=at), "at": at, "next_list": next_list_in_words(at)}
    return render_page(request, "desk/my_day.html", context)

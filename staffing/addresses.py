"""Where a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address of the client, behind exactly ``TRUSTED_PROXIES`` proxies of ours.

    Each proxy appends the address it was called from, so that the entry which our outermost proxy wrote is the last but
    as many as there are proxies; what stands before it was sent by the client and proves nothing.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    count: int = settings.TRUSTED_PROXIES
    if not count:
        return direct
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    return hops[-count] if len(hops) >= count else direct

"""Who speaks through the interface."""

import hashlib

from leads.models import LeadSource


def source_of_token(token: str) -> LeadSource | None:
    """The active source with a token. Found by the hash, which is all that is kept."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    return LeadSource.objects.active().filter(token_hash=digest, store__is_active=True).select_related("store").first()

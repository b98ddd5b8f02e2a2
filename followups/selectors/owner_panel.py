"""What the call screen shows of an owner beyond the card: what was promised in the 3DC, and events to invite to."""

import datetime as dt
from dataclasses import dataclass

from followups.models import CallTask
from followups.selectors.events import OfferedEvent, offered_events
from followups.selectors.promises import PromisesKept, promises_of_3dc
from followups.selectors.referrals import NO_REFERRALS, ReferralPanel, referral_panel


@dataclass(frozen=True)
class OwnerPanel:
    """``promises``: of the 7DC, how far the 3DC's matters are (D7-03); ``events`` to invite to (D7-09); ``referral``:
    asking for a recommendation, or what came of one (RF-01, RF-02)."""

    promises: PromisesKept | None = None
    events: tuple[OfferedEvent, ...] = ()
    referral: ReferralPanel = NO_REFERRALS


#: Of somebody who owns no car of ours.
NO_OWNER = OwnerPanel()


def owner_panel(task: CallTask, *, at: dt.datetime) -> OwnerPanel:
    """The panel of a call. ``task`` comes with its store."""
    return OwnerPanel(
        promises=promises_of_3dc(task, at=at), events=offered_events(task, at=at), referral=referral_panel(task)
    )

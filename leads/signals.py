"""News from leads, for the apps above. Sent inside the transaction."""

from django.dispatch import Signal

#: The plan of a lead changed: its owner, its state, its grade or its next contact. Sent with ``lead`` (the row as it
#: is now), ``by`` (None: the system) and ``at``.
lead_planned = Signal()

"""What this package announces; the app that keeps the people listens."""

from django.dispatch import Signal

# Sent when a signed-in person chooses how the product looks: user, preference ("language" or "theme"), value, at.
preference_changed = Signal()

"""Making the day's call list of a store, and ending the calls whose time is over."""

from followups.services.lists.expiry import cancel_banned_calls, expire_tasks
from followups.services.lists.making import ListResult, list_new_leads, make_call_list, make_call_lists

__all__ = ["ListResult", "cancel_banned_calls", "expire_tasks", "list_new_leads", "make_call_list", "make_call_lists"]

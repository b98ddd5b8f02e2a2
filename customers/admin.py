"""Customers, for administrators: to be looked at. Services change them, with the reason in the audit (CC-13)."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from customers.models import ContactBan, Customer
from dealership.audit.admin import ReadOnlyAdmin
from dealership.kernel.phones import mask


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    list_display = ("name", "kind", "masked_phones", "owner", "store", "created_at")
    list_filter = ("kind", "store")
    search_fields = ("name", "initials")
    list_select_related = ("owner", "store")
    ordering = ("name", "pk")
    show_full_result_count = False
    fields = ("name", "kind", "gender", "masked_phones", "company", "owner", "store", "preferred_way", "created_at")

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).prefetch_related("phones")

    @admin.display(description=_("telephones"))
    def masked_phones(self, customer: Customer) -> str:
        return " ".join(mask(phone.number) for phone in customer.phones.all())


@admin.register(ContactBan)
class ContactBanAdmin(ReadOnlyAdmin):
    list_display = ("customer", "purpose", "reason", "banned_at", "banned_by", "lifted_at")
    list_filter = ("purpose",)
    list_select_related = ("customer", "banned_by")
    ordering = ("-banned_at", "-pk")

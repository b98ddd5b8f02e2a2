"""Which entries a person sees, and which one is marked."""

import pytest
from django.utils.translation import override

from dealership.web import navigation
from dealership.web.navigation import Entry
from dealership.web.tests.people import Person

GALLERY = Entry("Components", "gallery", "table", "use_admin", order=20, group="system")
SIGN_IN = Entry("Door", "sign_in", "log-in", None, order=10, group="system")
ABSENT = Entry("Nowhere", "no_such_page", "x", None)
ENTRIES = (SIGN_IN, GALLERY, ABSENT)


def labels(groups):
    return [(group.code, [link.label for link in group.links]) for group in groups]


def test_groups_show_what_the_person_may_use():
    groups = navigation.groups_for(Person(frozenset({"use_admin"})), entries=ENTRIES)

    assert labels(groups) == [("system", ["Door", "Components"])]


def test_groups_hide_what_the_person_may_not_use():
    groups = navigation.groups_for(Person(), entries=ENTRIES)

    assert labels(groups) == [("system", ["Door"])]


def test_the_page_shown_is_marked():
    (group,) = navigation.groups_for(Person(frozenset({"use_admin"})), current="gallery", entries=ENTRIES)

    assert [link.is_current for link in group.links] == [False, True]


def test_a_page_of_the_same_section_marks_the_entry():
    entry = Entry("Door", "sign_in", "log-in", also=("change_password",))

    (group,) = navigation.groups_for(Person(), current="change_password", entries=(entry,))

    assert group.links[0].is_current is True


def test_register_refuses_an_unknown_group():
    with pytest.raises(ValueError, match="no group of the navigation"):
        navigation.register(Entry("X", "gallery", "x", group="elsewhere"))


def test_registered_entries_use_icons_of_the_sprite():
    from dealership.web.icons import ICONS

    unknown = [entry for entry in navigation.registered() if entry.icon not in ICONS]

    assert unknown == []


def test_registered_entries_have_different_keys():
    keys = [entry.key for entry in navigation.registered() if entry.key]

    assert sorted(keys) == sorted(set(keys))


def test_group_names_are_translated():
    with override("zh-hans"):
        names = [str(label) for label in navigation.GROUPS.values()]

    assert names == ["日常工作", "档案", "管理", "系统"]

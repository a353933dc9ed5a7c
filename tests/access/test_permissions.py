"""Does the table of roles say what it should?"""

from itertools import pairwise

import pytest

from uems.access.permissions import ALL, PERMISSIONS, ROLES, known, rank
from uems.kernel.errors import UemsError


def test_every_role_can_do_all_that_the_role_below_can_and_more() -> None:
    for lower, higher in pairwise(ROLES):
        assert PERMISSIONS[lower] < PERMISSIONS[higher]
        assert rank(lower) < rank(higher)


def test_every_permission_names_a_thing_and_a_verb() -> None:
    assert {p.count(":") for p in ALL} == {1}
    assert {p.split(":")[1] for p in ALL} <= {"read", "write", "approve"}


def test_a_viewer_sees_numbers_but_no_people_and_changes_nothing() -> None:
    assert "reports:read" in PERMISSIONS["viewer"]
    assert "people:read" not in PERMISSIONS["viewer"]
    assert not [p for p in PERMISSIONS["viewer"] if not p.endswith(":read")]


@pytest.mark.parametrize("role", ["viewer", "analyst", "editor"])
def test_only_admins_and_owners_handle_members_keys_and_the_audit_log(role: str) -> None:
    held = PERMISSIONS[role]  # type: ignore[index]
    assert not held & {"members:write", "keys:read", "keys:write", "audit:read", "workspace:write"}


def test_an_unknown_permission_is_refused_with_the_list_of_known_ones() -> None:
    with pytest.raises(UemsError, match="people:read"):
        known("people:raed")

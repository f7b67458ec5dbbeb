"""The people of the demo company: one for each group. Their password is known to everybody: demo data only."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.db import transaction

from config.base import capabilities

PASSWORD = "lagerbok"  # noqa: S105 - printed by `make run`
POSTING_USER = "accountant"


@dataclass(frozen=True, slots=True)
class DemoUser:
    username: str
    first_name: str
    last_name: str
    group: str


USERS = (
    DemoUser("clerk", "Kari", "Clerk", "Warehouse clerk"),
    DemoUser("lead", "Lars", "Lead", "Warehouse lead"),
    DemoUser("purchaser", "Pia", "Purchaser", "Purchaser / Sales"),
    DemoUser("accountant", "Anna", "Accountant", "Accountant"),
    DemoUser("controller", "Nina", "Controller", "Controller"),
    DemoUser("auditor", "Odd", "Auditor", "Auditor"),
    DemoUser("admin", "Arne", "Admin", capabilities.ADMINISTRATOR),
)


def create_users() -> dict[str, User]:
    """Make the sign-ins that are missing. `admin` may enter Django admin but is no superuser: four eyes stay four."""
    capabilities.seed()
    groups = {group.name: group for group in Group.objects.all()}
    password = make_password(PASSWORD)
    users = {}
    with transaction.atomic():
        for each in USERS:
            user, is_new = get_user_model().objects.get_or_create(
                username=each.username,
                defaults={
                    "first_name": each.first_name,
                    "last_name": each.last_name,
                    "password": password,
                    "is_staff": each.group == capabilities.ADMINISTRATOR,
                },
            )
            if is_new:
                user.groups.add(groups[each.group])
            users[each.username] = user
    return users

import pytest
from django.contrib.auth.models import Group, Permission, User

from config.base import capabilities
from config.base.models import Company, SeededGrant

pytestmark = pytest.mark.django_db


def held(group_name):
    codenames = Permission.objects.filter(
        group__name=group_name, content_type__app_label="base", content_type__model="capability"
    ).values_list("codename", flat=True)
    return set(codenames)


class TestSeed:
    def test_makes_the_seven_groups_and_the_company(self):
        assert set(Group.objects.values_list("name", flat=True)) == {
            "Warehouse clerk",
            "Warehouse lead",
            "Purchaser / Sales",
            "Accountant",
            "Controller",
            "Auditor",
            "Administrator",
        }
        assert Company.objects.count() == 1

    def test_every_capability_is_a_permission(self):
        codenames = Permission.objects.filter(content_type__model="capability").values_list("codename", flat=True)

        assert set(codenames) == {capabilities.codename(name) for name in capabilities.CAPABILITIES}

    def test_every_name_in_groups_is_a_capability(self):
        used = {name for names in capabilities.GROUPS.values() for name in names}
        implied = {name for names in capabilities.IMPLIED.values() for name in names} | set(capabilities.IMPLIED)

        assert used | implied <= set(capabilities.CAPABILITIES)

    def test_a_clerk_receives_and_sees_no_cost(self):
        assert {"purchase_receive", "sale_ship", "document_view", "stock_view"} <= held("Warehouse clerk")
        assert "cost_view" not in held("Warehouse clerk") | held("Warehouse lead") | held("Purchaser / Sales")

    def test_a_purchaser_makes_items_and_orders(self):
        assert {"item_edit", "item_view", "document_edit", "document_view"} <= held("Purchaser / Sales")

    def test_an_auditor_views_everything_and_posts_nothing(self):
        views = {capabilities.codename(name) for name in capabilities.CAPABILITIES if name.endswith(".view")}

        assert held("Auditor") == views | {"export"}

    def test_an_administrator_keeps_setup_but_posts_nothing(self):
        assert held("Administrator") == {"setup_edit", "users_manage", "job_manage", "audit_view", "export"}
        user = User.objects.create_user("admin", is_staff=True)
        user.groups.add(Group.objects.get(name="Administrator"))
        assert user.has_perms(["base.add_numberseries", "base.change_company", "auth.change_user"])
        assert user.has_perm("base.view_changelog")
        assert not user.has_perm("base.change_changelog")

    def test_a_second_run_changes_nothing(self):
        before = (SeededGrant.objects.count(), Group.permissions.through.objects.count())

        capabilities.seed()

        assert (SeededGrant.objects.count(), Group.permissions.through.objects.count()) == before

    def test_what_an_administrator_took_away_stays_away(self):
        group = Group.objects.get(name="Warehouse clerk")
        group.permissions.remove(Permission.objects.get(codename="scan_use"))
        Group.objects.get(name="Auditor").delete()

        capabilities.seed()

        assert "scan_use" not in held("Warehouse clerk")
        assert not Group.objects.filter(name="Auditor").exists()

    def test_a_capability_of_a_later_version_is_given(self):
        Group.objects.get(name="Auditor").permissions.remove(Permission.objects.get(codename="export"))
        SeededGrant.objects.filter(group_name="Auditor", permission="base.export").delete()

        capabilities.seed()

        assert "export" in held("Auditor")


class TestWithImplied:
    def test_follows_chains(self):
        assert capabilities.with_implied(["count.post"]) == ["stock.view", "count.record", "count.post"]


class TestPermission:
    def test_is_the_name_that_has_perm_takes(self):
        assert capabilities.permission("cost.view") == "base.cost_view"

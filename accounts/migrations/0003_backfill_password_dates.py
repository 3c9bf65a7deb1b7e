"""Passwords that stand already count as set when their account was made."""

from django.db import migrations
from django.db.models import F, Q


def backfill(apps, schema_editor):
    users = apps.get_model("accounts", "User").objects.filter(password_changed_at__isnull=True)
    unusable = Q(("password", "")) | Q(("password__startswith", "!"))
    users.exclude(unusable).update(password_changed_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_sign_in_policy_and_second_factor")]

    operations = [migrations.RunPython(backfill, migrations.RunPython.noop)]

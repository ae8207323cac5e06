"""What administrators did to accounts, in a table that refuses to be rewritten."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STANDS = """
CREATE FUNCTION deeds_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was done to accounts is not rewritten';
END $$;
CREATE TRIGGER deeds_stand BEFORE UPDATE OR DELETE OR TRUNCATE ON accounts_deed
    FOR EACH STATEMENT EXECUTE FUNCTION deeds_stand();
"""
FALLS = "DROP TRIGGER deeds_stand ON accounts_deed; DROP FUNCTION deeds_stand();"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_duty_in_time")]

    operations = [
        migrations.CreateModel(
            name="Deed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("by", models.CharField(max_length=64)),
                ("proof", models.CharField(blank=True, max_length=16)),
                ("what", models.CharField(max_length=16)),
                ("role", models.CharField(blank=True, max_length=32)),
                ("place", models.CharField(blank=True, max_length=64)),
                ("agency", models.CharField(blank=True, max_length=32)),
                ("from_at", models.DateTimeField(null=True)),
                ("until_at", models.DateTimeField(null=True)),
                ("why", models.CharField(blank=True, max_length=200)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deeds",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "answers",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer",
                        to="accounts.deed",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(STANDS, FALLS),
    ]

"""Tokens of agencies' systems with their keys, and what such systems asked and were answered."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_bond"),
    ]

    operations = [
        migrations.AddField(
            model_name="deed",
            name="key",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="deed",
            name="steps",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="deed",
            name="token",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="token",
            name="expires_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="token",
            name="key",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="token",
            name="key_sha256",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="token",
            name="steps",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AlterField(
            model_name="duty",
            name="role",
            field=models.CharField(
                choices=[
                    ("duty_officer", "Duty officer"),
                    ("inspector", "Inspector"),
                    ("device_engineer", "Device engineer"),
                    ("administrator", "Administrator"),
                    ("auditor", "Auditor"),
                    ("document_sender", "Document sender"),
                    ("risk_analyst", "Risk analyst"),
                    ("call_operator", "Call centre operator"),
                    ("partner_officer", "Officer of a partner agency"),
                    ("leadership", "Leadership"),
                    ("compliance_monitor", "Compliance monitor"),
                    ("agency_system", "System of another agency"),
                ],
                max_length=32,
            ),
        ),
        migrations.CreateModel(
            name="Exchange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=64)),
                ("asked", models.CharField(max_length=8)),
                ("at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("times", models.IntegerField(default=1)),
                ("place", models.CharField(blank=True, default="", max_length=64)),
                ("crossing", models.CharField(blank=True, default="", max_length=100)),
                ("step", models.CharField(blank=True, default="", max_length=64)),
                ("outcome", models.CharField(blank=True, default="", max_length=64)),
                ("answer_id", models.CharField(blank=True, default="", max_length=200)),
                ("status", models.IntegerField()),
                ("code", models.CharField(blank=True, default="", max_length=40)),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                ("blob", models.BinaryField(null=True)),
                ("decision_id", models.CharField(blank=True, default="", max_length=64)),
                ("seq", models.BigIntegerField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exchanges",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account", "-id"], name="exchange_of_account")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("decision_id", ""), _negated=True),
                        fields=("account", "answer_id"),
                        name="one_answer_of_an_id",
                    )
                ],
            },
        ),
    ]

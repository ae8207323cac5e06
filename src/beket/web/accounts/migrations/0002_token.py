"""Tokens of programs, and the role of who sends documents."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
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
                ],
                max_length=32,
            ),
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64)),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "name"), name="one_token_of_a_name"),
                ],
            },
        ),
    ]

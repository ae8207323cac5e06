"""Duties for an agency and for a time, and the roles of the centre."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_sitting")]

    operations = [
        migrations.AddField(
            model_name="duty",
            name="agency",
            field=models.CharField(
                choices=[
                    ("customs", "Customs"),
                    ("border", "Border Service"),
                    ("tax", "Tax Service"),
                    ("transport", "Transport control"),
                    ("veterinary", "Veterinary service"),
                    ("phytosanitary", "Plant quarantine"),
                    ("health", "Sanitary service"),
                    ("operator", "Operator of the checkpoint"),
                ],
                default="customs",
                max_length=32,
            ),
        ),
        migrations.AddField(model_name="duty", name="from_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="duty", name="until_at", field=models.DateTimeField(null=True)),
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
                ],
                max_length=32,
            ),
        ),
    ]

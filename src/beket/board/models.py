"""The read tables as Django sees them: unmanaged, never migrated (board.schema makes them), never written from here."""

from __future__ import annotations

from django.db import models


class Place(models.Model):
    """A checkpoint as its layout in force describes it."""

    id = models.TextField(primary_key=True)
    name_ky = models.TextField()
    name_ru = models.TextField()
    name_en = models.TextField()
    latitude = models.FloatField()
    longitude = models.FloatField()
    zone_name = models.TextField()
    neighbour = models.TextField(null=True)  # noqa: DJ001 - the table tells 'none' from ''
    mode = models.TextField()
    border = models.TextField()
    kind = models.TextField()
    described = models.BooleanField()
    newest_at = models.BigIntegerField(null=True)
    newest_seq = models.BigIntegerField()

    class Meta:
        """Where it stands."""

        app_label = "board"
        db_table = "place"
        managed = False

    def __str__(self) -> str:
        """Name the checkpoint by its id."""
        return self.id


class Device(models.Model):
    """A registered device and how it is."""

    pk = models.CompositePrimaryKey("place", "id")
    place = models.TextField()
    id = models.TextField()
    driver = models.TextField()
    lane = models.TextField()
    zone = models.TextField()
    view = models.TextField()
    state = models.TextField()
    reason = models.TextField(null=True)  # noqa: DJ001
    since = models.BigIntegerField(null=True)
    clock_wrong = models.BooleanField()
    drift_ms = models.BigIntegerField(null=True)
    readings = models.BigIntegerField()
    last_seq = models.BigIntegerField(null=True)
    last_idx = models.IntegerField(null=True)
    last_kind = models.TextField(null=True)  # noqa: DJ001
    last_received = models.BigIntegerField(null=True)
    described = models.BooleanField()

    class Meta:
        """Where it stands."""

        app_label = "board"
        db_table = "device"
        managed = False

    def __str__(self) -> str:
        """Name the device by its id."""
        return self.id


class Crossing(models.Model):
    """One conveyance at one checkpoint in one direction."""

    id = models.TextField(primary_key=True)
    place = models.TextField()
    direction = models.TextField()
    lane = models.TextField()
    opened_at = models.BigIntegerField()
    zone = models.TextField()
    plate = models.TextField(null=True)  # noqa: DJ001
    country = models.TextField(null=True)  # noqa: DJ001
    trailer = models.TextField(null=True)  # noqa: DJ001
    container = models.TextField(null=True)  # noqa: DJ001
    vehicle_type = models.TextField(null=True)  # noqa: DJ001
    gross_kg = models.FloatField(null=True)
    gamma_alarm = models.BooleanField(null=True)
    neutron_alarm = models.BooleanField(null=True)
    controlled_at = models.BigIntegerField(null=True)
    departed_at = models.BigIntegerField(null=True)
    closed_at = models.BigIntegerField(null=True)
    close_reason = models.TextField(null=True)  # noqa: DJ001
    unexplained = models.TextField(null=True)  # noqa: DJ001
    joined_into = models.TextField(null=True)  # noqa: DJ001
    evidence = models.IntegerField()
    last_at = models.BigIntegerField()

    class Meta:
        """Where it stands."""

        app_label = "board"
        db_table = "crossing"
        managed = False

    def __str__(self) -> str:
        """Name the crossing by its id."""
        return self.id

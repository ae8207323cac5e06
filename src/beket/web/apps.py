"""Tells Django that the desk has template tags and words of its own."""

from django.apps import AppConfig


class Desk(AppConfig):
    """Pages, panels and the stream."""

    name = "beket.web"
    label = "desk"

"""Yaohua XK3190-A9 weighing indicators over TCP."""

from beket.app.summary import _to_screen


def test_a_reading_is_on_screen_when_a_picture_at_least_as_new_has_come() -> None:
    pulses = [(1000, 0), (1300, 1100), (1700, 1500)]
    assert _to_screen([1100, 1200, 1500], pulses) == {"p50": 200.0, "p95": 500.0, "p99": 500.0, "of": 3}


def test_what_was_said_before_the_screen_was_open_or_never_shown_does_not_count() -> None:
    assert _to_screen([900, 1600], [(1000, 0), (1300, 1100)]) == {"p50": None, "p95": None, "p99": None, "of": 0}


def test_a_heartbeat_without_news_does_not_make_a_reading_late() -> None:
    pulses = [(1000, 0), (1300, 1100), (6300, 1100)]
    assert _to_screen([1100], pulses) == {"p50": 200.0, "p95": 200.0, "p99": 200.0, "of": 1}


def test_without_a_screen_there_is_no_figure() -> None:
    assert _to_screen([1], None) is None

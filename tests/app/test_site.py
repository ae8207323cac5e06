from pathlib import Path

import pytest

from beket.app.layouts import check_site
from beket.app.site import SiteTrouble, load_site
from beket.app.site_text import site_toml
from beket.sim.country import demo_posts

GOOD = """
[[post]]
id = "KG-XXX-A"
name = { ky = "Сыноо", ru = "Проба", en = "Trial" }
latitude = 42.0
longitude = 74.5

[[post.lane]]
id = "in-1"
direction = "in"

[[post.device]]
id = "KG-XXX-A/in-1/camera"
driver = "hikvision_isapi"
lane = "in-1"
allow = ["192.0.2.41"]
after_s = [0, 20]
"""


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "site.toml"
    file.write_text(text)
    return file


def test_a_site_file_becomes_posts(tmp_path: Path) -> None:
    (post,) = load_site(written(tmp_path, GOOD))
    assert post.id == "KG-XXX-A"
    assert [lane.id for lane in post.lanes] == ["in-1"]
    assert post.devices[0].after_s == (0, 20)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('lane = "in-1"', 'lane = "in-9"', "no lane 'in-9'"),
        ("hikvision_isapi", "hikvison", "no driver 'hikvison'"),
        ("latitude = 42.0", "latitude = 'north'", "latitude"),
        ("allow =", "alow =", "unknown key alow"),
        ('"192.0.2.41"', '"192.0.2.999"', "192.0.2.999"),
        ("[0, 20]", "[20, 0]", "ends before it begins"),
        ('direction = "in"', 'direction = "up"', "direction"),
        ("[[post.lane]]", "[[post.lanes]]", "unknown key lanes"),
        ("[[post]]", "[[posts]]", "[[post]]"),
        ("[[post]]", "[[post]", "line"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(SiteTrouble) as caught:
        load_site(file)
    assert said in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_device_named_twice_is_refused(tmp_path: Path) -> None:
    other = GOOD.replace('KG-XXX-A"\nname', 'KG-YYY-A"\nname')
    with pytest.raises(SiteTrouble, match="KG-XXX-A/in-1/camera is named more than once"):
        load_site(written(tmp_path, GOOD + other))


def test_a_missing_file_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(SiteTrouble, match="No such file"):
        load_site(tmp_path / "nowhere.toml")


def test_the_printed_country_is_a_site_file_that_can_be_used(tmp_path: Path) -> None:
    posts = demo_posts(3)
    assert load_site(written(tmp_path, site_toml(posts))) == posts


WRITABLE = (
    GOOD
    + """
[[post.device]]
id = "KG-XXX-A/in-1/barrier"
driver = "modbus_io"
lane = "in-1"
zone = "departure"
host = "192.0.2.40"
port = 502
options = { map = "lane_eight", orders = "lane_eight" }
"""
)


def test_a_site_file_says_what_may_be_written_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_site(str(written(tmp_path, WRITABLE))) == 0
    said = capsys.readouterr().out
    assert said.startswith("KG-XXX-A: 1 lane, ")
    assert "KG-XXX-A/in-1/barrier may be written to: open_barrier, close_barrier, light_red" in said
    assert check_site(str(written(tmp_path, WRITABLE.replace(', orders = "lane_eight"', "")))) == 0
    assert "may be written to" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('orders = "lane_eight"', 'orders = "lane_nine"', "orders: there is no map named 'lane_nine'"),
        ('orders = "lane_eight"', "orders = true", "orders: there is no map named 'True'"),
        ('host = "192.0.2.40"\n', "", "it needs host and port"),
        ("port = 502", 'port = 502\ntransport = "tcp-server"', "it needs host and port"),
        ('lane = "in-1"\nzone', "zone", "it needs a lane"),
        ('"modbus_io"', '"modbus_scale"', "only modbus_io"),
    ],
)
def test_what_cannot_be_written_to_safely_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in WRITABLE
    with pytest.raises(SiteTrouble) as caught:
        load_site(written(tmp_path, WRITABLE.replace(old, new, 1)))
    assert said in str(caught.value)

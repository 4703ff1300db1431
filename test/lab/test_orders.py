"""What an operator said holds until he says otherwise, whatever ends meanwhile.

The kernel's part of it: a file in a folder that belongs to the user the daemon
has become, read by a root with few rights, written by a process that waits.
"""

import json
import os
import pathlib
import signal
import time

from lab import VIP, vrrpd_conf, wait_for


def orders_file(router):
    name = str(router.vrrpd_sock)[1:].replace("-", "%2D").replace("/", "-")
    return router.state_dir / (name + ".orders")


def restart(router):
    """As after a crash of everything: the file, and nothing else, is left."""
    router.vrrpd.stop(signal.SIGKILL)
    router.start_vrrpd(router.vrrpd_conf.read_text())


def test_orders_disable_holds_until_enable(lab):
    lab.start_pair(advert_int=1)
    lab.wait_pair()
    answer = lab.r1.call("disable", name="web")
    assert answer["on-disk"], answer
    lab.r2.wait_state("active", 5)
    text = orders_file(lab.r1).read_text()
    assert "\nweb disabled=" in text and text.endswith("end 1\n")
    since = lab.r1.instance()["disabled-since"]

    restart(lab.r1)
    assert lab.r1.instance()["disabled-since"] == since
    os.kill(lab.r1.engine_pid(), signal.SIGKILL)
    wait_for(lambda: lab.r1.call("show")["processes"]["engine-restarts"] == 1,
             10, "another engine")
    lab.r1.vrrpctl("restart", check=True)
    lab.r1.close_ctl()
    lab.r1.vrrpd.stop()
    lab.r1.start_vrrpd(lab.r1.vrrpd_conf.read_text())
    time.sleep(0.2)
    assert lab.r1.state() == "initialize"
    assert lab.r2.state() == "active"
    shown = lab.r1.vrrpctl("show", "web", check=True).stdout
    assert "by an operator" in shown

    done = lab.r1.vrrpctl("enable", "web", check=True)
    assert done.stderr == ""
    lab.r1.wait_state("active", 5)
    restart(lab.r1)
    lab.r1.wait_state("active", 5)
    assert orders_file(lab.r1).read_text().endswith("end 0\n")


def test_orders_handed_over_does_not_preempt_after_a_crash(lab):
    lab.start_pair(advert_int=1)
    lab.wait_pair()
    lab.r1.vrrpctl("handover", "web", check=True)
    lab.r2.wait_state("active", 5)
    restart(lab.r1)
    time.sleep(0.3)                 # ten times its Active_Down_Interval
    assert lab.r1.state() == "backup"
    lab.r1.vrrpctl("enable", "web", check=True)
    lab.r1.wait_state("active", 5)


def test_orders_kept_value_ends_with_the_file_s_own(lab):
    lab.r1.start_vrrpd(vrrpd_conf(priority=120))
    done = lab.r1.vrrpctl("set", "--keep", "web", "priority", "150",
                          check=True)
    assert "kept" in done.stdout and done.stderr == ""
    restart(lab.r1)
    web = lab.r1.instance()
    assert web["priority"] == 150
    assert web["kept"] == [{"name": "priority", "value": 150, "file": 120}]
    lab.r1.vrrpd_conf.write_text(vrrpd_conf(priority=130))
    lab.r1.call("reload")
    assert lab.r1.instance()["priority"] == 130
    assert "is kept no longer" in lab.r1.vrrpd.log()
    restart(lab.r1)
    assert "kept" not in lab.r1.instance()


def test_orders_folder_is_the_user_s_and_nothing_else_is_left_there(lab):
    vrrpd = lab.r1.start_vrrpd(vrrpd_conf())
    for _ in range(5):
        lab.r1.call("disable", name="web")
        lab.r1.call("enable", name="web")
    assert [p.name for p in lab.r1.state_dir.iterdir()] == \
        [orders_file(lab.r1).name]
    owner = pathlib.Path("/proc/%d" % vrrpd.pid).stat().st_uid
    assert lab.r1.state_dir.stat().st_uid == owner != 0
    assert orders_file(lab.r1).stat().st_uid == owner


def test_orders_damaged_file_is_said_and_kept_aside(lab):
    lab.r1.start_vrrpd(vrrpd_conf())
    lab.r1.call("disable", name="web")
    lab.r1.vrrpd.stop()
    path = orders_file(lab.r1)
    text = path.read_text()
    path.write_text(text[:-4])
    lab.r1.start_vrrpd(vrrpd_conf())
    lab.r1.wait_state("active", 5)
    assert "damaged" in lab.r1.vrrpd.log()
    bad = path.with_name(path.name + ".bad")
    assert bad.read_text() == text[:-4]
    assert not path.exists()


def test_orders_without_a_disk_are_obeyed_and_said_to_end(lab):
    lab.r1.state_dir.write_text("no folder")
    lab.r1.start_vrrpd(vrrpd_conf())
    lab.r1.wait_state("active", 5)
    done = lab.r1.vrrpctl("disable", "web", check=True)
    assert "not on the disk" in done.stderr
    lab.r1.wait_state("initialize", 5)
    wait_for(lambda: VIP not in lab.r1.addresses(), 5, "it has withdrawn")
    assert "Not a directory" in lab.r1.vrrpctl("show", check=True).stdout
    # The engine's death is not the daemon's.
    os.kill(lab.r1.engine_pid(), signal.SIGKILL)
    lab.r1.close_ctl()
    time.sleep(0.3)
    assert lab.r1.state() == "initialize", json.dumps(lab.r1.instance())


def test_orders_folder_of_root_is_not_given_away(lab):
    """Somebody says -S /etc."""
    lab.r1.state_dir.mkdir(mode=0o755)
    (lab.r1.state_dir / "passwd").write_text("root's")
    vrrpd = lab.r1.start_vrrpd(vrrpd_conf())
    lab.r1.wait_state("active", 5)
    st = lab.r1.state_dir.stat()
    assert st.st_uid == 0 and st.st_mode & 0o777 == 0o755
    assert "did not make this folder" in vrrpd.log()
    done = lab.r1.vrrpctl("disable", "web", check=True)
    assert "not on the disk" in done.stderr
    assert [p.name for p in lab.r1.state_dir.iterdir()] == ["passwd"]


def test_orders_two_daemons_of_one_folder_have_their_own(lab):
    lab.r2.state_dir = lab.r1.state_dir
    for router in lab.routers:
        router.start_vrrpd(vrrpd_conf())
    assert lab.r1.call("disable", name="web")["on-disk"]
    for router in lab.routers:
        restart(router)
    assert lab.r1.state() == "initialize"
    lab.r2.wait_state("active", 5)

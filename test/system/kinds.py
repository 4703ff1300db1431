"""An interface of every kind, made of the eth0 that a lab gives its nodes."""

import lab as lablib

ADDRESSES = {"v4m": "192.0.2.51", "v4a": "192.0.2.52",
             "v6m": "2001:db8::53", "v6a": "2001:db8::54"}
ADVERT_CS = 100


def config(interface, priority, names=ADDRESSES, extra=""):
    """An instance for each family, with a virtual MAC and without."""
    text = ""
    for name in names:
        vip = ADDRESSES[name]
        local = vip.replace("2001:db8", "fe80")
        text += lablib.vrrpd_conf(
            name=name, vrid=int(vip[-2:]), interface=interface,
            priority=priority, advert_int=ADVERT_CS,
            virtual_mac=name.endswith("m"), extra=extra,
            addresses=(vip + "/24",) if "." in vip else
            (local + "/64", vip + "/64"))
    return text


def plug_second(lab, node):
    """An eth1 on the same switch."""
    port = "q-" + node.name
    lab.switch.ip_batch(
        "link add %s type veth peer name eth1 netns %s" % (port, node.netns),
        "link set %s master br0 up" % port)
    node.ip("link", "set", "eth1", "up")


def under(lab, node, kind):
    """Makes the interface of this kind on the node; its name."""
    def ip(*lines):
        node.ip_batch(*lines)

    if kind == "veth":
        return "eth0"
    if kind == "vlan":
        ip("link add link eth0 name eth0.7 type vlan id 7")
        return "eth0.7"
    if kind == "qinq":
        ip("link add link eth0 name outer type vlan proto 802.1ad id 100",
           "link set outer up",
           "link add link outer name outer.7 type vlan id 7")
        return "outer.7"
    if kind in ("bond", "vlan-over-bond"):
        plug_second(lab, node)
        ip("link add bond0 type bond mode active-backup miimon 20",
           "link set eth0 down", "link set eth1 down",
           "link set eth0 master bond0", "link set eth1 master bond0",
           "link set bond0 up")
        if kind == "bond":
            return "bond0"
        ip("link add link bond0 name bond0.7 type vlan id 7")
        return "bond0.7"
    if kind == "team":
        plug_second(lab, node)
        # Without a teamd nobody else gives the ports the MAC of the team.
        mac = node.mac()
        ip("link set eth1 address " + mac,
           "link add team0 address %s type team" % mac)
        node.run("teamnl", "team0", "setoption", "mode", "activebackup")
        ip("link set eth0 down", "link set eth1 down",
           "link set eth0 master team0", "link set eth1 master team0",
           "link set team0 up")
        use_team_port(node, "eth0")
        return "team0"
    if kind == "bridge":
        ip("link add lan0 type bridge stp_state 0 forward_delay 0",
           "link set eth0 master lan0")
        return "lan0"
    if kind == "vrf":
        ip("link add red type vrf table 1000", "link set red up",
           "link set eth0 master red")
        return "eth0"
    if kind == "vlan-in-vrf":
        ip("link add link eth0 name eth0.7 type vlan id 7",
           "link add red type vrf table 10", "link set red up",
           "link set eth0.7 master red")
        return "eth0.7"
    if kind.startswith("macvlan-"):
        ip("link add mv0 link eth0 type macvlan mode " + kind[8:])
        return "mv0"
    if kind.startswith("ipvlan-"):
        ip("link add iv0 link eth0 type ipvlan mode " + kind[7:])
        return "iv0"
    raise ValueError(kind)


def use_team_port(node, port):
    node.run("teamnl", "team0", "setoption", "activeport",
             str(node.links()[port]["ifindex"]))


def build(lab, kind):
    """All routers have one of this kind, the client what reaches it; its name."""
    seen = {"vlan-over-bond": "vlan", "vlan-in-vrf": "vlan"}.get(
        kind, kind if kind in ("vlan", "qinq") else "veth")
    for node in [*lab.routers, lab.client]:
        number = node.address.rsplit(".", 1)[1]
        node.ip("address", "flush", "dev", "eth0")
        name = under(lab, node, seen if node is lab.client else kind)
        node.sysctl("net.ipv6.conf.%s.accept_dad" % name.replace(".", "/"), 0) \
            if "." not in name else node.run(
                "sh", "-c", "echo 0 >/proc/sys/net/ipv6/conf/%s/accept_dad" %
                name)
        node.ip("link", "set", "eth0", "up")
        node.ip("link", "set", name, "addrgenmode", "none", "up")
        node.ip("-6", "address", "flush", "dev", name)
        node.ip_batch("address add %s/24 dev %s" % (node.address, name),
                      "address add fe80::%s/64 dev %s nodad" % (number, name),
                      "address add 2001:db8::%s/64 dev %s nodad" % (
                          number, name))
        node.interface = name
        node.link_local = "fe80::" + number
        node.address6 = "2001:db8::" + number
    client = lab.client
    for router in lab.routers:
        lablib.wait_for(lambda: ping(client, router.address, 1) == 1, 20,
                        lambda: "%s is on the network: %s" % (
                            router.name, router.ip("-d", "address")))
    return name_of(lab.r1)


def name_of(node):
    return node.interface


def ping(client, target, count=5):
    """How many of them were answered."""
    text = client.run("ping", "-n", "-c", str(count), "-i", "0.2", "-W", "2",
                      target, check=False).stdout
    words = text.split(" received")
    return int(words[0].split()[-1]) if len(words) > 1 else 0


def start(lab, interface, names=ADDRESSES, routers=None, extra=""):
    for router, priority in zip(routers or lab.routers, (200, 100)):
        router.start_vrrpd(config(interface, priority, names, extra))
        for name in names:
            if priority == 200:
                router.wait_state("active", 30, name)


def answers(lab, names=ADDRESSES):
    """Every address answers five of five."""
    assert {n: ping(lab.client, ADDRESSES[n]) for n in names} == \
        {n: 5 for n in names}

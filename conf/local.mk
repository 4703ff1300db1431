# Examples, units, the user, the completion: what is installed beside programs.
dist_doc_DATA = README.md
exampledir = $(docdir)/examples
dist_example_DATA = \
	conf/bfdd.conf.example \
	conf/hooks.conf.example \
	conf/vrrpd-ipvs.conf.example \
	conf/vrrpd.conf.example \
	# end
dist_example_SCRIPTS = \
	conf/ipvs-server \
	conf/notify-mail \
	conf/notify-webhook \
	# end

# Examples that name where the programs are.
example_DATA = \
	conf/bfdd.openrc \
	conf/bfdd.sysv \
	conf/swiftover-events.service \
	conf/vrrpd.openrc \
	conf/vrrpd.sysv \
	# end

CONF_TEMPLATES = \
	conf/bfdd.openrc.in \
	conf/bfdd.service.in \
	conf/bfdd.sysv.in \
	conf/swiftover-events.service.in \
	conf/swiftover.sysusers.in \
	conf/swiftover.tmpfiles.in \
	conf/vrrpd.openrc.in \
	conf/vrrpd.service.in \
	conf/vrrpd.sysv.in \
	# end
CONF_MADE = $(CONF_TEMPLATES:.in=)
EXTRA_DIST += \
	$(CONF_TEMPLATES) \
	conf/vrrpctl.bash \
	# end
CLEANFILES += \
	$(CONF_MADE) \
	# end

if SYSTEMD
systemdsystemunit_DATA = \
	conf/bfdd.service \
	conf/vrrpd.service \
	# end
endif
noinst_DATA = $(CONF_MADE)

$(CONF_MADE): Makefile
	$(AM_V_GEN)$(MKDIR_P) conf && $(SED) \
	    -e 's|@bindir[@]|$(bindir)|g' \
	    -e 's|@sbindir[@]|$(sbindir)|g' \
	    -e 's|@sysconfdir[@]|$(sysconfdir)|g' \
	    -e 's|@runstatedir[@]|$(runstatedir)|g' \
	    -e 's|@statedir[@]|$(statedir)|g' \
	    -e 's|@DAEMON_USER[@]|$(DAEMON_USER)|g' \
	    -e 's|@CHECK_USER[@]|$(CHECK_USER)|g' \
	    $(top_srcdir)/$@.in > $@.tmp && mv $@.tmp $@
conf/bfdd.openrc: conf/bfdd.openrc.in
conf/bfdd.service: conf/bfdd.service.in
conf/bfdd.sysv: conf/bfdd.sysv.in
conf/swiftover-events.service: conf/swiftover-events.service.in
conf/swiftover.sysusers: conf/swiftover.sysusers.in
conf/swiftover.tmpfiles: conf/swiftover.tmpfiles.in
conf/vrrpd.openrc: conf/vrrpd.openrc.in
conf/vrrpd.service: conf/vrrpd.service.in
conf/vrrpd.sysv: conf/vrrpd.sysv.in

# For those who also look at interfaces: networkd and NetworkManager leave our devices
# alone, and firewalld knows what routers say to each other.
firewalldservicesdir = $(prefix)/lib/firewalld/services
networkddir = $(prefix)/lib/systemd/network
udevrulesdir = $(prefix)/lib/udev/rules.d
dist_firewalldservices_DATA = \
	conf/swiftover-bfd.xml \
	conf/swiftover-vrrp.xml \
	# end
dist_networkd_DATA = \
	conf/00-swiftover.network \
	# end
dist_udevrules_DATA = \
	conf/80-swiftover.rules \
	# end

# Under other names than they have here, so by hand.
completionsdir = $(datadir)/bash-completion/completions
sysusersdir = $(prefix)/lib/sysusers.d
tmpfilesdir = $(prefix)/lib/tmpfiles.d

install-data-local: $(CONF_MADE)
	$(MKDIR_P) $(DESTDIR)$(sysconfdir)/swiftover \
	    $(DESTDIR)$(completionsdir) $(DESTDIR)$(sysusersdir) \
	    $(DESTDIR)$(tmpfilesdir)
	$(INSTALL_DATA) $(srcdir)/conf/vrrpctl.bash \
	    $(DESTDIR)$(completionsdir)/vrrpctl
	$(INSTALL_DATA) conf/swiftover.sysusers \
	    $(DESTDIR)$(sysusersdir)/swiftover.conf
	$(INSTALL_DATA) conf/swiftover.tmpfiles \
	    $(DESTDIR)$(tmpfilesdir)/swiftover.conf

uninstall-local:
	rm -f $(DESTDIR)$(completionsdir)/vrrpctl \
	    $(DESTDIR)$(sysusersdir)/swiftover.conf \
	    $(DESTDIR)$(tmpfilesdir)/swiftover.conf
	-rmdir $(DESTDIR)$(sysconfdir)/swiftover 2>/dev/null

# The user: made where systemd runs here and this is no staging area, else the
# command is said.
install-data-hook:
	@if id '$(DAEMON_USER)' >/dev/null 2>&1 && \
	    id '$(CHECK_USER)' >/dev/null 2>&1 && test -z '$(DESTDIR)'; then \
	    :; \
	elif test -z '$(DESTDIR)' && test "`id -u`" = 0 && \
	    test -d /run/systemd/system && \
	    { test '$(prefix)' = /usr || test '$(prefix)' = /usr/local; }; then \
	    systemd-sysusers '$(sysusersdir)/swiftover.conf'; \
	else \
	    echo; \
	    echo 'The daemons run as the user $(DAEMON_USER), and their checks,' \
	        'scripts and hooks as $(CHECK_USER). Make them with:'; \
	    echo '  useradd --system --user-group --home-dir / --no-create-home' \
	        '--shell /usr/sbin/nologin $(DAEMON_USER)'; \
	    echo '  useradd --system --user-group --home-dir / --no-create-home' \
	        '--shell /usr/sbin/nologin --groups $(DAEMON_USER) $(CHECK_USER)'; \
	    echo; \
	fi

/*
 * ka_notify.h - what keepalived tells of a change of state: commands, mail.
 */
#ifndef VRRPD_KA_NOTIFY_H
#define VRRPD_KA_NOTIFY_H

#include <stdbool.h>

#include "vrrpd/convert/ka_conv.h"
#include "vrrpd/convert/ka_parse.h"

/* True: one of the notify words, kept or said. */
bool	ka_take_notify(struct ka_conv *, const struct ka_node *,
	    const struct ka_node *notify[KA_NOTIFY_WORDS]);
/* notify and its words; name: of the instance or group. */
void	ka_put_notify(struct ka_conv *, const struct ka_node *const *notify,
	    const char *name);

/* What becomes of the mail as a whole; when all is read. */
void	ka_say_mail(struct ka_conv *);
/* Does keepalived send mail where this (or nothing, NULL) is said? */
bool	ka_mails(const struct ka_conv *, const struct ka_node *smtp_alert);
/* The hook that sends mail, as a comment, where keepalived would have. */
void	ka_put_mail(struct ka_conv *, const struct ka_node *smtp_alert);

#endif

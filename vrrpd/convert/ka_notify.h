/*
 * ka_notify.h - what keepalived tells of a change of state: commands, mail.
 */
#ifndef VRRPD_KA_NOTIFY_H
#define VRRPD_KA_NOTIFY_H

#include <stdbool.h>

#include "vrrpd/convert/ka_conv.h"
#include "vrrpd/convert/ka_tree.h"

/* True: one of the notify words, kept or said. */
bool	ka_take_notify(struct ka_conv *, const struct ka_node *,
	    const struct ka_node *notify[KA_NOTIFY_WORDS]);
/* The notify words of an instance or group; name: of either. */
void	ka_put_notify(struct ka_conv *, const struct ka_node *const *notify,
	    const char *name);

/* Says what becomes of mail as a whole; when all is read. */
void	ka_say_mail(struct ka_conv *);
/* Does keepalived send mail with this smtp_alert (NULL: with none)? */
bool	ka_mails(const struct ka_conv *, const struct ka_node *smtp_alert);
/* The hook that sends mail, as a comment, where keepalived sends some. */
void	ka_put_mail(struct ka_conv *, const struct ka_node *smtp_alert);

#endif

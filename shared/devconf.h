/*
 * devconf.h - the settings of one network device in /proc/sys.
 *
 * /proc/sys/net/ipv4|ipv6/conf/DEV/KEY.  family is AF_INET or AF_INET6.  Works
 * with CAP_NET_ADMIN in the owning user namespace.  Both return 0 or negative
 * errno: -EINVAL for a name or key that leaves the folder, -EAFNOSUPPORT for
 * another family, -ENOENT when there is no such device or setting, -EROFS or
 * -EACCES where the files cannot be written.  Of IPv4 those settings that a device
 * of VRRP needs can be set all the same.
 */
#ifndef SHARED_DEVCONF_H
#define SHARED_DEVCONF_H

#include <stdint.h>

/* -EBADMSG: not a number.  *value is untouched on failure. */
int	devconf_get(uint8_t family, const char *dev, const char *key,
	    int *value);
int	devconf_set(uint8_t family, const char *dev, const char *key, int value);

#endif

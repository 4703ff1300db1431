/*
 * nonlocal_bind.h - may programs bind addresses that are not on this host?
 *
 * net.ipv4.ip_nonlocal_bind and net.ipv6.ip_nonlocal_bind, one setting for each
 * family and network namespace.  family is AF_INET or AF_INET6.
 */
#ifndef SHARED_NONLOCAL_BIND_H
#define SHARED_NONLOCAL_BIND_H

#include <stdbool.h>
#include <stdint.h>

/*
 * 0, or negative errno with *on untouched: -EAFNOSUPPORT for another family,
 * -ENOENT where the kernel has no such setting.  Waits for nothing.
 */
int	nonlocal_bind_get(uint8_t family, bool *on);
/*
 * Switches it on, and writes only where it is off: 1 when this call has written,
 * 0 when it was on before, or negative errno.  Works with CAP_NET_ADMIN in the
 * owning user namespace.
 */
int	nonlocal_bind_allow(uint8_t family);

#endif

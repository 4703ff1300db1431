/*
 * vrrp_values.h - single values by the rules of vrrpd.conf(5).
 *
 * The file and `vrrpctl set` take the same values and say the same of the others.
 * Each: 0, or -EINVAL with what is wrong in why[] and nothing else touched.
 */
#ifndef VRRPD_VRRP_VALUES_H
#define VRRPD_VRRP_VALUES_H

#include <stddef.h>
#include <stdint.h>

/* A number of centiseconds, or a time; version 2 has whole seconds. */
int	vrrp_values_advert_int(const char *text, uint8_t version, uint16_t *cs,
	    char *why, size_t len);
/* 1 to 255; 255 is for the owner of the addresses. */
int	vrrp_values_priority(const char *text, uint8_t *priority, char *why,
	    size_t len);
/* Instance names: 1..31 of A-Z a-z 0-9 . _ - and not a word of vrrpctl show. */
int	vrrp_values_name(const char *text, char *why, size_t len);

#endif

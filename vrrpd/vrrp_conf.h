#ifndef VRRPD_VRRP_CONF_H
#define VRRPD_VRRP_CONF_H
#endif

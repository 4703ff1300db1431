#ifndef VRRPD_VRRP_CTL_H
#define VRRPD_VRRP_CTL_H
#endif

#ifndef VRRPD_VRRP_VIP_H
#define VRRPD_VRRP_VIP_H
#endif

#ifndef VRRPD_VRRP_BFD_H
#define VRRPD_VRRP_BFD_H
#endif

#ifndef VRRPD_VRRP_IO_H
#define VRRPD_VRRP_IO_H
#endif

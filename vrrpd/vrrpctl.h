#ifndef VRRPD_VRRPCTL_H
#define VRRPD_VRRPCTL_H
#endif

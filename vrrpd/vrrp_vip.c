#include "config.h"

#include "vrrpd/vrrp_vip.h"

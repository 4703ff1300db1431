#include "config.h"

#include "vrrpd/vrrp_ctl.h"

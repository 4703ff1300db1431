#include "config.h"

#include "vrrpd/vrrp_conf.h"

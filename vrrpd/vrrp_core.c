#include "config.h"

#include "vrrpd/vrrp_core.h"

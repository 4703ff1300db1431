#include "config.h"

#include "vrrpd/vrrp_wire.h"

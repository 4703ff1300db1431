#include "config.h"

#include "vrrpd/vrrp_io.h"

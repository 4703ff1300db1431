#include "config.h"

#include "vrrpd/vrrp_instance.h"

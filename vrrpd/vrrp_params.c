#include "config.h"

#include "vrrpd/vrrp_params.h"

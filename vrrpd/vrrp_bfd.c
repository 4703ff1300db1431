#include "config.h"

#include "vrrpd/vrrp_bfd.h"

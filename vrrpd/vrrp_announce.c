#include "config.h"

#include "vrrpd/vrrp_announce.h"

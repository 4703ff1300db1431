#include "config.h"

#include "shared/ctl_server.h"

#include "config.h"

#include "shared/ctl_client.h"

#include "config.h"

#include "bfdd/bfd_ctl.h"

#include "config.h"

#include "bfdd/bfd_conf.h"

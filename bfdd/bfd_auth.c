#include "config.h"

#include "bfdd/bfd_auth.h"

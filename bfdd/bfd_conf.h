#ifndef BFDD_BFD_CONF_H
#define BFDD_BFD_CONF_H
#endif

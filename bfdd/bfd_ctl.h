#ifndef BFDD_BFD_CTL_H
#define BFDD_BFD_CTL_H
#endif

/* vrrpd_main.c - vrrpd's own main(), under another name. */
int	world_vrrpd_main(int argc, char **argv);
#define main	world_vrrpd_main
#include "vrrpd/main.c"

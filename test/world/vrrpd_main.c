/* vrrpd_main.c - vrrpd's own main(), under another name. */
int	world_vrrpd_main(int argc, char **argv);
/* A process of the world executes nothing: its engine is a fork. */
#include <unistd.h>
#define readlink(path, buf, size) (-1)
#define main	world_vrrpd_main
#include "vrrpd/main.c"

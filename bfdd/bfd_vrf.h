/*
 * bfd_vrf.h - which VRFs have sessions of ours, and so need sockets (bfd_io.h).
 */
#ifndef BFDD_BFD_VRF_H
#define BFDD_BFD_VRF_H

struct bfd_engine;

/* This interface is in the VRF with that index; 0: in none, or gone. */
void	bfd_vrf_link(struct bfd_engine *, int ifindex, int vrf);
/* Nothing is known any more; all of it will be told again. */
void	bfd_vrf_forget(struct bfd_engine *);
/* Sessions, offers or interfaces have changed: what is needed is looked at, later. */
void	bfd_vrf_look_later(struct bfd_engine *);
/* For the end of the engine. */
void	bfd_vrf_free(struct bfd_engine *);

#endif

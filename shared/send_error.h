/*
 * send_error.h - what became of a datagram, on a socket that sends to many.
 *
 * Such a socket hides that a queue or a rule at the way out has dropped a packet,
 * unless it asks for errors (IP_RECVERR).  Then it also has what became of earlier
 * packets, as the error of the next one: that peer does not answer.  That says
 * nothing about the next packet, which is to be sent once more.
 */
#ifndef SHARED_SEND_ERROR_H
#define SHARED_SEND_ERROR_H

#include <stdbool.h>
#include <stdint.h>

/* From now on.  A kernel that does not want to hides them as before. */
void	send_error_ask(int fd, uint8_t family);
/*
 * A send has failed with this errno.  May that be about an earlier packet, to
 * whomever?  Then what else is known of earlier ones is thrown away.
 */
bool	send_error_is_of_another(int fd, int error);

#endif

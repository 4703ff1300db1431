/*
 * vrrp_check_http.c - a tracker of kind http: does the URL answer as it should?
 *
 * A round is one connection and one GET, by libevent's HTTP client; for https
 * with libevent's TLS layer over OpenSSL.  The certificate has to be good for the
 * host of the URL, also when the configuration says another address to connect
 * to, which is how the local one of several web servers is asked under the name
 * all of them have.
 *
 * Names are resolved without blocking, by libevent's resolver, which is made
 * with the first tracker whose URL has a name and no address; and again in each
 * round, so that a name that moves is followed.
 *
 * The library calls back from the middle of its own work and must find its
 * connection there when we return: what an answer means is noted at once, and
 * connection and round end at the end of the batch.
 */
#include "config.h"

#include "vrrpd/helper/vrrp_check_kinds.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/dns.h>
#include <event2/http.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct check_http {
	struct vrrp_checked		*t;
	struct loop			*loop;
	const struct vrrp_tracker_params *p;
	struct evhttp_uri		*uri;
	bool				 tls;
	uint16_t			 port;
	char				 host[256];	/* without brackets */
	char				 authority[280]; /* for Host: */
	char				 connect_to[256];
	char				 source[ADDR_STRLEN];	/* "" = any */
	char				 target[VRRP_URL_MAX + 2];
	struct evdns_base		*dns;		/* NULL: an address */
	SSL_CTX				*ctx;

	struct evhttp_connection	*connection;	/* NULL: no round */
	struct bufferevent		*bev;		/* the connection's */
	enum evhttp_request_error	 error;
	bool				 good;
	char				 reason[VRRP_LEVEL_REASON_MAX];
};

static void
hang_up(struct check_http *c)
{
	/* Frees the request, without a callback, and the bufferevent as well. */
	if (c->connection != NULL)
		evhttp_connection_free(c->connection);
	c->connection = NULL;
	c->bev = NULL;
}

static void
round_ends(void *arg)
{
	struct check_http *c = arg;

	hang_up(c);
	vrrp_checked_round(c->t, c->good, c->good ? NULL : c->reason);
}

static void __attribute__((format(printf, 2, 3)))
fails(struct check_http *c, const char *fmt, ...)
{
	va_list ap;

	c->good = false;
	va_start(ap, fmt);
	(void)vsnprintf(c->reason, sizeof(c->reason), fmt, ap);
	va_end(ap);
}

/* --- the answer --- */

static bool
status_wanted(const struct vrrp_tracker_params *p, int status)
{
	unsigned i;

	for (i = 0; i < p->status_count; i++)
		if (status >= p->status[i].first && status <= p->status[i].last)
			return true;
	return p->status_count == 0 && status >= 200 && status <= 299;
}

static bool
body_has(struct evbuffer *body, const char *text)
{
	return evbuffer_search(body, text, strlen(text), NULL).pos != -1;
}

/* wanted: 32 hexadecimal digits of MD5, or 64 of SHA-256. */
static bool
body_is(struct evbuffer *body, const char *wanted)
{
	const EVP_MD *md = strlen(wanted) == 32 ? EVP_md5() : EVP_sha256();
	size_t len = evbuffer_get_length(body);
	const uint8_t *bytes = evbuffer_pullup(body, -1);
	uint8_t digest[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	unsigned i, n;

	if (EVP_Digest(len == 0 ? (const uint8_t *)"" : bytes, len, digest, &n,
	    md, NULL) != 1)
		return false;
	for (i = 0; i < n; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return strcasecmp(hex, wanted) == 0;
}

static void
judge(struct check_http *c, struct evhttp_request *req)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(req);
	int status = evhttp_request_get_response_code(req);

	c->good = true;
	if (!status_wanted(c->p, status))
		fails(c, "status %d", status);
	else if (c->p->match[0] != '\0' && !body_has(body, c->p->match))
		fails(c, "status %d without the text wanted", status);
	else if (c->p->digest[0] != '\0' && !body_is(body, c->p->digest))
		fails(c, "status %d with another digest", status);
}

/* --- no answer --- */

/* The words of TLS for what is wrong with the peer; false: nothing is. */
static bool
tls_failed(struct check_http *c)
{
	SSL *ssl = c->tls && c->bev != NULL ?
	    bufferevent_openssl_get_ssl(c->bev) : NULL;
	unsigned long error;
	long verdict;

	if (ssl == NULL)
		return false;
	verdict = SSL_get_verify_result(ssl);
	if (c->p->verify && verdict != X509_V_OK) {
		fails(c, "certificate: %s",
		    X509_verify_cert_error_string(verdict));
		return true;
	}
	error = bufferevent_get_openssl_error(c->bev);
	if (error == 0)
		return false;
	fails(c, "TLS: %s", ERR_reason_error_string(error) == NULL ?
	    "failed" : ERR_reason_error_string(error));
	return true;
}

static const char *
error_words(enum evhttp_request_error error)
{
	switch (error) {
	case EVREQ_HTTP_TIMEOUT:
		return "no answer in time";
	case EVREQ_HTTP_EOF:
		return "connection closed before an answer";
	case EVREQ_HTTP_INVALID_HEADER:
		return "not an answer of HTTP";
	case EVREQ_HTTP_DATA_TOO_LONG:
		return "answer too long";
	case EVREQ_HTTP_BUFFER_ERROR:
	case EVREQ_HTTP_REQUEST_CANCEL:
		break;
	}
	return "connection broken";
}

static void
on_error(enum evhttp_request_error error, void *arg)
{
	struct check_http *c = arg;

	loop_batch_begin(c->loop);
	c->error = error;
	if (!tls_failed(c))
		fails(c, "%s", error_words(error));
}

/* req: NULL, or with status 0, when there is no answer. */
static void
on_answer(struct evhttp_request *req, void *arg)
{
	struct check_http *c = arg;
	int error = EVUTIL_SOCKET_ERROR();

	loop_batch_begin(c->loop);
	if (req != NULL && evhttp_request_get_response_code(req) != 0)
		judge(c, req);
	else if (c->reason[0] == '\0' && !tls_failed(c))
		fails(c, "%s", error == 0 ? "no connection" :
		    strerror(error));
	(void)loop_defer(c->loop, round_ends, c);
}

/* --- asking --- */

static struct bufferevent *
tls_layer(struct check_http *c)
{
	struct bufferevent *bev;
	SSL *ssl = SSL_new(c->ctx);
	struct addr address;

	if (ssl == NULL)
		return NULL;
	if (addr_parse(c->host, &address) == 0)
		(void)X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl),
		    c->host);
	else {
		(void)SSL_set1_host(ssl, c->host);
		(void)SSL_set_tlsext_host_name(ssl, c->host);
	}
	/* Takes ssl, also on failure. */
	bev = bufferevent_openssl_socket_new(loop_base(c->loop), -1, ssl,
	    BUFFEREVENT_SSL_CONNECTING, BEV_OPT_CLOSE_ON_FREE);
	if (bev != NULL)
		bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}

static bool
connect_up(struct check_http *c)
{
	c->bev = c->tls ? tls_layer(c) : bufferevent_socket_new(
	    loop_base(c->loop), -1, BEV_OPT_CLOSE_ON_FREE);
	if (c->bev == NULL)
		return false;
	c->connection = evhttp_connection_base_bufferevent_new(
	    loop_base(c->loop), c->dns, c->bev, c->connect_to, c->port);
	if (c->connection == NULL) {
		bufferevent_free(c->bev);
		c->bev = NULL;
		return false;
	}
	if (c->source[0] != '\0')
		evhttp_connection_set_local_address(c->connection, c->source);
	evhttp_connection_set_max_body_size(c->connection,
	    VRRP_CHECK_HTTP_BODY_MAX);
	evhttp_connection_set_max_headers_size(c->connection,
	    VRRP_CHECK_HTTP_HEADERS_MAX);
	return true;
}

static bool
ask(struct check_http *c)
{
	struct evhttp_request *req;
	struct evkeyvalq *headers;

	if (!connect_up(c))
		return false;
	req = evhttp_request_new(on_answer, c);
	if (req == NULL)
		return false;
	evhttp_request_set_error_cb(req, on_error);
	headers = evhttp_request_get_output_headers(req);
	if (evhttp_add_header(headers, "Host", c->authority) != 0 ||
	    evhttp_add_header(headers, "User-Agent", PACKAGE_NAME) != 0 ||
	    evhttp_add_header(headers, "Connection", "close") != 0) {
		evhttp_request_free(req);
		return false;
	}
	/* The request is the connection's from here on, also on failure. */
	return evhttp_make_request(c->connection, req, EVHTTP_REQ_GET,
	    c->target) == 0;
}

static void
http_start(void *state)
{
	struct check_http *c = state;

	c->reason[0] = '\0';
	c->good = false;
	if (c->tls && c->ctx == NULL) {
		vrrp_checked_round(c->t, false, "cannot read the "
		    "certificates of the authorities");
		return;
	}
	errno = 0;
	if (ask(c))
		return;
	/* A round that was told already ends with the batch. */
	if (c->reason[0] != '\0')
		return;
	fails(c, "cannot ask: %s", strerror(errno == 0 ? ENOMEM : errno));
	(void)loop_defer(c->loop, round_ends, c);
}

static void
http_cancel(void *state)
{
	struct check_http *c = state;

	loop_defer_cancel(c->loop, round_ends, c);
	hang_up(c);
}

/* --- a tracker --- */

static void
http_close(void *state)
{
	struct check_http *c = state;

	http_cancel(c);
	if (c->dns != NULL)
		evdns_base_free(c->dns, 0);
	SSL_CTX_free(c->ctx);
	if (c->uri != NULL)
		evhttp_uri_free(c->uri);
	free(c);
}

/* NULL: no memory, or no authorities. */
static SSL_CTX *
tls_context(const struct vrrp_tracker_params *p)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	bool ok;

	if (ctx == NULL)
		return NULL;
	ok = SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1;
	if (p->verify) {
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
		ok = ok && (p->ca[0] != '\0' ?
		    SSL_CTX_load_verify_locations(ctx, p->ca, NULL) == 1 :
		    SSL_CTX_set_default_verify_paths(ctx) == 1);
	}
	if (ok)
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

/* Host and target of the URL; the parser of the configuration has seen it. */
static bool
read_url(struct check_http *c)
{
	const char *host, *path, *query;
	size_t len;
	bool bracketed;

	c->uri = evhttp_uri_parse(c->p->url);
	if (c->uri == NULL || evhttp_uri_get_scheme(c->uri) == NULL ||
	    (host = evhttp_uri_get_host(c->uri)) == NULL)
		return false;
	c->tls = strcasecmp(evhttp_uri_get_scheme(c->uri), "https") == 0;
	c->port = evhttp_uri_get_port(c->uri) > 0 ?
	    (uint16_t)evhttp_uri_get_port(c->uri) : c->tls ? 443 : 80;
	bracketed = host[0] == '[';
	len = strlen(host);
	if (len == 0 || len >= sizeof(c->host))
		return false;
	(void)snprintf(c->host, sizeof(c->host), "%.*s",
	    (int)(bracketed ? len - 2 : len), host + bracketed);
	if (evhttp_uri_get_port(c->uri) > 0)
		(void)snprintf(c->authority, sizeof(c->authority), "%s:%u",
		    host, c->port);
	else
		(void)snprintf(c->authority, sizeof(c->authority), "%s", host);
	path = evhttp_uri_get_path(c->uri);
	query = evhttp_uri_get_query(c->uri);
	(void)snprintf(c->target, sizeof(c->target), "%s%s%s",
	    path == NULL || path[0] == '\0' ? "/" : path,
	    query == NULL ? "" : "?", query == NULL ? "" : query);
	return true;
}

static void *
http_open(struct vrrp_checked *t, const struct vrrp_tracker_params *p)
{
	struct check_http *c = calloc(1, sizeof(*c));
	struct addr literal;

	if (c == NULL)
		return NULL;
	c->t = t;
	c->loop = vrrp_checked_loop(t);
	c->p = p;
	if (!read_url(c)) {
		http_close(c);
		return NULL;
	}
	if (addr_is_set(&p->source))
		(void)addr_format(&p->source, c->source, sizeof(c->source));
	if (addr_is_set(&p->address))
		(void)addr_format(&p->address, c->connect_to,
		    sizeof(c->connect_to));
	else {
		(void)snprintf(c->connect_to, sizeof(c->connect_to), "%s",
		    c->host);
		if (addr_parse(c->host, &literal) != 0 &&
		    (c->dns = evdns_base_new(loop_base(c->loop),
		    EVDNS_BASE_INITIALIZE_NAMESERVERS |
		    EVDNS_BASE_DISABLE_WHEN_INACTIVE)) == NULL) {
			http_close(c);
			return NULL;
		}
	}
	if (c->tls)
		c->ctx = tls_context(p);
	return c;
}

const struct vrrp_checks_kind vrrp_check_http = {
	.kind = VRRP_TRACK_HTTP,
	.open = http_open,
	.close = http_close,
	.start = http_start,
	.cancel = http_cancel,
};

#define _GNU_SOURCE
#include "CService.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// Most bytes of a connection that wait to be taken.
enum { MOST_WAITING = 64 << 10 };

struct service_loop {
    service_handlers handlers;
    struct event_base *base;
    struct evconnlistener *listener;
    struct event *signals[4];
    struct event *clock;
    const char *refusal;
    int most, count;
};

struct service_peer {
    service_loop *loop;
    struct bufferevent *stream;
    void *owner;
};

// MARK: Addresses

static int parse(const char *text, struct sockaddr_storage *address, int *length) {
    *length = sizeof *address;
    memset(address, 0, sizeof *address);
    // A port is named: without one the system would choose.
    const char *colon = strrchr(text, ':');
    char host[64];
    if (!colon || colon == text || colon - text >= (long)sizeof host) return -1;
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    char *end;
    const long port = strtol(colon + 1, &end, 10);
    if (colon[1] < '0' || colon[1] > '9' || *end != '\0' || port > 65535) return -1;
    // libevent knows no port 0, which is a free one.
    if (evutil_parse_sockaddr_port(host, (struct sockaddr *)address, length) != 0) return -1;
    if (address->ss_family == AF_INET) {
        ((struct sockaddr_in *)address)->sin_port = htons((uint16_t)port);
    } else {
        // "::1" without brackets would leave it open where the port begins.
        if (host[0] != '[') return -1;
        ((struct sockaddr_in6 *)address)->sin6_port = htons((uint16_t)port);
    }
    return 0;
}

int service_is_loopback(const char *text) {
    struct sockaddr_storage address;
    int length;
    if (parse(text, &address, &length) != 0) return -1;
    if (address.ss_family == AF_INET)
        return ntohl(((struct sockaddr_in *)&address)->sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&((struct sockaddr_in6 *)&address)->sin6_addr);
}

// MARK: Connections

static void did_receive(struct bufferevent *stream, void *context) {
    (void)stream;
    service_peer *peer = context;
    peer->loop->handlers.received(peer->loop->handlers.context, peer);
}

static void did_send(struct bufferevent *stream, void *context) {
    (void)stream;
    service_peer *peer = context;
    peer->loop->handlers.sent(peer->loop->handlers.context, peer);
}

static void did_end(struct bufferevent *stream, short what, void *context) {
    (void)stream;
    service_peer *peer = context;
    if (!(what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))) return;
    peer->loop->handlers.closed(peer->loop->handlers.context, peer);
    service_close(peer);
}

static void did_accept(struct evconnlistener *listener, evutil_socket_t socket, struct sockaddr *address, int length,
                       void *context) {
    (void)listener, (void)address, (void)length;
    service_loop *loop = context;
    service_peer *peer = loop->count < loop->most ? calloc(1, sizeof *peer) : NULL;
    if (peer) peer->stream = bufferevent_socket_new(loop->base, socket, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
    if (!peer || !peer->stream) {
        free(peer);
        (void)send(socket, loop->refusal, strlen(loop->refusal), MSG_DONTWAIT | MSG_NOSIGNAL);
        evutil_closesocket(socket);
        return;
    }
    const int on = 1;
    (void)setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    peer->loop = loop;
    loop->count++;
    bufferevent_setcb(peer->stream, did_receive, did_send, did_end, peer);
    // Files go from disk to socket and never through this process.
    evbuffer_set_flags(bufferevent_get_output(peer->stream), EVBUFFER_FLAG_DRAINS_TO_FD);
    bufferevent_setwatermark(peer->stream, EV_READ, 0, MOST_WAITING);
    loop->handlers.accepted(loop->handlers.context, peer);
    bufferevent_enable(peer->stream, EV_READ | EV_WRITE);
}

void service_set_owner(service_peer *peer, void *owner) { peer->owner = owner; }

void *service_owner(const service_peer *peer) { return peer->owner; }

size_t service_waiting(const service_peer *peer) { return evbuffer_get_length(bufferevent_get_input(peer->stream)); }

long long service_head_length(const service_peer *peer) {
    struct evbuffer_ptr end = evbuffer_search(bufferevent_get_input(peer->stream), "\r\n\r\n", 4, NULL);
    return end.pos < 0 ? -1 : end.pos + 4;
}

size_t service_take(service_peer *peer, void *bytes, size_t most) { return bufferevent_read(peer->stream, bytes, most); }

void service_read(service_peer *peer, int on) {
    if (!on) {
        bufferevent_disable(peer->stream, EV_READ);
        return;
    }
    bufferevent_enable(peer->stream, EV_READ);
    if (service_waiting(peer) > 0) bufferevent_trigger(peer->stream, EV_READ, BEV_TRIG_IGNORE_WATERMARKS);
}

void service_send(service_peer *peer, const void *bytes, size_t count) { bufferevent_write(peer->stream, bytes, count); }

void service_send_file(service_peer *peer, int descriptor, long long count) {
    if (count > 0 && evbuffer_add_file(bufferevent_get_output(peer->stream), descriptor, 0, count) == 0) return;
    close(descriptor);
}

size_t service_unsent(const service_peer *peer) { return evbuffer_get_length(bufferevent_get_output(peer->stream)); }

void service_finish(service_peer *peer) { shutdown(bufferevent_getfd(peer->stream), SHUT_WR); }

void service_close(service_peer *peer) {
    peer->loop->count--;
    bufferevent_free(peer->stream);
    free(peer);
}

// MARK: The loop

static void did_signal(evutil_socket_t number, short what, void *context) {
    (void)what;
    service_loop *loop = context;
    if (number != SIGCHLD) {
        loop->handlers.stop(loop->handlers.context);
        return;
    }
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) loop->handlers.ended(loop->handlers.context, pid, status);
}

static void did_tick(evutil_socket_t socket, short what, void *context) {
    (void)socket, (void)what;
    service_loop *loop = context;
    loop->handlers.tick(loop->handlers.context);
}

service_loop *service_open(const service_handlers *handlers, const char *text, int most, const char *refusal) {
    struct sockaddr_storage address;
    int length;
    if (parse(text, &address, &length) != 0) {
        errno = EINVAL;
        return NULL;
    }
    service_loop *loop = calloc(1, sizeof *loop);
    if (!loop) return NULL;
    loop->handlers = *handlers;
    loop->most = most;
    loop->refusal = refusal;
    loop->base = event_base_new();
    if (loop->base)
        loop->listener = evconnlistener_new_bind(
            loop->base, did_accept, loop,
            LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, 128,
            (struct sockaddr *)&address, length);
    if (!loop->listener) {
        const int code = errno;
        if (loop->base) event_base_free(loop->base);
        free(loop);
        errno = code;
        return NULL;
    }
    static const int numbers[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP};
    for (int i = 0; i < 4; i++) {
        loop->signals[i] = event_new(loop->base, numbers[i], EV_SIGNAL | EV_PERSIST, did_signal, loop);
        event_add(loop->signals[i], NULL);
    }
    const struct timeval half = {0, 500000};
    loop->clock = event_new(loop->base, -1, EV_PERSIST, did_tick, loop);
    event_add(loop->clock, &half);
    return loop;
}

int service_port(const service_loop *loop) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(evconnlistener_get_fd(loop->listener), (struct sockaddr *)&address, &length) != 0) return 0;
    return ntohs(address.ss_family == AF_INET ? ((struct sockaddr_in *)&address)->sin_port
                                              : ((struct sockaddr_in6 *)&address)->sin6_port);
}

void service_run(service_loop *loop) { event_base_dispatch(loop->base); }

void service_leave(service_loop *loop) { event_base_loopbreak(loop->base); }

void service_stop_listening(service_loop *loop) { evconnlistener_disable(loop->listener); }

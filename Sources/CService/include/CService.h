// What `qstyle serve` needs of libevent, in the few calls that Swift makes: one loop of events with a listener, its
// connections, children that end, signals and a clock. And the page, and what SQLite has as casts in C.
#ifndef CSERVICE_H
#define CSERVICE_H

#include <sqlite3.h>
#include <stddef.h>

/// The loop.
typedef struct service_loop service_loop;
/// A connection, valid until `closed` was called for it, or until `service_close`.
typedef struct service_peer service_peer;

/// What the loop calls, each time with `context` first. No call is made within another call.
typedef struct {
    void *context;
    /// A connection was accepted.
    void (*accepted)(void *context, service_peer *peer);
    /// Bytes have come, or wait still after reading was resumed.
    void (*received)(void *context, service_peer *peer);
    /// All that was to be sent is with the system.
    void (*sent)(void *context, service_peer *peer);
    /// The other side has closed the connection, or it is broken.
    void (*closed)(void *context, service_peer *peer);
    /// A child has ended, with a status of waitpid.
    void (*ended)(void *context, int pid, int status);
    /// Half a second has passed.
    void (*tick)(void *context);
    /// SIGTERM, SIGINT or SIGHUP.
    void (*stop)(void *context);
} service_handlers;

/// Listens at a numeric address, "127.0.0.1:8080" or "[::1]:8080"; port 0 takes a free one.
///
/// More than `most` connections at once are answered with `refusal` and closed. Returns NULL and sets errno: EINVAL where the
/// address is none.
service_loop *service_open(const service_handlers *handlers, const char *address, int most, const char *refusal);
/// The port that is listened at.
int service_port(const service_loop *loop);
/// Whether only this machine can reach the address; -1 where it is no address.
int service_is_loopback(const char *address);
/// Runs until `service_leave`.
void service_run(service_loop *loop);
void service_leave(service_loop *loop);
/// Accepts no more connections.
void service_stop_listening(service_loop *loop);

/// Something of Swift's that belongs to a connection.
void service_set_owner(service_peer *peer, void *owner);
void *service_owner(const service_peer *peer);
/// Bytes that have come and were not taken.
size_t service_waiting(const service_peer *peer);
/// The length of what waits up to and with the first empty line; -1 where there is none yet.
long long service_head_length(const service_peer *peer);
/// Takes up to so many bytes.
size_t service_take(service_peer *peer, void *bytes, size_t most);
/// Stops and resumes reading; `received` is called for what waits.
void service_read(service_peer *peer, int on);
/// Sends bytes, and so many bytes of a file from its start, whose descriptor it closes.
void service_send(service_peer *peer, const void *bytes, size_t count);
void service_send_file(service_peer *peer, int descriptor, long long count);
/// Bytes that are still to be sent.
size_t service_unsent(const service_peer *peer);
/// Tells the other side that no more will come.
void service_finish(service_peer *peer);
/// Closes at once; `closed` is not called.
void service_close(service_peer *peer);

/// The page and its size.
const void *service_page(size_t *size);

/// sqlite3_bind_text with a copy of the text.
int service_bind_text(sqlite3_stmt *statement, int index, const void *text, size_t count);

#endif

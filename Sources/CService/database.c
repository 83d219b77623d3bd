#include "CService.h"

int service_bind_text(sqlite3_stmt *statement, int index, const void *text, size_t count) {
    return sqlite3_bind_text(statement, index, text, (int)count, SQLITE_TRANSIENT);
}

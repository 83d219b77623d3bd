#include "CService.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char page[] = {
#embed "page/page.html"
};

const void *service_page(size_t *size) {
    *size = sizeof page;
    return page;
}

#include "transfer.h"

#include <dlfcn.h>

#define EACH(f)                                                                                                      \
    f(curl_global_init) f(curl_easy_init) f(curl_easy_cleanup) f(curl_easy_perform) f(curl_easy_setopt)              \
    f(curl_easy_strerror) f(curl_slist_append) f(curl_slist_free_all) f(curl_url) f(curl_url_cleanup)                \
    f(curl_url_set) f(curl_url_get) f(curl_free)

/// libcurl's functions under their own names, of the types that its header gives them.
static struct {
#define FIELD(name) __typeof__(&name) name;
    EACH(FIELD)
} lib;

int vae_curl_open(void) {
    // One interface, built with either library of encryption.
    static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};
    void *library = 0;
    for (int i = 0; i < 2 && !library; i++) library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) return 0;
#define FIND(name)                                                                                                   \
    if (!(*(void **)&lib.name = dlsym(library, #name))) return 0;
    EACH(FIND)
    return lib.curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

CURL *vae_curl_make(void) { return lib.curl_easy_init(); }
void vae_curl_end(CURL *handle) { lib.curl_easy_cleanup(handle); }
CURLcode vae_curl_perform(CURL *handle) { return lib.curl_easy_perform(handle); }
const char *vae_curl_words(CURLcode code) { return lib.curl_easy_strerror(code); }
struct curl_slist *vae_curl_append(struct curl_slist *list, const char *text) { return lib.curl_slist_append(list, text); }
void vae_curl_free_list(struct curl_slist *list) { lib.curl_slist_free_all(list); }

void vae_curl_set_number(CURL *handle, CURLoption option, long value) { lib.curl_easy_setopt(handle, option, value); }
void vae_curl_set_text(CURL *handle, CURLoption option, const char *value) { lib.curl_easy_setopt(handle, option, value); }
void vae_curl_set_headers(CURL *handle, struct curl_slist *headers) {
    lib.curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
}

void vae_curl_allow_only(CURL *handle, int secure) {
#if LIBCURL_VERSION_NUM >= 0x075500
    lib.curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, secure ? "https" : "http");
#else
    lib.curl_easy_setopt(handle, CURLOPT_PROTOCOLS, (long)(secure ? CURLPROTO_HTTPS : CURLPROTO_HTTP));
#endif
}

void vae_curl_receive(
    CURL *handle, vae_curl_receiver header, vae_curl_receiver body, vae_curl_watcher isOver, void *context) {
    lib.curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, header);
    lib.curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
    lib.curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, body);
    lib.curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
    lib.curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, isOver);
    lib.curl_easy_setopt(handle, CURLOPT_XFERINFODATA, context);
}

CURLU *vae_curl_address(void) { return lib.curl_url(); }
void vae_curl_end_address(CURLU *address) { lib.curl_url_cleanup(address); }
CURLUcode vae_curl_set_part(CURLU *address, CURLUPart part, const char *text, unsigned flags) {
    return lib.curl_url_set(address, part, text, flags);
}
CURLUcode vae_curl_get_part(CURLU *address, CURLUPart part, char **text, unsigned flags) {
    return lib.curl_url_get(address, part, text, flags);
}
void vae_curl_free(void *text) { lib.curl_free(text); }

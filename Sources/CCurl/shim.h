// libcurl. Its setter takes a variable list of arguments, which Swift can't call: one function for each kind.
#ifndef VAE_CURL_SHIM_H
#define VAE_CURL_SHIM_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

typedef size_t (*vae_curl_receiver)(char *data, size_t size, size_t count, void *context);
typedef int (*vae_curl_watcher)(
    void *context, curl_off_t total, curl_off_t received, curl_off_t toSend, curl_off_t sent);

static inline void vae_curl_set_number(CURL *handle, CURLoption option, long value) {
    curl_easy_setopt(handle, option, value);
}

static inline void vae_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    curl_easy_setopt(handle, option, value);
}

static inline void vae_curl_set_headers(CURL *handle, struct curl_slist *headers) {
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
}

/// https, or http where `secure` is 0; older versions of libcurl name them by bits.
static inline void vae_curl_allow_only(CURL *handle, int secure) {
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, secure ? "https" : "http");
#else
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS, (long)(secure ? CURLPROTO_HTTPS : CURLPROTO_HTTP));
#endif
}

/// Who is given lines of the head, pieces of the body, and is asked now and then whether to stop.
static inline void vae_curl_receive(
    CURL *handle, vae_curl_receiver header, vae_curl_receiver body, vae_curl_watcher isOver, void *context) {
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, isOver);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, context);
}

#endif

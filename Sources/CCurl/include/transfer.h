// What the downloads take of libcurl, which is opened when the first begins, and not linked to: with what it is linked to itself it
// is twenty-five libraries (LDAP, Kerberos, SSH, …), which no program should load that reads files alone.
//
// Types, options and codes are those of libcurl's header; of its functions those below, which may be called once vae_curl_open has
// said 1. Its setter takes a variable list of arguments, which Swift can't call: one function for each kind.
#ifndef VAE_CURL_TRANSFER_H
#define VAE_CURL_TRANSFER_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

/// Opens libcurl and readies it: 1, or 0 where there is none. To be called once.
int vae_curl_open(void);

CURL *vae_curl_make(void);
void vae_curl_end(CURL *handle);
CURLcode vae_curl_perform(CURL *handle);
const char *vae_curl_words(CURLcode code);
struct curl_slist *vae_curl_append(struct curl_slist *list, const char *text);
void vae_curl_free_list(struct curl_slist *list);

typedef size_t (*vae_curl_receiver)(char *data, size_t size, size_t count, void *context);
typedef int (*vae_curl_watcher)(
    void *context, curl_off_t total, curl_off_t received, curl_off_t toSend, curl_off_t sent);

void vae_curl_set_number(CURL *handle, CURLoption option, long value);
void vae_curl_set_text(CURL *handle, CURLoption option, const char *value);
void vae_curl_set_headers(CURL *handle, struct curl_slist *headers);
/// https, or http where `secure` is 0; older versions of libcurl name them by bits.
void vae_curl_allow_only(CURL *handle, int secure);
/// Who is given lines of the head, pieces of the body, and is asked now and then whether to stop.
void vae_curl_receive(
    CURL *handle, vae_curl_receiver header, vae_curl_receiver body, vae_curl_watcher isOver, void *context);

CURLU *vae_curl_address(void);
void vae_curl_end_address(CURLU *address);
CURLUcode vae_curl_set_part(CURLU *address, CURLUPart part, const char *text, unsigned flags);
CURLUcode vae_curl_get_part(CURLU *address, CURLUPart part, char **text, unsigned flags);
void vae_curl_free(void *text);

#endif

// libcrypto (OpenSSL): message digests.
#include <openssl/evp.h>

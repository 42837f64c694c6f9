// libwebp: WebP pictures, decoding only.
#include <webp/decode.h>

// libzip: ZIP archives.
#include <zip.h>

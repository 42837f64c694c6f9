// libjpeg-turbo, by its own interface TurboJPEG: JPEG pictures.
#include <turbojpeg.h>

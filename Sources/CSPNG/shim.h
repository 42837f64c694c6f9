// libspng: PNG pictures.
#include <spng.h>

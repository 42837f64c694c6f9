// OpenBLAS: CBLAS products and the calls that say which build and core is in use.
#include <cblas.h>

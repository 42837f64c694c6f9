// cairo: 2D drawing to PNG, SVG and PDF surfaces.
#include <cairo.h>
#include <cairo-ft.h>
#include <cairo-svg.h>
#include <cairo-pdf.h>
#include <stdbool.h>
#include <string.h>

/// Copies the family name of a font that FreeType reads; false for one of cairo's own, which has none.
static inline bool vae_font_family(cairo_scaled_font_t *font, char *name, size_t size) {
    if (size == 0 || cairo_scaled_font_get_type(font) != CAIRO_FONT_TYPE_FT) return false;
    FT_Face face = cairo_ft_scaled_font_lock_face(font);
    if (!face) return false;
    bool found = face->family_name;
    if (found) {
        strncpy(name, face->family_name, size - 1);
        name[size - 1] = '\0';
    }
    cairo_ft_scaled_font_unlock_face(font);
    return found;
}

/// NumPy's file format for one array: a magic, a version, a header that describes the array as a Python dictionary, and the
/// numbers.
///
/// Versions 1.0, 2.0 and 3.0 are read, and 1.0 is written, to the same bytes as `numpy.save`. Numbers may be of any
/// `NumericType`, in either order of bytes, in C or in Fortran order.
///
/// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html (NEP 1).
package enum NPY {
    /// The bytes that a file begins with.
    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    /// The most dimensions of an array, as many as NumPy 1 has.
    static let mostDimensions = 32
    /// Bytes of the longest header, the same as NumPy reads by default.
    static let longestHeader = 10_000
}

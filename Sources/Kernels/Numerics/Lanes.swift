/// Eight floats in a row, from anywhere in memory.
@inline(__always)
func eightFloats(at address: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(address).loadUnaligned(as: SIMD8<Float>.self)
}

/// Writes eight floats in a row, to anywhere in memory.
@inline(__always)
func store(_ value: SIMD8<Float>, at address: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(address).storeBytes(of: value, as: SIMD8<Float>.self)
}

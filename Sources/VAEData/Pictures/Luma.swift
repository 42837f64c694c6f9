/// Grey of RGB: the luma of ITU-R 601, 0.299 red + 0.587 green + 0.114 blue, in Pillow's fixed-point numbers.
enum Luma {
    /// The weights, 65,536 in all, so that a grey pixel keeps its value.
    private static let (red, green, blue) = (19_595, 38_470, 7_471)

    /// Rounded to the nearest.
    static func of(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        let sum = Int(red) * Self.red + Int(green) * Self.green + Int(blue) * Self.blue
        return UInt8((sum + 0x8000) >> 16)
    }

    /// Not rounded. Of integers up to 255 the sum is exact in 24 bits, so that rounding it gives what `of(_:_:_:)` of bytes gives.
    @inline(__always)
    static func of(_ red: Float, _ green: Float, _ blue: Float) -> Float {
        (red * 19_595 + green * 38_470 + blue * 7_471) / 65_536
    }
}

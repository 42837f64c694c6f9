/// Floats sixteen at a time: a fixed width costs less than a loop that the compiler widens behind checks for overlap.
enum Vectors {
    typealias Vector = SIMD16<Float>

    struct Position {
        let index: Int

        @inline(__always)
        func read(_ values: UnsafePointer<Float>) -> Vector {
            UnsafeRawPointer(values + index).loadUnaligned(as: Vector.self)
        }
        @inline(__always)
        func read(_ values: UnsafeMutablePointer<Float>) -> Vector { read(UnsafePointer(values)) }
        @inline(__always)
        func write(_ value: Vector, to values: UnsafeMutablePointer<Float>) {
            UnsafeMutableRawPointer(values + index).storeBytes(of: value, as: Vector.self)
        }
    }

    /// - Parameter one: what is left of a count that is no multiple of sixteen
    @inline(__always)
    static func forEach(_ count: Int, _ body: (Position) -> Void, one: (Int) -> Void) {
        var index = 0
        while index &+ 16 <= count {
            body(Position(index: index))
            index &+= 16
        }
        while index < count {
            one(index)
            index &+= 1
        }
    }

    /// Of a count that is a multiple of sixteen.
    @inline(__always)
    static func forEach(_ count: Int, _ body: (Position) -> Void) {
        var index = 0
        while index < count {
            body(Position(index: index))
            index &+= 16
        }
    }
}

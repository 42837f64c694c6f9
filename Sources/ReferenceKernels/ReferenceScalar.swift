import Glibc

/// Floating-point types with the functions the model needs: Double for oracles, Float for the naive benchmark.
///
/// Every generic function of this module is `@specialized` for both: called from another module, or in a debug build
/// from another file, it would otherwise go through witness tables and run twenty times slower.
package protocol ReferenceScalar: BinaryFloatingPoint {
    static func exp(_ x: Self) -> Self
    static func expm1(_ x: Self) -> Self
    static func log(_ x: Self) -> Self
    static func log1p(_ x: Self) -> Self
    static func tanh(_ x: Self) -> Self
}

extension Double: ReferenceScalar {
    package static func exp(_ x: Double) -> Double { Glibc.exp(x) }
    package static func expm1(_ x: Double) -> Double { Glibc.expm1(x) }
    package static func log(_ x: Double) -> Double { Glibc.log(x) }
    package static func log1p(_ x: Double) -> Double { Glibc.log1p(x) }
    package static func tanh(_ x: Double) -> Double { Glibc.tanh(x) }
}

extension Float: ReferenceScalar {
    package static func exp(_ x: Float) -> Float { Glibc.expf(x) }
    package static func expm1(_ x: Float) -> Float { Glibc.expm1f(x) }
    package static func log(_ x: Float) -> Float { Glibc.logf(x) }
    package static func log1p(_ x: Float) -> Float { Glibc.log1pf(x) }
    package static func tanh(_ x: Float) -> Float { Glibc.tanhf(x) }
}

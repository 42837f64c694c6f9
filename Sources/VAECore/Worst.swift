/// The larger of two errors; not a number where either is none, which `max` may lose.
package func worst(_ a: Double, _ b: Double) -> Double { a.isNaN || a > b ? a : b }

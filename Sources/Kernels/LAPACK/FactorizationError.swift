/// A factorisation that can't be had.
package enum FactorizationError: Error, Equatable, CustomStringConvertible {
    /// An entry, counted from 0 row by row, is infinite or not a number.
    case notFinite(routine: String, entry: Int)
    /// The leading minor of this order is not positive.
    case notPositiveDefinite(routine: String, order: Int)
    /// The iteration stopped with this many values left.
    case didNotConverge(routine: String, remaining: Int)
    /// LAPACK refused argument number −`info`, or had no memory: a mistake of this wrapper or of the system.
    case refused(routine: String, info: Int)

    package var description: String {
        switch self {
        case .notFinite(let routine, let entry): "\(routine): entry \(entry) is not a finite number"
        case .notPositiveDefinite(let routine, let order):
            "\(routine): the leading minor of order \(order) is not positive"
        case .didNotConverge(let routine, let remaining):
            "\(routine) did not converge for \(remaining) values"
        case .refused(let routine, let info): "\(routine) stopped with info = \(info)"
        }
    }

    /// - Throws: `notFinite` for the first entry that LAPACK could loop on for ever.
    static func check(_ matrix: [Double], _ routine: String) throws(FactorizationError) {
        if let entry = matrix.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(routine: routine, entry: entry)
        }
        OpenBLAS.prepare()
    }
}

import CLAPACKE
import Glibc

/// The LAPACK in use.
package enum LAPACKLibrary {
    /// Its version, such as "3.11.0".
    package static var version: String {
        var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
        LAPACKE_ilaver(&major, &minor, &patch)
        return "\(major).\(minor).\(patch)"
    }

    /// The file of the library whose `dsyevd` serves; nil where the program holds it itself.
    package static var path: String? { SharedLibrary.providing("dsyevd_") }

    /// Whether the routines are OpenBLAS's, which replaces some of LAPACK's by faster ones, rather than the reference's.
    package static var isOpenBLAS: Bool {
        // Debian has OpenBLAS's as a liblapack.so.3 in a folder of OpenBLAS's, and in libopenblas itself.
        path?.contains("openblas") ?? false
    }

    /// The file of the library whose products serve the routines: they call BLAS by the names that the linker finds first. Nil where the
    /// program holds it itself.
    package static var productsPath: String? { SharedLibrary.providing("dgemm_") }
}

/// The shared libraries of this process.
package enum SharedLibrary {
    /// The file that the `symbol` lies in which this program calls; nil when there is none.
    package static func providing(_ symbol: String) -> String? {
        // Without a handle, in the order in which the dynamic linker looks.
        guard let place = dlsym(nil, symbol) else { return nil }
        let address = UInt(bitPattern: place)
        // dladdr would say it, too, and Swift's Glibc does not show it.
        guard let file = fopen("/proc/self/maps", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 8192)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            // start-end permissions offset device inode path
            let fields = text.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            let ends = fields.first?.split(separator: "-").map { UInt($0, radix: 16) } ?? []
            guard fields.count == 6, ends.count == 2, let start = ends[0], let end = ends[1] else { continue }
            guard start <= address, address < end else { continue }
            let path = fields[5].drop { $0 == " " }.prefix { $0 != "\n" }
            return path.hasPrefix("/") ? String(path) : nil
        }
        return nil
    }
}

import Glibc

/// Tells the address sanitizer, where it is part of the process, what it can't know of memory that does not come from malloc.
enum AddressSanitizer {
    private typealias Mark = @convention(c) (UnsafeMutableRawPointer, Int) -> Void

    private static let forbid = find("__asan_poison_memory_region")
    private static let allow = find("__asan_unpoison_memory_region")

    private static func find(_ name: String) -> Mark? {
        dlsym(nil, name).map { unsafeBitCast($0, to: Mark.self) }
    }

    /// Bytes to ask for behind a block, which nobody may touch; 0 without the sanitizer.
    static let margin = forbid == nil ? 0 : 4096

    /// From now on touching the margin behind a block ends the process with a report.
    static func forbidMargin(behind end: UnsafeMutableRawPointer) { forbid?(end, margin) }

    /// To be called before the block is given back, as others may get its addresses.
    static func allowMargin(behind end: UnsafeMutableRawPointer) { allow?(end, margin) }
}

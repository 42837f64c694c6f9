/// The limits that control groups set to this process: the least of those of its own group and of all groups above it.
///
/// Containers, batch systems and service managers set them. Version 2 has one tree of groups, version 1 one for each
/// controller, and a system may have both.
package struct ControlGroups: Sendable, Equatable {
    /// Processors' worth of time, such as 1.5; nil without a quota.
    package private(set) var processors: Double?
    /// Bytes; nil without a limit.
    package private(set) var memory: Int?

    /// - Parameter root: stands in front of every path that is read: of a test's own tree of files, or empty.
    package init(root: String = "") {
        let mounts = Machine.lines(of: root + "/proc/self/mountinfo", limit: 1 << 20).compactMap(Mount.init)
        for line in Machine.lines(of: root + "/proc/self/cgroup") {
            // hierarchy:controllers:path; version 2 has no list of controllers, and a path may hold colons.
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let controllers = fields[1].split(separator: ",").map(String.init)
            for mount in mounts where mount.holds(controllers) {
                for folder in mount.folders(of: String(fields[2])) {
                    read(root + folder, controllers)
                }
            }
        }
    }

    private mutating func read(_ folder: String, _ controllers: [String]) {
        func number(_ file: String) -> Int? {
            Machine.lines(of: "\(folder)/\(file)").first.flatMap { Int($0) }
        }
        func add(quota: Int?, period: Int?) {
            guard let quota, let period, quota > 0, period > 0 else { return }
            processors = min(processors ?? .infinity, Double(quota) / Double(period))
        }
        if controllers.isEmpty {
            // "150000 100000", or "max 100000" without a quota.
            let both = Machine.lines(of: folder + "/cpu.max").first?.split(separator: " ") ?? []
            if both.count == 2 { add(quota: Int(both[0]), period: Int(both[1])) }
        }
        if controllers.contains("cpu") {
            add(quota: number("cpu.cfs_quota_us"), period: number("cpu.cfs_period_us"))
        }
        let file =
            controllers.isEmpty
            ? "memory.max" : controllers.contains("memory") ? "memory.limit_in_bytes" : nil
        // "max" is no number, and version 1 has one near the largest there is in its place.
        if let limit = file.flatMap(number), limit >= 0, limit < 1 << 60 {
            memory = min(memory ?? .max, limit)
        }
    }
}

/// A tree of control groups, or a part of one, and where it is mounted.
private struct Mount {
    /// The group whose folder the mount point is.
    let group: String
    let point: String
    /// The controllers whose tree it is; nil for a tree of version 2.
    let controllers: [String]?

    /// A line of `mountinfo`, such as `35 31 0:32 /job /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory`; nil for a mount of
    /// something else.
    init?(_ line: String) {
        let fields = line.split(separator: " ").map(String.init)
        guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3 else { return nil }
        switch fields[dash + 1] {
        case "cgroup2": controllers = nil
        case "cgroup": controllers = fields[dash + 3].split(separator: ",").map(String.init)
        default: return nil
        }
        (group, point) = (fields[3].unescaped, fields[4].unescaped)
    }

    func holds(_ names: [String]) -> Bool {
        guard let controllers else { return names.isEmpty }
        return names.contains(where: controllers.contains)
    }

    /// The folders of a group and of those above it, as far up as the mount shows them.
    func folders(of path: String) -> [String] {
        let parts = path.split(separator: "/").map(String.init)
        let own = group.split(separator: "/").map(String.init)
        // A group that lies elsewhere, as `/../other` of another namespace, is not seen; what bounds the mount's own is.
        let below = parts.starts(with: own) && !parts.contains("..") ? parts.dropFirst(own.count) : []
        return (0...below.count).map { count in
            ([point] + below.prefix(count)).joined(separator: "/")
        }
    }
}

extension String {
    /// The kernel writes a blank in a path as `\040`, and a backslash as `\134`.
    fileprivate var unescaped: String {
        var bytes: [UInt8] = []
        var rest = Array(utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"),
                let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

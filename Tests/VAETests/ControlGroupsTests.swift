import Foundation
import Testing

@testable import VAECore

/// Limits of control groups, read from trees of files as kernels show them.
@Suite("Limits of control groups")
struct ControlGroupsTests {
    let root = try! ScratchFolder()

    /// The limits of a process that belongs to `groups`, with `mounts` where `/sys/fs/cgroup` is, and `files` there.
    private func limits(
        _ groups: String, _ mounts: String, _ files: [String: String]
    ) throws -> ControlGroups {
        let all = files.mapKeys { "sys/fs/cgroup/\($0)" }.merging([
            "proc/self/cgroup": groups, "proc/self/mountinfo": mounts,
        ]) { $1 }
        for (path, text) in all {
            let file = URL(fileURLWithPath: root(path))
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        return ControlGroups(root: root.path)
    }

    private let unified = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"

    /// The least of the process's own group and of those above it, wherever it is set.
    @Test func version2() throws {
        let found = try limits(
            "0::/batch.slice/job_7/step_0\n", "22 1 8:1 / / rw - ext4 /dev/vda rw\n" + unified,
            [
                "batch.slice/job_7/step_0/cpu.max": "max 100000\n",
                "batch.slice/job_7/cpu.max": "150000 100000\n", "batch.slice/cpu.max": "800000 100000\n",
                "batch.slice/job_7/step_0/memory.max": "2000000000\n",
                "batch.slice/job_7/memory.max": "max\n", "batch.slice/memory.max": "1000000000\n",
                // Of a neighbour.
                "batch.slice/job_8/cpu.max": "1000 100000\n", "batch.slice/job_8/memory.max": "4096\n",
            ])
        #expect(found.processors == 1.5 && found.memory == 1_000_000_000)
    }

    /// A container with a namespace of its own sees its group as the root, and one above it as a way out.
    @Test(arguments: ["0::/\n", "0::/../../other.slice\n", "0::/not/there\n"])
    func withinANamespace(groups: String) throws {
        let found = try limits(
            groups, unified, ["cpu.max": "200000 100000\n", "memory.max": "536870912\n"])
        #expect(found.processors == 2 && found.memory == 512 << 20)
    }

    /// Without a namespace the container's group is what is mounted, and its path still the machine's.
    @Test func aMountOfOneGroup() throws {
        let found = try limits(
            "0::/docker/af01/inner\n",
            "30 23 0:26 /docker/af01 /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
            [
                "cpu.max": "50000 100000\n", "inner/cpu.max": "max 100000\n",
                "docker/af01/cpu.max": "1 100000\n",
            ])
        #expect(found.processors == 0.5 && found.memory == nil)
    }

    @Test func version1() throws {
        let mounts = """
            31 23 0:27 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755
            32 31 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
            33 31 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            34 31 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw

            """
        let found = try limits(
            "11:memory:/job\n4:cpu,cpuacct:/job/task\n1:name=systemd:/user.slice\n0::/user.slice\n", mounts,
            [
                "cpu,cpuacct/cpu.cfs_quota_us": "-1\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n",
                "cpu,cpuacct/job/cpu.cfs_quota_us": "250000\n",
                "cpu,cpuacct/job/cpu.cfs_period_us": "100000\n",
                "cpu,cpuacct/job/task/cpu.cfs_quota_us": "-1\n",
                "cpu,cpuacct/job/task/cpu.cfs_period_us": "100000\n",
                "memory/memory.limit_in_bytes": "9223372036854771712\n",
                "memory/job/memory.limit_in_bytes": "1073741824\n",
            ])
        #expect(found.processors == 2.5 && found.memory == 1 << 30)
    }

    /// The kernel writes blanks in paths as octal numbers.
    @Test func blanksInPaths() throws {
        let found = try limits(
            "0::/a b\n", #"30 23 0:26 / /sys/fs/cgroup/of\040mine rw - cgroup2 cgroup2 rw"# + "\n",
            ["of mine/a b/memory.max": "7000\n"])
        #expect(found.memory == 7000)
    }

    /// Nothing that is missing, cut off or no number limits anything, or ends the program.
    @Test(arguments: [
        "", "\n", "max", "max max", "0 100000", "100000 0", "-5 100000", "x 100000", "100000", "1 2 3",
        "99999999999999999999 100000",
    ])
    func quotasThatAreNone(text: String) throws {
        let found = try limits("0::/\n\n:\nx\n::\n", unified + "30 23\n\n- - -\n", ["cpu.max": text])
        #expect(found == ControlGroups(root: root("absent")) && found.processors == nil)
    }

    /// Rounded up, as a part of a processor needs a thread, too; never more than the cores, nor less than one.
    @Test func threadsOfAQuota() {
        #expect(Machine.cores(64, within: 2) == 2 && Machine.cores(64, within: 1.2) == 2)
        #expect(Machine.cores(64, within: 0.1) == 1 && Machine.cores(4, within: 7.5) == 4)
        #expect(Machine.cores(4, within: nil) == 4 && Machine.cores(0, within: nil) == 1)
        #expect(Machine.cores(4, within: 1e300) == 4)
    }
}

extension Dictionary where Key == String {
    fileprivate func mapKeys(_ change: (String) -> String) -> [String: Value] {
        Dictionary(uniqueKeysWithValues: map { (change($0), $1) })
    }
}

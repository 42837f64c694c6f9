#if MPI
    internal import CMPI
    import Glibc

    /// The ranks of an MPI job: all processes that `mpirun` or `srun` has started.
    package final class MPICommunicator: Communicator, @unchecked Sendable {
        package let rank: Int
        package let count: Int
        /// Ranks on this machine, this one included.
        package let localCount: Int
        /// Room for the requests of an exchange.
        private var requests: UnsafeMutableRawPointer
        private var room = 0

        /// Joins the job. Once in a process.
        /// - Returns: nil where MPI can't begin, which has said why
        package init?() {
            guard vae_mpi_begin() == 0 else { return nil }
            rank = Int(vae_mpi_rank())
            count = Int(vae_mpi_count())
            localCount = Int(vae_mpi_local_count())
            requests = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 16)
            makeRoom(for: 64)
        }

        /// Leaves the job, when all other ranks do.
        package func end() { vae_mpi_end() }

        package func exchange(_ messages: [RankMessage]) {
            if messages.count > room { makeRoom(for: messages.count) }
            var started: Int32 = 0
            // What is expected comes first: it then has a place when it arrives.
            for message in messages where !message.isSent {
                vae_mpi_receive_floats(
                    message.region.base, Int32(message.region.count), Int32(message.peer), requests, started)
                started += 1
            }
            for message in messages where message.isSent {
                vae_mpi_send_floats(
                    message.region.base, Int32(message.region.count), Int32(message.peer), requests, started)
                started += 1
            }
            wait { vae_mpi_test(requests, started) != 0 }
        }

        package func send(_ bytes: [UInt8], to rank: Int) {
            bytes.withUnsafeBytes { bytes in
                // A last piece that is not full tells that there is no other.
                for start in stride(from: 0, through: bytes.count, by: Self.piece) {
                    let piece = UnsafeRawBufferPointer(
                        rebasing: bytes[start..<min(start + Self.piece, bytes.count)])
                    vae_mpi_send_bytes(piece.baseAddress, Int32(piece.count), Int32(rank), requests)
                    wait { vae_mpi_test(requests, 1) != 0 }
                }
            }
        }

        package func receive(from rank: Int) -> [UInt8] {
            var all: [UInt8] = []
            repeat {
                var count: Int32 = -1
                wait {
                    count = vae_mpi_waiting_bytes(Int32(rank))
                    return count >= 0
                }
                all += [UInt8](unsafeUninitializedCapacity: Int(count)) { piece, filled in
                    vae_mpi_receive_bytes(piece.baseAddress, count, Int32(rank))
                    filled = Int(count)
                }
            } while !all.isEmpty && all.count.isMultiple(of: Self.piece)
            return all
        }

        /// Bytes of a message: MPI counts them in 32 bits.
        private static let piece = 1 << 30

        /// Waits as long as messages usually take, and then less and less eagerly: MPI's own waiting takes a whole processor, which others may
        /// need to get done what is waited for.
        private func wait(until isDone: () -> Bool) {
            let start = ContinuousClock.now
            var pause: UInt32 = 0
            while !isDone() {
                if pause == 0 {
                    if .now - start > .microseconds(100) { pause = 10 }
                    sched_yield()
                } else {
                    usleep(pause)
                    pause = min(2 * pause, .now - start > .seconds(1) ? 5000 : 100)
                }
            }
        }

        private func makeRoom(for count: Int) {
            requests.deallocate()
            requests = .allocate(byteCount: count * vae_mpi_request_size(), alignment: 16)
            room = count
        }
    }
#endif

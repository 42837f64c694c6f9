import Glibc

/// The action on a file or folder during which a system call failed.
package enum FileAction {
    /// Opening or examining an input.
    case open
    case read
    /// Making a file or folder.
    case create
    /// Putting a file in the place of one that is there, or into a folder that is there.
    case replace
    /// Writing, flushing or closing what was made.
    case write
}

extension VAEError {
    /// The error for a failed system call, in words a person can act on.
    ///
    /// - Parameters:
    ///   - path: the file or folder the caller named (not a temporary one).
    ///   - code: `errno`, read right after the call.
    package static func file(_ path: String, _ action: FileAction, _ code: Int32) -> VAEError {
        let subject = path.isEmpty ? "path" : path
        let (cause, advice) = explanation(of: code, action)
        switch action {
        case .open:
            return VAEError(
                kind(of: code, or: .missingInput), subject, "can't be read: \(cause)", advice: advice)
        case .read:
            return VAEError(.inputOutput, subject, "could not be read to its end: \(cause)", advice: advice)
        case .create, .replace:
            let problem = action == .create ? "can't be created" : "can't be written to"
            return VAEError(
                kind(of: code, or: .cannotCreate), subject, "\(problem): \(cause)", advice: advice)
        case .write:
            return VAEError(.inputOutput, subject, "could not be written: \(cause)", advice: advice)
        }
    }

    /// Some codes say what the failure is whatever was being done.
    private static func kind(of code: Int32, or usual: Kind) -> Kind {
        switch code {
        case EIO: .inputOutput
        case EMFILE, ENFILE, ENOMEM: .unavailable
        default: usual
        }
    }

    private static func explanation(
        of code: Int32, _ action: FileAction
    ) -> (cause: String, advice: String?) {
        let reading = action == .open || action == .read
        switch code {
        case ENOENT:
            return reading
                ? ("it does not exist", "Check the path.")
                : ("its folder does not exist", "Make the folder first, or choose another path.")
        case ENOTDIR:
            return ("a part of the path is a file, not a folder", "Check the path.")
        case EISDIR:
            return ("it is a folder", "Give the path of a file.")
        case EACCES, EPERM:
            let advice =
                reading
                ? "Check who may read it." : "Choose a place you may write to, or change its permissions."
            return ("permission denied", advice)
        case EROFS:
            return ("the file system is read-only", "Choose a place on a writable file system.")
        case ENOSPC:
            return ("no space is left on the device", "Free some space, or choose another place.")
        case EDQUOT:
            return ("the disk quota is used up", "Free some space, or choose another place.")
        case EFBIG:
            return ("it would be larger than is allowed", "Raise the file size limit (ulimit -f).")
        case ENAMETOOLONG:
            return ("the name is too long", "Use a shorter path.")
        case ELOOP:
            return ("it goes through too many symbolic links", "Check where the links point.")
        case EEXIST:
            return ("it exists already", "Choose another name, or move it away.")
        case EMFILE, ENFILE:
            return ("too many files are open", "Raise the limit (ulimit -n), or close other programs.")
        case ENOMEM:
            return ("no memory is left", "Close other programs and try again.")
        case EIO:
            return ("the device reported an error", "Check the disk, and the system's log.")
        default:
            return (String(cString: strerror(code)), nil)
        }
    }
}

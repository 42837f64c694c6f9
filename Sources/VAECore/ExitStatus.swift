extension VAEError.Kind {
    /// The status of sysexits.h that fits, for the command-line tools.
    package var exitStatus: Int32 {
        switch self {
        case .invalidArgument: 64
        case .invalidData: 65
        case .missingInput: 66
        case .unavailable: 69
        case .diverged: 70
        case .cannotCreate: 73
        case .inputOutput: 74
        }
    }
}

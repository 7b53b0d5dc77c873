package import Formats
internal import StreamAPI
package import StreamCore

/// One file sink of a pipeline file.
package struct FileSinkConfiguration: Sendable {
    package let operatorID: OperatorID
    /// The folder that part files appear in; absolute.
    package let folder: String
    /// Behind the dot of a part file's name: `json`.
    package let fileExtension: String
    /// Names the job and the sink in the names of unfinished files: 16 hexadecimal digits.
    package let owner: String

    package init(operatorID: OperatorID, folder: String, fileExtension: String, job: JobID) {
        self.operatorID = operatorID
        self.folder = folder
        self.fileExtension = fileExtension
        let text = Array("\(job.hex)/\(operatorID.rawValue)".utf8)
        let hash = text.withUnsafeBytes { StableHash.xxh3($0.baseAddress, $0.count) }
        owner = Self.hexadecimal(hash)
    }

    var place: String { "sink \(operatorID.rawValue)" }

    /// 16 digits.
    static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// How a row becomes a line.
package enum FileRowEncoding {
    /// The source record's own bytes, untouched.
    case origin
    case encoded(any RowEncoder)
}

import Foundation
import PipelineSpec
import Testing

@Suite struct PipelineFileTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "pipeline-file-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func refusal(_ path: String) -> PipelineFileError? {
        do throws(PipelineFileError) {
            _ = try PipelineFile.read(path)
            return nil
        } catch {
            return error
        }
    }

    @Test func aFileIsReadWithItsMode() throws {
        try withFolder { folder in
            let path = folder + "/p.yaml"
            try "version: 1\n".write(toFile: path, atomically: false, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            let file = try PipelineFile.read(path)
            #expect(file.bytes == Array("version: 1\n".utf8))
            #expect(file.mode == 0o600)
        }
    }

    @Test func aMissingFileExitsWith66() {
        let error = refusal("/no/such/file.yaml")
        #expect(error?.exitCode == 66)
        #expect(error?.diagnostic.code == "E1001")
        #expect(error?.diagnostic.message.contains("No such file") == true)
    }

    @Test(arguments: ["/", "/dev/zero", "/dev/null"])
    func whatIsNoFileIsRefused(_ path: String) {
        #expect(refusal(path)?.exitCode == 66)
        #expect(refusal(path)?.diagnostic.message.contains("not a file") == true)
    }

    @Test func aFIFOIsRefusedWithoutWaiting() throws {
        try withFolder { folder in
            #expect(mkfifo(folder + "/fifo", 0o600) == 0)
            #expect(
                refusal(folder + "/fifo")?.diagnostic.message == "the file is a FIFO, not a file")
        }
    }

    @Test func aLargeFileIsNotRead() throws {
        try withFolder { folder in
            let path = folder + "/large"
            try Data(count: 2 << 20).write(to: URL(filePath: path))
            #expect(refusal(path)?.exitCode == 78)
            #expect(refusal(path)?.diagnostic.code == "E1002")
        }
    }

    @Test func aPrivateFileMayHoldAPassword() {
        var environment = LintEnvironment()
        environment.fileMode = 0o600
        let text = Sample.with {
            $0.connections = """
                  main:
                    type: kafka
                    properties: { bootstrap.servers: a, ssl.key.password: hunter2 }
                """
        }
        #expect(lint(text, environment).places == [])
        environment.fileMode = 0o640
        #expect(lint(text, environment).diagnostics.map(\.code) == ["W1405"])
    }
}

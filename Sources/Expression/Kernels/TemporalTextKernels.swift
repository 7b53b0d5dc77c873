internal import StreamCore

/// Temporal values as CAST writes them.
enum TemporalText {
    /// Bytes of the longest text.
    static let byteCountMax = max(TimestampCodec.byteCountMax, 48)

    /// DATE, TIMESTAMP, TIMESTAMP_LTZ as the clocks of `zone` show it, INTERVAL as
    /// `+1 02:03:04.500` and `+1-06` (Flink `DateTimeUtils.formatIntervalDayTime`); else a number.
    static func write(
        _ value: Int64, _ type: LogicalType, _ zone: TimeZoneRules,
        to target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        switch type {
        case .date: return DateCodec.write(value, to: target)
        case .timestamp: return TimestampCodec.write(value, .sql, to: target)
        case .timestampLTZ: return TimestampCodec.write(zone.local(value), .sql, to: target)
        case .intervalDayTime: return dayTime(value, to: target)
        case .intervalYearMonth: return yearMonth(value, to: target)
        default: return NumberText.write(value, at: target)
        }
    }

    private static func sign(_ value: Int64, _ target: UnsafeMutablePointer<UInt8>) {
        target[0] = value < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")
    }

    private static func dayTime(_ value: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        let magnitude = value.magnitude
        sign(value, target)
        let days = Int64(magnitude / 86_400_000)
        var end = 1 + DigitText.write(days, width: 1, to: target + 1)
        let parts: [(UInt8, UInt64, UInt64, Int)] = [
            (0x20, 3_600_000, 24, 2), (0x3A, 60_000, 60, 2), (0x3A, 1_000, 60, 2),
            (0x2E, 1, 1_000, 3),
        ]
        for (separator, unit, count, width) in parts {
            target[end] = separator
            let part = Int64(magnitude / unit % count)
            end += 1 + DigitText.write(part, width: width, to: target + end + 1)
        }
        return end
    }

    private static func yearMonth(_ value: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        sign(value, target)
        let magnitude = value.magnitude
        var end = 1 + DigitText.write(Int64(magnitude / 12), width: 1, to: target + 1)
        target[end] = UInt8(ascii: "-")
        end += 1 + DigitText.write(Int64(magnitude % 12), width: 2, to: target + end + 1)
        return end
    }
}

/// Temporal values to STRING: by a pattern, or as CAST writes them.
final class TemporalFormatKernel: Kernel {
    private let operand: Kernel
    private let pattern: TimePattern?
    private let zone: TimeZoneRules

    init(_ operand: Kernel, _ pattern: TimePattern?, _ zone: TimeZoneRules) {
        self.operand = operand
        self.pattern = pattern
        self.zone = zone
        super.init(.string)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try operand.evaluate(rows, frame)
        let output = result(frame)
        copyValidity(output, x, rows)
        let byteCount = pattern?.byteCountMax ?? TemporalText.byteCountMax
        let room = frame.arena.reserve(atLeast: rows.count &* byteCount)
        guard let start = room.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            return output
        }
        let (source, target) = (x.integers, output.slices)
        var end = start
        rows.forEachValid(in: x) { row in
            let count = write(source[row], to: end)
            target[row] = ByteSlice(base: UnsafePointer(end), count: count)
            end += count
        }
        frame.arena.commit(end - start)
        return output
    }

    @inline(__always)
    private func write(_ value: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
        guard let pattern else {
            return TemporalText.write(value, operand.type, zone, to: target)
        }
        switch operand.type {
        case .date:
            return pattern.write(value &* CivilDate.millisecondsPerDay, offset: 0, to: target)
        case .timestampLTZ:
            let offset = zone.offset(at: value)
            return pattern.write(value &+ offset, offset: offset, to: target)
        default: return pattern.write(value, offset: 0, to: target)
        }
    }
}

/// STRING to DATE, TIMESTAMP and TIMESTAMP_LTZ: by a pattern, or as CAST reads it. What is none
/// fails, or is NULL.
final class TemporalParseKernel: Kernel {
    private let operand: Kernel
    private let pattern: TimePattern?
    private let zone: TimeZoneRules
    private let isTry: Bool

    init(
        _ operand: Kernel, to type: LogicalType, _ pattern: TimePattern?, _ zone: TimeZoneRules,
        isTry: Bool
    ) {
        self.operand = operand
        self.pattern = pattern
        self.zone = zone
        self.isTry = isTry
        super.init(type)
    }

    override func evaluate(_ rows: Rows, _ frame: Frame) throws(EvaluationError) -> Column {
        let x = try operand.evaluate(rows, frame)
        let output = result(frame)
        copyValidity(output, x, rows)
        let (source, target) = (x.slices, output.integers)
        var failed: [Int32] = []
        rows.forEachValid(in: x) { row in
            if let value = read(source[row]) {
                target[row] = value
            } else {
                failed.append(Int32(truncatingIfNeeded: row))
            }
        }
        try CastFailure.settle(failed, isTry: isTry, output, rows) {
            "CAST(\(Quoted.text(source[$0])) AS \(type)): not a value of \(type)"
        }
        return output
    }

    private func read(_ slice: ByteSlice) -> Int64? {
        let day = CivilDate.millisecondsPerDay
        guard pattern == nil else {
            guard let reading = pattern?.read(slice.buffer) else { return nil }
            switch type {
            case .date: return floorDivide(reading.milliseconds, day)
            case .timestampLTZ: return instant(reading)
            default: return reading.milliseconds
            }
        }
        let text = TextNumber.trimmed(slice)
        if type == .date { return date(text) }
        guard let reading = TimestampCodec.parse(text) else { return nil }
        if type == .timestampLTZ { return instant(reading) }
        // A reading that says how far its clock is ahead of UTC is an instant.
        return reading.offsetMilliseconds == nil ? reading.milliseconds : nil
    }

    private func instant(_ reading: TimestampCodec.Reading) -> Int64 {
        reading.offsetMilliseconds == nil ? zone.instant(reading.milliseconds) : reading.instant
    }

    /// Flink: what stands before the first blank; a year or a month alone is its first day.
    private func date(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        let end = text.firstIndex(of: UInt8(ascii: " ")) ?? text.firstIndex(of: UInt8(ascii: "T"))
        guard let end else { return DateCodec.parse(text, allowsPart: true) }
        return DateCodec.parse(UnsafeBufferPointer(rebasing: text[..<end]), allowsPart: true)
    }
}

extension KernelCompiler {
    static func temporal(
        _ operation: TemporalOperation, _ arguments: [Kernel], _ type: LogicalType
    ) -> Kernel {
        switch operation {
        case .cast(let zone, let isTry):
            if arguments[0].type == .string {
                return TemporalParseKernel(arguments[0], to: type, nil, zone, isTry: isTry)
            }
            if type == .string { return TemporalFormatKernel(arguments[0], nil, zone) }
            return TemporalKernel(operation, arguments, type)
        case .read(let pattern, let zone):
            return TemporalParseKernel(arguments[0], to: type, pattern, zone, isTry: true)
        case .format(let pattern, let zone):
            return TemporalFormatKernel(arguments[0], pattern, zone)
        default: return TemporalKernel(operation, arguments, type)
        }
    }
}

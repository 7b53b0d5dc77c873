internal import StreamCore

/// How calls of temporal functions are checked and built.
extension Checker {
    /// The word that the grammar put into the first argument, or the last one.
    private func word(_ site: CallSite, _ index: Int) -> String {
        guard case .literal(.string(let word)) = site.arguments[index].syntax.kind else {
            return ""
        }
        return word
    }

    private mutating func unit(_ site: CallSite, _ index: Int) -> TimeUnit? {
        TimeUnit(keyword: word(site, index))
    }

    // MARK: To and from texts and numbers

    /// The argument as a number of whole seconds or milliseconds, cut off at the point.
    private mutating func epoch(_ site: CallSite, unitMilliseconds: Int64) -> TypedExpression? {
        let (syntax, checked) = site.arguments[0]
        if case .null(let range) = checked { return constant(.null, .timestampLTZ, range) }
        guard case .value(let typed) = checked else { return nil }
        guard typed.type.isNumeric else {
            report(
                .wrongOperandType, "\(site.name) takes a number, not \(typed.type)", syntax.range,
                help: castHelp(syntax, typed.type, to: .bigint))
            return nil
        }
        var (number, unit) = (typed, unitMilliseconds)
        if typed.type == .double, unit > 1 {
            // Flink: a DOUBLE of seconds keeps its milliseconds.
            let factor = constant(.double(Double(unit)), .double, typed.range)
            number = make(
                .arithmetic(.multiply, typed, factor), .double, isNullable: typed.isNullable,
                canFail: true, over: [typed], typed.range)
            unit = 1
        }
        if number.type != .bigint, let widened = widened(number, to: .bigint) {
            number = widened
        } else if number.type != .bigint {
            number = make(
                .cast(number, isTry: false), .bigint, isNullable: number.isNullable, canFail: true,
                over: [number], number.range)
        }
        return temporal(
            .fromEpoch(unitMilliseconds: unit), [number], .timestampLTZ, canFail: true, site.range)
    }

    mutating func toTimestampLTZ(_ site: CallSite) -> Checked {
        var unit: Int64 = 1
        if site.arguments.count > 1 {
            let (syntax, checked) = site.arguments[1]
            guard case .value(let typed) = checked,
                case .constant(.integer(let precision)) = typed.node,
                precision == 0 || precision == 3
            else {
                report(
                    .wrongOperandType, "the precision of TO_TIMESTAMP_LTZ is the constant 0 or 3",
                    syntax.range, help: "0 for seconds, 3 for milliseconds")
                return .invalid
            }
            unit = precision == 0 ? 1_000 : 1
        }
        return epoch(site, unitMilliseconds: unit).map { .value($0) } ?? .invalid
    }

    mutating func readText(_ site: CallSite, _ type: LogicalType) -> Checked {
        let hasPattern = site.arguments.count > 1
        let pattern = pattern(site, 1)
        guard let text = text(site, 0), let pattern else { return .invalid }
        return .value(
            temporal(
                .read(hasPattern ? pattern : nil, timeZone), [text], type, isNullable: true,
                site.range))
    }

    mutating func unixTimestamp(_ site: CallSite) -> Checked {
        let hasPattern = site.arguments.count > 1
        let pattern = pattern(site, 1)
        guard let text = text(site, 0), let pattern else { return .invalid }
        let instant = temporal(
            .read(hasPattern ? pattern : nil, timeZone), [text], .timestampLTZ, isNullable: true,
            site.range)
        return .value(temporal(.extract(.epoch), [instant], .bigint, site.range))
    }

    mutating func fromUnixTime(_ site: CallSite) -> Checked {
        let pattern = pattern(site, 1)
        guard let instant = epoch(site, unitMilliseconds: 1_000), let pattern else {
            return .invalid
        }
        return .value(temporal(.format(pattern, timeZone), [instant], .string, site.range))
    }

    mutating func dateFormat(_ site: CallSite) -> Checked {
        let (_, checked) = site.arguments[0]
        if case .value(let typed) = checked, typed.type == .string {
            guard let pattern = pattern(site, 1, forbidsOffset: true) else { return .invalid }
            let read = temporal(
                .read(nil, timeZone), [typed], .timestamp, isNullable: true, site.range)
            return .value(temporal(.format(pattern, timeZone), [read], .string, site.range))
        }
        guard let instant = instant(site, 0),
            let pattern = pattern(site, 1, forbidsOffset: instant.type != .timestampLTZ)
        else { return .invalid }
        return .value(temporal(.format(pattern, timeZone), [instant], .string, site.range))
    }

    mutating func convertZone(_ site: CallSite) -> Checked {
        let (from, to) = (zone(site, 1), zone(site, 2))
        guard let text = text(site, 0), let from, let to else { return .invalid }
        let instant = temporal(
            .read(.timestamp, from), [text], .timestampLTZ, isNullable: true, site.range)
        return .value(temporal(.format(.timestamp, to), [instant], .string, site.range))
    }

    // MARK: Parts

    mutating func extract(_ site: CallSite) -> Checked {
        let word = word(site, 0)
        guard let field = TimeField(rawValue: word) else {
            report(
                .syntax, "there is no part \(word) of a date or a time",
                site.arguments[0].syntax.range,
                help: "parts: " + TimeField.allCases.map(\.rawValue).joined(separator: ", "))
            return .invalid
        }
        return part(field, site, 1)
    }

    mutating func part(_ field: TimeField, _ site: CallSite, _ index: Int) -> Checked {
        // EPOCH is the instant's own; everything else is what the clocks show.
        guard let typed = field == .epoch ? instant(site, index) : clockTime(site, index) else {
            return .invalid
        }
        return .value(temporal(.extract(field), [typed], .bigint, site.range))
    }

    // MARK: Arithmetic

    mutating func rounded(_ site: CallSite, isFloor: Bool) -> Checked {
        guard let typed = instant(site, 0), let unit = unit(site, 1),
            let clock = clockTime(site, 0)
        else { return .invalid }
        let rounded = temporal(
            isFloor ? .floor(unit) : .ceil(unit), [clock], clock.type,
            canFail: !isFloor || unit == .week, site.range)
        guard typed.type == .timestampLTZ else { return .value(rounded) }
        return .value(
            temporal(.cast(timeZone, isTry: false), [rounded], .timestampLTZ, site.range))
    }

    mutating func timestampAdd(_ site: CallSite) -> Checked {
        guard let unit = unit(site, 0), var typed = instant(site, 2) else { return .invalid }
        let (syntax, checked) = site.arguments[1]
        guard let count = coerced(checked, to: .bigint) else {
            if case .value(let other) = checked {
                report(
                    .wrongOperandType, "TIMESTAMPADD takes INT or BIGINT here, not \(other.type)",
                    syntax.range, help: castHelp(syntax, other.type, to: .bigint))
            }
            return .invalid
        }
        if unit.isYearMonth {
            return .value(
                temporal(
                    .shiftMonths(factor: unit.amount), [typed, count], typed.type, canFail: true,
                    site.range))
        }
        var factor = unit.amount
        if typed.type == .date {
            if unit == .day || unit == .week {
                factor /= CivilDate.millisecondsPerDay
            } else if let timestamp = widenedInstant(typed, to: .timestamp) {
                typed = timestamp
            }
        }
        return .value(
            temporal(
                .shift(factor: factor), [typed, count], typed.type, canFail: true, site.range))
    }

    mutating func timestampDiff(_ site: CallSite) -> Checked {
        guard let unit = unit(site, 0), let a = instant(site, 1), let b = instant(site, 2),
            let common = LogicalType.common(a.type, b.type)
        else { return .invalid }
        // Months are counted on the calendar, days in milliseconds.
        let type = common == .date ? .timestamp : common
        guard let first = coerced(.value(a), to: type), let last = coerced(.value(b), to: type)
        else { return .invalid }
        return .value(
            temporal(.difference(unit), [first, last], .int, canFail: true, site.range))
    }
}

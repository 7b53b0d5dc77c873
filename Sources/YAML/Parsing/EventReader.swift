internal import CYAML

/// One event of libyaml's parser, copied out of C memory.
struct Event {
    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd
        case alias(String)
        case scalar(YAMLScalar)
        case sequenceStart, sequenceEnd, mappingStart, mappingEnd
    }
    let kind: Kind
    let anchor: String?
    let tag: String?
    let range: YAMLRange
}

/// The only owner of a `yaml_parser_t` (libyaml 0.2.5).
///
/// Events are copied and deleted before `next` returns, so no C memory leaves this type.
///
/// - Threading: one thread. Nothing here blocks.
final class EventReader {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    /// The parser reads from here until the end, so it must stay in place.
    private let input: UnsafeMutableBufferPointer<UInt8>

    /// - Returns: Nil if libyaml has no memory for a parser.
    init?(_ bytes: [UInt8]) {
        parser = .allocate(capacity: 1)
        input = .allocate(capacity: max(1, bytes.count))
        _ = input.update(fromContentsOf: bytes)
        guard yaml_parser_initialize(parser) == 1 else {
            // A failed initialisation leaves nothing to delete, and a failing init runs no deinit.
            parser.deallocate()
            input.deallocate()
            return nil
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event. After an error or `streamEnd` do not call again.
    func next() throws(YAMLProblem) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw problem() }
        defer { yaml_event_delete(&event) }
        return Self.copy(event)
    }

    private func problem() -> YAMLProblem {
        let state = parser.pointee
        let text = state.problem.map { String(cString: $0) } ?? "the parser gave up"
        let context = state.context.map { String(cString: $0) }
        // The reader's errors have no mark; those are bytes that were checked before.
        return YAMLProblem(
            .syntax, at: Self.mark(state.problem_mark),
            context.map { "\(text), \($0)" } ?? text)
    }

    private static func copy(_ event: yaml_event_t) -> Event {
        let range = YAMLRange(start: mark(event.start_mark), end: mark(event.end_mark))
        switch event.type {
        case YAML_STREAM_END_EVENT: return Event(.streamEnd, range)
        case YAML_DOCUMENT_START_EVENT: return Event(.documentStart, range)
        case YAML_DOCUMENT_END_EVENT: return Event(.documentEnd, range)
        case YAML_ALIAS_EVENT: return Event(.alias(text(event.data.alias.anchor) ?? ""), range)
        case YAML_SCALAR_EVENT: return scalar(event, range)
        case YAML_SEQUENCE_START_EVENT:
            let data = event.data.sequence_start
            return Event(.sequenceStart, range, anchor: text(data.anchor), tag: text(data.tag))
        case YAML_SEQUENCE_END_EVENT: return Event(.sequenceEnd, range)
        case YAML_MAPPING_START_EVENT:
            let data = event.data.mapping_start
            return Event(.mappingStart, range, anchor: text(data.anchor), tag: text(data.tag))
        case YAML_MAPPING_END_EVENT: return Event(.mappingEnd, range)
        default: return Event(.streamStart, range)
        }
    }

    private static func scalar(_ event: yaml_event_t, _ range: YAMLRange) -> Event {
        let data = event.data.scalar
        let bytes = UnsafeBufferPointer(start: data.value, count: data.length)
        let scalar = YAMLScalar(
            text: String(decoding: bytes, as: UTF8.self), style: style(data.style))
        return Event(.scalar(scalar), range, anchor: text(data.anchor), tag: text(data.tag))
    }

    private static func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private static func mark(_ mark: yaml_mark_t) -> YAMLMark {
        // Bounded by the file's size, which was checked.
        YAMLMark(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
    }
}

extension Event {
    fileprivate init(_ kind: Kind, _ range: YAMLRange, anchor: String? = nil, tag: String? = nil) {
        self.init(kind: kind, anchor: anchor, tag: tag, range: range)
    }
}

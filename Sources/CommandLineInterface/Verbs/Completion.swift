internal import Expression

/// Scripts that complete verbs, options and functions in a shell, made of the tables that the
/// command line is read by.
struct Completion {
    enum Shell: String, CaseIterable { case bash, zsh, fish }

    let verbs: [VerbSpecification]

    func script(for shell: Shell) -> String {
        switch shell {
        case .bash: bash()
        case .zsh: zsh()
        case .fish: fish()
        }
    }

    /// What can stand behind a verb that is neither an option nor a file.
    private func words(of verb: VerbSpecification) -> String {
        let words =
            switch verb.name {
            case "functions": FunctionRegistry.names.filter { $0.allSatisfy(Self.isPlain) }
            case "completion": Shell.allCases.map(\.rawValue)
            case "help": verbs.map(\.name)
            default: [String]()
            }
        return words.joined(separator: " ")
    }

    /// Operators like `||` are none of a shell's words.
    private static func isPlain(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }

    private func takesFile(_ verb: VerbSpecification) -> Bool { verb.arguments.hasPrefix("FILE") }

    private func pattern(_ verb: VerbSpecification, _ separator: String) -> String {
        ([verb.name] + verb.aliases).joined(separator: separator)
    }

    /// In single quotes for bash and zsh.
    private func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "'\\''") + "'"
    }

    // MARK: bash

    private func bash() -> String {
        """
        # Completion of millrace for bash: source <(millrace completion bash)
        _millrace() {
            local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} words= files=
            if [ "$COMP_CWORD" -eq 1 ]; then
                COMPREPLY=($(compgen -W '\(verbs.map(\.name).joined(separator: " "))' -- "$word"))
                return
            fi
            case $verb in

        """ + verbs.map(bashCase).joined() + """
                esac
                COMPREPLY=($(compgen -W "$words" -- "$word"))
                if [ -n "$files" ] && [ "${word#-}" = "$word" ]; then
                    COMPREPLY+=($(compgen -f -- "$word"))
                fi
            }
            complete -o filenames -F _millrace millrace

            """
    }

    private func bashCase(_ verb: VerbSpecification) -> String {
        let options = (verb.options.map { "--" + $0.name } + ["--help"]).joined(separator: " ")
        let files = takesFile(verb) ? " files=1" : ""
        return "    \(pattern(verb, "|"))) words='\(options) \(words(of: verb))'\(files) ;;\n"
    }

    // MARK: zsh

    private func zsh() -> String {
        """
        #compdef millrace
        # Completion of millrace for zsh: millrace completion zsh > ~/.zfunc/_millrace
        _millrace() {
            local -a verbs
            verbs=(

        """ + verbs.map { "        \(quoted("\($0.name):\($0.summary)"))\n" }.joined() + """
                )
                if (( CURRENT == 2 )); then
                    _describe verb verbs
                    return
                fi
                case $words[2] in

            """ + verbs.map(zshCase).joined() + """
                    esac
                }
                _millrace "$@"

                """
    }

    private func zshCase(_ verb: VerbSpecification) -> String {
        var arguments = verb.options.map(zshArgument) + ["'--help[explain the verb]'"]
        let words = words(of: verb)
        if takesFile(verb) { arguments.append("'*:file:_files'") }
        if !words.isEmpty { arguments.append("'*:name:(\(words))'") }
        let lines = arguments.map { " \\\n        \($0)" }.joined()
        return "    \(pattern(verb, "|"))) _arguments\(lines) ;;\n"
    }

    private func zshArgument(_ option: OptionSpecification) -> String {
        // Brackets and colons have a meaning in a specification.
        let docs = option.docs.filter { !"[]:".contains($0) }
        let value = option.value.map { "=[\(docs)]:\($0.replacing(":", with: " ")):" }
        return quoted((option.repeats ? "*--" : "--") + option.name + (value ?? "[\(docs)]"))
    }

    // MARK: fish

    private func fish() -> String {
        var script = """
            # Completion of millrace for fish: millrace completion fish > \
            ~/.config/fish/completions/millrace.fish
            complete -c millrace -f

            """
        for verb in verbs {
            script +=
                "complete -c millrace -n __fish_use_subcommand -a \(verb.name) "
                + "-d \(fishQuoted(verb.summary))\n"
        }
        return script + verbs.map(fishCase).joined()
    }

    private func fishCase(_ verb: VerbSpecification) -> String {
        let head =
            "complete -c millrace -n '__fish_seen_subcommand_from \(pattern(verb, " "))'"
        var lines = verb.options.map { option in
            "\(head) -l \(option.name)\(option.value == nil ? "" : " -r") "
                + "-d \(fishQuoted(option.docs))\n"
        }
        let words = words(of: verb)
        if takesFile(verb) { lines.append("\(head) -F\n") }
        if !words.isEmpty { lines.append("\(head) -a '\(words)'\n") }
        return lines.joined()
    }

    private func fishQuoted(_ text: String) -> String {
        "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
}

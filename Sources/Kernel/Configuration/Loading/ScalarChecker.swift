/// Decides whether a scalar may stand where a shape is demanded.
struct ScalarChecker {
    let shape: ConfigShape
    let scalar: ConfigNode.Scalar

    /// What is wrong with it; nil where nothing is.
    var problem: String? {
        guard !isRight else { return nil }
        let found = ConfigNode(.scalar(scalar)).wording(isSecret: shape.isSecret)
        return "expected \(shape.wording), found \(found)\(hint)"
    }

    private var isRight: Bool {
        let text = scalar.text
        return switch shape {
        case .text, .secret: scalar.form != .plain || !looksLikeSomethingElse
        case .flag: scalar.form != .quoted && ScalarText.flag(text) != nil
        case .integer(let range): scalar.form != .quoted && ScalarText.integer(text).map(range.contains) ?? false
        case .number: scalar.form != .quoted && ScalarText.number(text) != nil
        case .duration: Duration(configText: text) != nil
        case .size: ByteSize(text) != nil && (scalar.form != .quoted || Int(decimalDigits: text) == nil)
        case .choice(let cases): cases.contains(text)
        case .any: true
        case .optional, .list, .dictionary, .mapping: false
        }
    }

    /// YAML's own reading of an unquoted scalar is no text.
    private var looksLikeSomethingElse: Bool {
        ScalarText.flag(scalar.text) != nil || ScalarText.looksLikeNumber(scalar.text)
    }

    private var hint: String {
        let text = scalar.text
        if case .choice(let cases) = shape {
            return NearestName.of(text, among: cases).map { "; did you mean '\($0)'?" } ?? ""
        }
        let unquoted = ConfigNode.Scalar(text: text, form: .plain)
        if scalar.form == .quoted,
            ScalarChecker(shape: shape, scalar: unquoted).isRight
        {
            return "; remove the quotes"
        }
        return switch shape {
        case .flag where ScalarText.looksLikeFlag(text): "; write true or false"
        case .text where scalar.form == .plain, .secret where scalar.form == .plain: "; put it in quotes"
        case .integer where ScalarText.looksLikeNumber(text) && ScalarText.integer(text) == nil:
            "; write decimal digits alone"
        case .list(let element) where scalar.form == .plain && !element.isSecret: "; write [\(ConfigNode.shown(text))]"
        default: ""
        }
    }
}

import CommandOptions
import FileNames
import Testing

@Suite struct OptionLineTests {
  private let options = [
    Option("steps", value: "N", "Steps."),
    Option("style", value: "F", isRepeatable: true, "Styles."),
    Option("upscale", "A flag."),
  ]

  private func line(_ text: String) throws(UsageError) -> OptionLine {
    try OptionLine(Array(text.utf8)[...], options: options)
  }

  private func message(_ text: String) -> String {
    do throws(UsageError) {
      _ = try line(text)
      return ""
    } catch {
      return error.message
    }
  }

  @Test func valuesAreThoseOfACommandLine() throws {
    let read = try line(
      #"{"upscale": true, "steps": [300, 1e2, "60"], "style": ["a.png:2", "ü\n.png"]}"#)
    #expect(read.members.map { $0.name } == ["upscale", "steps", "style"])
    #expect(read.members.map { $0.values } == [[""], ["300,1e2,60"], ["a.png:2", "ü\n.png"]])
    #expect(read.value("steps") == "300,1e2,60")
    #expect(read.value("style") == nil)
    #expect(try line(#"{"upscale":false,"style":[]}"#).members.map { $0.values } == [[], []])
  }

  @Test func aLineGoesBeforeTheCommandLine() throws {
    let command = Command(
      "tool", "Runs.", usage: "FILE", arguments: 1...1, groups: [OptionGroup("Work", options)])
    let typed = try ParsedArguments(
      ["a", "--steps", "7", "--style", "x", "--style", "y", "--upscale"], for: command)
    let read = try line(#"{"style":"z","upscale":false}"#)
    let both = typed.replacing(arguments: ["b"], options: read.members)
    #expect(both.positional == ["b"])
    #expect(both.paths("style") == ["z"])
    #expect(both.text("steps") == "7")
    #expect(!both.has("upscale") && typed.has("upscale"))
  }

  @Test(arguments: [
    ("", "at column 1 an object is missing"), ("[]", "at column 1 an object is missing"),
    (#"{"stpes":3}"#, "at column 10 'stpes' is no option of a line; did you mean \"steps\"?"),
    (#"{"steps":true}"#, "at column 10 \"steps\" is a text, a number or a list of them"),
    (#"{"steps":null}"#, "at column 10 \"steps\" is a text, a number or a list of them"),
    (#"{"steps":{}}"#, "at column 10 \"steps\" is a text, a number or a list of them"),
    (#"{"style":[["a"]]}"#, "at column 10 \"style\" is a text, a number or a list of them"),
    (#"{"upscale":1}"#, "at column 12 \"upscale\" is true or false"),
    (#"{"upscale":null}"#, "at column 12 \"upscale\" is true or false"),
    (#"{"style":"a\u0000b"}"#, "at column 20 a text has a zero character"),
    (#"{"steps":1,"steps":2}"#, "at column 12 \"steps\" is there twice"),
    (#"{"steps":1} {}"#, "at column 13 the end is missing"),
  ])
  func otherLines(text: String, wanted: String) {
    #expect(message(text) == wanted)
  }
}

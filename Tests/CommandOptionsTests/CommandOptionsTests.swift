@testable import CommandOptions
import FileNames
import TestSupport
import Testing

@Suite(.serialized) struct CommandOptionsTests {
  private let command = Command(
    "tool run", "Runs.", usage: "FILE", arguments: 1...2,
    groups: [
      OptionGroup(
        "Work",
        [
          Option(
            "steps", value: "N", "How many steps are made before the result is written to disk."),
          Option("output", letter: "o", value: "FILE", "Where to."),
          Option("image", value: "FILE", isRepeatable: true, "A picture."),
          Option("quiet", letter: "q", "Says nothing."),
          Option("help", letter: "h", "This text."),
        ])
    ])

  private func message(_ words: [FilePath]) -> String {
    do throws(UsageError) {
      let arguments = try ParsedArguments(words, for: command)
      _ = try arguments.integer("steps", in: 1...100)
      return ""
    } catch {
      return error.message
    }
  }

  @Test func optionsMixWithArguments() throws {
    let arguments = try ParsedArguments(
      ["a", "--steps=7", "-o", "-x.png", "-q", "--image", "1", "--image", "2", "--", "--b"],
      for: command)
    #expect(arguments.positional == ["a", "--b"])
    #expect(try arguments.integer("steps", in: 1...10) == 7)
    #expect(arguments.text("output") == "-x.png")
    #expect(arguments.has("quiet"))
    #expect(arguments.paths("image") == ["1", "2"])
  }

  @Test func mistakesAreNamedWithAHint() {
    #expect(message(["a", "--stpes", "3"]) == "unknown option --stpes; did you mean --steps?")
    #expect(message(["a", "--steps"]) == "--steps needs a value: --steps N")
    #expect(message(["a", "-o"]) == "-o needs a value: -o FILE")
    #expect(message(["a", "--quiet=1"]) == "--quiet takes no value")
    #expect(message(["a", "--steps", "x"]) == "--steps is a whole number from 1 to 100, not 'x'")
    #expect(message(["a", "--steps", "-1"]) == "--steps is a whole number from 1 to 100, not '-1'")
    #expect(
      message(["a", "--steps", "1", "--steps", "2"]) == "--steps is given twice; give it once")
    #expect(message(["a", "-z"]) == "unknown option -z; --help lists the options")
    #expect(message([]) == "FILE is missing; usage: tool run FILE")
    #expect(
      message(["a", "b", "c"]) == "'c' is one argument too many; did you mean --output c?")
    #expect(
      message(["a", "b", "c", "-o", "d"])
        == "'c' is one argument too many; usage: tool run FILE")
    #expect(message(["--help"]) == "")
  }

  @Test func whatWasMeantIsSaid() throws {
    let cases = [
      (["a", "-output", "b"], "-output is read as -o 'utput'; did you mean --output?"),
      (["a", "-outptu=b"], "-outptu=b is read as -o 'utptu=b'; did you mean --output?"),
      (["a", "-quiet"], "unknown option -quiet; did you mean --quiet?"),
      (["a", "-steps", "3"], "unknown option -steps; did you mean --steps?"),
      (["a", "--quiet", "-steps=3"], "unknown option -steps; did you mean --steps?"),
      (["--quiet", "-z"], "unknown option -z; --help lists the options"),
      (
        ["a", "-o", "--steps", "3"], "--output needs a value: --output FILE; '--steps' is an option"
      ),
      (["a", "--output", "-q"], "--output needs a value: --output FILE; '-q' is an option"),
      (
        ["a", "--", "--steps", "3"],
        "'--steps' stands after --, which ends the options; put options before it"
      ),
      (["a", "--OUTPUT", "b"], "unknown option --OUTPUT; did you mean --output?"),
      (["a", "--iterations", "3"], "unknown option --iterations; did you mean --steps?"),
      (["a", "-num_iterations", "3"], "unknown option -num_iterations; did you mean --steps?"),
      (["a", "--tv-weight", "3"], "unknown option --tv-weight; --help lists the options"),
      (["a", "--colour"], "unknown option --colour; --help lists the options"),
    ]
    for (words, wanted) in cases { #expect(message(words.map { FilePath($0) }) == wanted) }
    // Values that only look so.
    for (words, wanted) in [
      (["a", "-oout.png"], "out.png"), (["a", "-o", "-x.png"], "-x.png"),
      (["a", "-o", "./--steps"], "./--steps"), (["a", "--output=--steps"], "--steps"),
      (["a", "--output=-q"], "-q"), (["a", "-o-"], "-"), (["a", "-o", "-"], "-"),
    ] {
      #expect(
        try ParsedArguments(words.map { FilePath($0) }, for: command).text("output") == wanted,
        "\(words)")
    }
    func choice(_ word: String) -> String {
      do throws(UsageError) {
        _ = try ParsedArguments(["a", "--steps", FilePath(word)], for: command)
          .choice("steps", among: ["average", "max"])
        return ""
      } catch {
        return error.message
      }
    }
    #expect(choice("avrage") == "--steps is average or max, not 'avrage'; did you mean average?")
    #expect(choice("AVG") == "--steps is average or max, not 'AVG'")
    #expect(choice("Max") == "--steps is average or max, not 'Max'; did you mean max?")
  }

  @Test func missingArgumentsAreNamed() {
    let pair = Command(
      "tool", "", usage: "CONTENT STYLE -o OUT", arguments: 2...2, groups: command.groups)
    for (words, wanted) in [([], "CONTENT and STYLE are missing"), (["a"], "STYLE is missing")] {
      do throws(UsageError) {
        _ = try ParsedArguments(words.map { FilePath($0) }, for: pair)
        Issue.record("an argument is missing")
      } catch {
        #expect(error.message == wanted + "; usage: tool CONTENT STYLE -o OUT")
      }
    }
  }

  @Test func narrowTerminalsKeepWhatFits() {
    let texts = ["step 3/200  total 1  12 s left", "step 3/200  12 s left", "12 s left"]
    for (columns, wanted) in [
      (80, texts[0]), (30, texts[0]), (29, texts[1]), (21, texts[1]), (20, texts[2]), (4, "12 s"),
    ] {
      #expect(ProgressLine.fitting(texts, columns: columns) == wanted)
    }
  }

  @Test func sizesAreInPowersOf1024() throws {
    for (text, bytes) in [
      ("512K", 524_288), ("64M", 67_108_864), ("1.5g", 1_610_612_736), ("4096", 4096),
      ("64MB", 67_108_864), ("64mib", 67_108_864), ("2KiB", 2048), ("1T", 1_099_511_627_776),
    ] {
      #expect(
        try ParsedArguments(["a", "--steps", FilePath(text)], for: command).bytes("steps") == bytes)
    }
    for text in [
      "", "M", "2000T", "-1K", "7", "64", "1B", "1iB", "1MBB", "1MM", "1Ki", "1e", "M1", "inf",
      "nan", "1e400", "0x10", "1 K", "9999999G",
    ] {
      let arguments = try ParsedArguments(["a", "--steps", FilePath(text)], for: command)
      #expect(throws: UsageError.self) { try arguments.bytes("steps") }
    }
  }

  @Test func helpIsStable() {
    #expect(
      command.help == """
        Runs.

        Usage: tool run FILE

        Work:
              --steps N               How many steps are made before the result is
                                      written to disk.
          -o, --output FILE           Where to.
              --image FILE            A picture.
          -q, --quiet                 Says nothing.
          -h, --help                  This text.

        Exit status: 0 done, 1 failed, 2 stopped with the work saved, 64 wrong usage.

        """)
    let judge = Command("judge", "Judges.", usage: "", arguments: 0...0, verdict: "no", groups: [])
    #expect(judge.help.hasSuffix(", 64 wrong usage,\n3 no.\n"))
  }

  @Test func arbitraryWordsNeverTrap() {
    var random = TestRandom("arbitraryWordsNeverTrap")
    let pieces = [
      "-", "--", "o", "steps", "=", "x", "-q", "--steps", "\u{e9}", "", ":", "?", "--im", "-oq",
      "\n",
    ]
    for _ in 0..<5000 {
      let words = (0..<random.next() % 5).map { _ in
        FilePath(
          (0..<random.next() % 4).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }
            .joined())
      }
      _ = message(words)
    }
  }

  @Test func jsonEscapesAndKeepsOrder() {
    var object = JSONObject()
    object.add("b", "a\"\\\n\u{1}é")
    object.add("a", 0.1)
    object.add("n", Double.nan)
    object.add("l", [1, 2])
    object.add("t", true)
    #expect(
      object.text == "{\"b\":\"a\\\"\\\\\\n\\u0001é\",\"a\":0.1,\"n\":null,\"l\":[1,2],\"t\":true}")
  }

  @Test func documentsAreTables() {
    var (document, run, sample, place) = (JSONObject(), JSONObject(), JSONObject(), JSONObject())
    document.add("steps", 3)
    document.add("interval", [-0.5, 1])
    run.add("name", "int8, \"a\"")
    sample.add("step", 2)
    sample.add("total", Double.nan)
    run.add("costs", [sample])
    place.add("layer", "conv1_1")
    place.add("ok", true)
    run.add("worst", place)
    document.add("runs", [JSONObject(), run])
    let name = "\"int8, \"\"a\"\"\""
    #expect(
      document.table == """
        section,entry,run,layer,step,figure,value
        ,,,,,steps,3
        ,0,,,,interval,-0.5
        ,1,,,,interval,1.0
        runs,1,\(name),,,name,\(name)
        runs.costs,1.0,\(name),,2,step,2
        runs.costs,1.0,\(name),,2,total,
        runs.worst,1,\(name),conv1_1,,layer,conv1_1
        runs.worst,1,\(name),conv1_1,,ok,true

        """)
  }

  /// From FIPS 180-4's examples and NIST's long-message vectors.
  @Test func hashesOfTheStandard() {
    func hash(_ text: String) -> String { SHA256.digest(Array(text.utf8).span.bytes) }
    #expect(hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    #expect(
      hash(String(repeating: "a", count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func hashesInPiecesAreTheSame() {
    var random = TestRandom("hashesInPiecesAreTheSame")
    for count in [1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000] {
      let bytes = random.bytes(count)
      var hash = SHA256()
      for piece in stride(from: 0, to: count, by: 7) {
        hash.update(bytes.span.extracting(piece..<min(piece + 7, count)).bytes)
      }
      #expect(hash.digest() == SHA256.digest(bytes.span.bytes))
    }
  }

  @Test func numbersForPeople() {
    #expect(Format.duration(4.24) == "4.2 s")
    #expect(Format.duration(187) == "3 m 07 s")
    #expect(Format.duration(7500) == "2 h 05 m")
    #expect(Format.duration(.infinity) == "?")
    #expect(Format.shortDuration(1.1e-5) == "0.0110 ms")
    #expect(Format.shortDuration(0.0123) == "12.3 ms")
    #expect(Format.shortDuration(0.85) == "850 ms")
    #expect(Format.shortDuration(1.1) == "1.1 s")
    #expect(
      [312.4, 45.06, 1.2, 0.0426, 0.3].map { Format.digits($0) }
        == ["312", "45.1", "1.20", "0.0426", "0.300"])
    #expect(Format.count(1, "step") + Format.count(0, "step") == "1 step0 steps")
    #expect(Format.bytes(1023) == "1023 B")
    #expect(Format.bytes(64_278_069) == "61.3 MiB")
    #expect(Console.oneLine("a\nb\u{7f}") == "a\\x0Ab\\x7F")
    #expect(Console.oneLine("a\0b") == "a\\x00b")
  }
}

/** JSON and URIs that are nearly right. */
import fc, { type Arbitrary } from "fast-check";
import { oddText } from "./grammar.js";

const uriCharacter = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(..."abAZ019") },
  { weight: 3, arbitrary: fc.constantFrom(..."://?#[]@%.-_~!$&'()*+,;= <>\"\\^`{|}") },
  { weight: 1, arbitrary: fc.constantFrom("%41", "%zz", "%25", "é", "\u0001", "\ud800") },
);

/** Nearly a URI. */
export const uriText: Arbitrary<string> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("", "http", "http://", "https://", "HTTP://", "a:", "//", "/", "1a://"),
      fc.constantFrom("", "u@", "u:p@", "[::1]", "[fe80::1%25en0]", "host", "h:1", "h:x"),
      fc.string({ unit: uriCharacter, maxLength: 12 }),
    )
    .map((parts) => parts.join("")),
  oddText,
);

const number = fc.oneof(
  fc.constantFrom(
    "0",
    "-0",
    "1",
    "1e400",
    "-1e-400",
    "3.4028236e38",
    "1.00000005960464477539",
    "01",
  ),
  fc.stringMatching(/^-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?$/),
);
const value = fc.oneof(
  number,
  uriText.map((text) => JSON.stringify(text)),
  fc.constantFrom("null", "true", "[]", "{}", '"\\ud800"', '"\\x"', '"', "[{}]", ""),
);
const key = fc.constantFrom(
  "address",
  "Address",
  "ADDRE\u017f\u017f",
  "score",
  "\u017fcore",
  "SCORE",
  "x",
  "__proto__",
  "model_id",
  "Model_ID",
  "pipeline",
  "PIPELINE",
  "minVersion",
  "minver\u017fion",
  "MINVERSION",
);
const pipeline = fc.constantFrom('"upscale"', '"llm"', '"text-to-image"', '"nope"', "null");
const member = fc.oneof(
  fc.tuple(key, value).map(([name, text]) => `${JSON.stringify(name)}:${text}`),
  fc
    .tuple(fc.constantFrom("pipeline", "Pipeline"), pipeline)
    .map(([name, text]) => `"${name}":${text}`),
  fc.constantFrom('"model_id":"m"', '"minVersion":"1.0"', '"address":"https://h:1"', '"score":1'),
);
const element = fc.oneof(
  { weight: 6, arbitrary: fc.array(member, { maxLength: 6 }).map((all) => `{${all.join(",")}}`) },
  { weight: 1, arbitrary: value },
);

/** Nearly a list of objects, as bodies and flags hold them. */
export const jsonText: Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.array(element, { maxLength: 4 }).map((all) => `[${all.join(",")}]`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("\ufeff", " \t\r\n", "\u00a0", "[", ""), value, oddText)
      .map((parts) => parts.join("")),
  },
);

import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/core/errors.js";
import { parseNetwork } from "../../../src/sim/network/network-file.js";
import { allRegions } from "../../support/sim/data-files.js";

const HEADER =
  "address,name,serviceUri,stakeLpt,pricePerUnit,pixelsPerUnit,version,imputed,rtMs_FRA,success_FRA";
const A = `0x${"a".repeat(40)}`;
const B = `0x${"b".repeat(40)}`;
const ROW = `${A},one.eth,https://one.invalid:8935,12.5,7,2,0.8.10,price|stake,431.5,0.977778`;

const parse = (...lines: readonly string[]) =>
  parseNetwork({ name: "net.csv", text: `${lines.join("\n")}\n` }, allRegions);

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return `${error.code} ${error.message}`;
    throw error;
  }
  return "no error";
}

describe("parseNetwork", () => {
  it("reads exact stakes and prices, names, flags and leaderboard rows", () => {
    const [one] = parse(HEADER, ROW);
    expect(one).toMatchObject({
      address: A,
      name: "one.eth",
      serviceUri: "https://one.invalid:8935",
      pricePerUnit: 7n,
      pixelsPerUnit: 2n,
      version: "0.8.10",
      leaderboard: [{ region: 0, successRate: 0.977778, roundTripMs: 431.5 }],
    });
    expect(one?.stakeLpt.toString()).toBe("25/2");
    expect([...(one?.imputed ?? [])]).toEqual(["price", "stake"]);
  });

  it("keeps 'no row' and 'nothing came back' apart", () => {
    const [none, silent] = parse(
      HEADER,
      `${A},,https://one.invalid,1,1,1,,,,`,
      `${B},,https://two.invalid,1,1,1,,,,0`,
    );
    expect(none?.name).toBeNull();
    expect(none?.version).toBeNull();
    expect(none?.leaderboard).toEqual([]);
    expect(silent?.leaderboard).toEqual([{ region: 0, successRate: 0, roundTripMs: null }]);
  });

  it("accepts addresses in any case and carriage returns", () => {
    const upper = ROW.replace(A, `0x${"A".repeat(40)}`);
    expect(parse(`${HEADER}\r`, `${upper}\r`)[0]?.address).toBe(A);
  });

  const cells = ROW.split(",");
  const withCell = (at: number, text: string) =>
    cells.map((cell, index) => (index === at ? text : cell)).join(",");
  it.each([
    ["address", [HEADER, withCell(0, "0x12")], 'net.csv:2:1: "0x12", expected an address'],
    ["URI", [HEADER, withCell(2, "http://a")], 'net.csv:2:52: "http://a", expected an https'],
    ["stake", [HEADER, withCell(3, "-1")], 'net.csv:2:77: "-1", expected a stake'],
    ["NaN", [HEADER, withCell(3, "NaN")], 'net.csv:2:77: "NaN", expected a stake'],
    ["price", [HEADER, withCell(4, "1.5")], 'net.csv:2:82: "1.5", expected a whole number'],
    ["unit", [HEADER, withCell(5, "0")], "expected a whole number of at least 1"],
    ["flag", [HEADER, withCell(7, "fee")], '"fee", expected stake, price or response'],
    ["round trip", [HEADER, withCell(8, "fast")], '"fast", expected a number from 1 to 600000'],
    ["success", [HEADER, withCell(9, "1.2")], '"1.2", expected a number from 0 to 1'],
    ["pair", [HEADER, withCell(9, "")], "a round trip without a success rate"],
    ["other pair", [HEADER, withCell(8, "")], "a success rate above 0 without a round trip"],
    ["duplicate", [HEADER, ROW, ROW], `net.csv:3:1: ${A} stands in line 2 already`],
    ["cells", [HEADER, `${ROW},1`], "net.csv:2:1: 11 cells, expected 10"],
    ["column", [HEADER.replace("name", "nom"), ROW], 'net.csv:1:1: no column "name"'],
    ["unknown column", [`${HEADER},fee`, `${ROW},1`], 'net.csv:1:98: unknown column "fee"'],
    ["region", [HEADER.replaceAll("FRA", "XXX"), ROW], '"XXX" is no code of the regions'],
    ["half a pair", [HEADER.replace("rtMs_FRA", "rtMs_LON"), ROW], 'no column "success_LON"'],
    ["twice", [`${HEADER},name`, `${ROW},x`], 'column "name" stands twice'],
    ["empty", [""], "net.csv:1:1: empty"],
    ["no rows", [HEADER], "no orchestrators"],
    ["open quote", [HEADER, `"${ROW}`], "a quoted cell has no end on this line"],
    ["binary", [HEADER, "\0\0"], "binary data"],
    ["too long", [HEADER, "x".repeat(5_000_000)], "expected at most 4000000"],
    ["too many", [HEADER, ...new Array<string>(5001).fill(ROW)], "expected at most 5000"],
  ])("says where a file is wrong: %s", (_, lines, expected) => {
    const message = messageOf(() => parse(...lines));
    expect(message).toMatch(/^DATA_FILE_INVALID net\.csv:\d+:\d+: /);
    expect(message).toContain(expected);
    expect(message.length).toBeLessThan(400);
  });
});

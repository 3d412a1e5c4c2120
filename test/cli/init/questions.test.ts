/** The questions of `poolsim init`: answers make a scenario that loads, wrong ones are asked again. */
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { ask } from "../../../src/cli/init/ask.js";
import { questions, starterWith } from "../../../src/cli/init/questions.js";
import { STARTER } from "../../../src/cli/init/starter.js";
import { loadScenario } from "../../../src/sim/scenario/load.js";

const ADDRESS = "0x525419ff5707190389bfb5c87c375d710f5fcb0e";
const KNOWN = {
  regions: new Set(["FRA", "SIN"]),
  devices: new Set(["t4", "gtx1060"]),
  orchestrators: new Set([ADDRESS, "vires-in-numeris.eth"]),
};

/** Types lines, each when it is asked for. */
async function typed(...lines: readonly string[]) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let said = "";
  const left = [...lines];
  output.on("data", (data) => {
    said += String(data);
    if (!/\] $/.test(String(data))) return;
    const line = left.shift();
    if (line === undefined) input.end();
    else input.write(`${line}\n`);
  });
  const answers = await ask(questions(KNOWN), { input, output });
  return { answers, said };
}

describe("the questions of init", () => {
  it("give the starter itself where nothing is answered", async () => {
    const { answers } = await typed("", "", "", "", "", "");
    expect(starterWith(answers)).toBe(STARTER);
  });

  it("leave it to the program how many replications there are, and how long each is", async () => {
    const { answers } = await typed("", "", "", "", "", "");
    const text = starterWith(answers);
    const loaded = loadScenario("scenario.yaml", { readFile: () => Buffer.from(text) });
    expect(loaded.isLengthOpen).toBe(true);
    expect(loaded.base.scenario.replications).toBe("auto");
  });

  it("make a scenario that loads, with the answers in it", async () => {
    const { answers } = await typed("east", "SIN", "20000 LPT", "12", "t4", "900 ms");
    const text = starterWith(answers);
    const { base, variants } = loadScenario("scenario.yaml", { readFile: () => Buffer.from(text) });
    expect(base.scenario.orchestrator).toMatchObject({
      name: "east",
      region: "SIN",
      stakeLpt: 20_000,
    });
    expect(base.scenario.workers).toMatchObject([
      { count: 12, device: "t4" },
      { name: "candidate", roundTripMs: 900 },
    ]);
    expect(variants.map(({ name }) => name)).toEqual(["without", "with"]);
  });

  it.each([ADDRESS, ADDRESS.toUpperCase().replace("0X", "0x"), "Vires-in-Numeris.eth"])(
    "take stake and price from the network by %s",
    async (stake) => {
      const { answers } = await typed("mine", "FRA", stake, "4", "400", "2000");
      const text = starterWith(answers);
      const { base } = loadScenario("scenario.yaml", { readFile: () => Buffer.from(text) });
      const { orchestrator, network } = base.scenario;
      expect(orchestrator).toMatchObject({ address: ADDRESS, stakeLpt: 1_969_960.093709 });
      expect(orchestrator?.stakeShare).toBeUndefined();
      expect(text).not.toContain("pricePerUnit");
      expect(network.exclude).toEqual([ADDRESS]);
    },
  );

  it("ask again for an address that the network does not have", async () => {
    const unknown = `0x${"12".repeat(20)}`;
    const { answers, said } = await typed("mine", "FRA", unknown, "nobody.eth", "5 %", "", "", "");
    expect(answers.stake).toBe("5 %");
    expect(said).toContain(`${unknown} is none of its 2 addresses and names`);
    expect(said).toContain("nobody.eth is none of");
  });

  it("are asked again where the answer is wrong, with what was expected", async () => {
    const { answers, said } = await typed(
      "a b",
      "east",
      "XXX",
      "FRA",
      "-1",
      "0.5%",
      "0",
      "3",
      "fast",
      "1",
      "t4",
    );
    expect(answers).toMatchObject({
      region: "FRA",
      stake: "0.5%",
      workers: "3",
      worker: "1",
      candidate: "t4",
    });
    expect(said).toContain("expected one of FRA, SIN");
    expect(said).toContain("expected a share such as 5 %");
    expect(said).toContain("expected ms such as 400, or one of t4, gtx1060");
    expect(starterWith(answers)).toContain("stakeShare: 0.005 # or stakeLpt");
  });

  it("end when there are no more answers", async () => {
    await expect(typed("east")).rejects.toThrow();
  });
});

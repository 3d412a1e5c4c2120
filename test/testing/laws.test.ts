import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { FILE_FIELDS } from "../../src/config/registry.js";
import { Rational } from "../../src/core/rational.js";
import { HardcodedSource } from "../../src/discovery/index.js";
import { byWeights } from "../../src/pool/books/attribution/by-weights.js";
import { perJob } from "../../src/pool/books/attribution/per-job.js";
import type { AttributionScheme } from "../../src/pool/books/attribution/scheme.js";
import { slidingWindow } from "../../src/pool/books/attribution/sliding-window.js";
import { filesSource } from "../../src/pool/books/sources/files.js";
import { eventSource } from "../../src/pool/books/sources/source.js";
import {
  type AdmissionConfig,
  AdmitEveryone,
  admitted,
  createAdmission,
  parseAdmission,
} from "../../src/pool/index.js";
import { createSelection, SELECTION_ALGORITHMS } from "../../src/selection/index.js";
import { loadExtensions } from "../../src/sim/index.js";
import {
  admissionLaws,
  type ContractCase,
  eventSourceLaws,
  orchestratorSourceLaws,
  schemeLaws,
  selectionLaws,
} from "../../src/testing/index.js";
import { NOW_MS } from "../support/books/books.js";
import { ALICE, BOB, list, transcode } from "../support/books/events.js";

const EXAMPLE = fileURLToPath(new URL("../../examples/extension/extension.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "poolsim-laws-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const regions = { names: ["FRA", "NYC"], rttMs: [2, 80] };
const one = Rational.ONE;
const weights = { duration: one, pixels: Rational.of(1n, 1_000_000n), renditions: one };

function obeyed(laws: readonly ContractCase[]): void {
  it.each(laws.map((law) => [law.name, law] as const))("%s", async (_name, { run }) => {
    await run();
  });
}

/** The names of the laws that something breaks. */
async function broken(laws: readonly ContractCase[]): Promise<string[]> {
  const names: string[] = [];
  for (const { name, run } of laws) {
    try {
      await run();
    } catch (error) {
      expect(error).toMatchObject({ name: "AssertionError" });
      names.push(name);
    }
  }
  return names;
}

const POLICIES: Readonly<Record<string, AdmissionConfig>> = {
  none: {},
  list: { exclude: ["worker-2"] },
  sessionCap: { sessionCap: { "worker-1": 2, "worker-3": 0 } },
  benchmark: { benchmark: { limitMs: 1500 } },
  tier: { tier: { slowMs: 1000 } },
  perRegion: { perRegion: { limitMs: { FRA: 1500, NYC: 1000 } } },
  probation: { probation: { limitMs: 1500, segments: 5 } },
  rolling: parseAdmission({ rolling: {} }),
  reconnectPenalty: { reconnectPenalty: { wait: 60_000 } },
  all: {
    tier: { slowMs: 1000 },
    benchmark: { limitMs: 1900 },
    probation: { limitMs: 1500 },
    reconnectPenalty: { wait: 60_000 },
  },
};

describe.each(Object.entries(POLICIES))("admission policy %s", (_name, config) => {
  obeyed(admissionLaws(() => createAdmission(config, regions)));
});

describe.each(SELECTION_ALGORITHMS.own.map(({ name }) => name))("selection %s", (name) => {
  obeyed(selectionLaws(() => createSelection(name, { flags: {} })));
});

describe.each([perJob, byWeights(weights), slidingWindow({ weights, rounds: 3 })])(
  "scheme $name",
  (scheme) => obeyed(schemeLaws(() => scheme)),
);

describe("event source files", () => {
  const paths = [join(folder, "files")];
  mkdirSync(join(folder, "files"));
  writeFileSync(join(folder, "files", "1.json"), list(transcode(ALICE, 8n), transcode(BOB, 8n)));
  writeFileSync(join(folder, "files", "2.json"), list(transcode(ALICE, 9n)));
  obeyed(eventSourceLaws((name) => filesSource({ name, paths }), { events: 3, nowMs: NOW_MS }));
});

describe("the example's", async () => {
  const [example] = await loadExtensions([EXAMPLE]);
  const [rest] = example?.admission ?? [];
  const [cheapest] = example?.selection ?? [];
  const settings = rest?.settings(FILE_FIELDS).parse({ limitMs: 1000 });
  describe("policy", () => {
    obeyed(admissionLaws(() => rest?.create(settings, regions) ?? new AdmitEveryone()));
  });
  describe("scheme", () => {
    const [evenly] = example?.attribution ?? [];
    obeyed(schemeLaws(() => evenly?.create({ renditions: 2 }) ?? perJob));
  });
  describe("source of orchestrators", () => {
    const file = join(folder, "orchestrators.txt");
    writeFileSync(file, "# ours\nhttps://a.example:8935 1\nb.example:8935\nhttp://[::1\n");
    const [inventory] = example?.orchestratorSources ?? [];
    const make = () =>
      inventory?.create(inventory.settings(FILE_FIELDS).parse({ inventory: file }), {});
    const open = async () => (await make()) ?? new HardcodedSource({ orchAddr: "" });
    obeyed(orchestratorSourceLaws(open));
    it("drops what is no endpoint, and keeps the others", async () => {
      const wrong = join(folder, "wrong.txt");
      writeFileSync(wrong, "https://a.example:8935 high\nhttps://b.example:8935 1\n");
      const source = await inventory?.create({ inventory: wrong }, {});
      const { endpoints, dropped } = (await source?.list()) ?? {};
      expect(endpoints?.map(({ uri }) => uri)).toEqual(["https://b.example:8935"]);
      expect(dropped).toMatchObject([
        { uri: "https://a.example:8935", rule: "D-2", detail: expect.stringMatching(/^score: /) },
      ]);
    });
    it("drops what is no address", async () => {
      const { endpoints, dropped } = await (await open()).list();
      expect(endpoints.map(({ uri, score }) => [uri, score])).toEqual([
        ["https://a.example:8935", 1],
        ["https://b.example:8935", 0],
      ]);
      expect(dropped).toMatchObject([{ uri: "http://[::1" }]);
    });
  });
  describe("source of events", () => {
    const file = join(folder, "events.log");
    const events = [transcode(ALICE, 8n), transcode(BOB, 8n), transcode(ALICE, 9n)];
    writeFileSync(file, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
    const [journal] = example?.eventSources ?? [];
    const labels = { nodeType: "transcode", region: "eu" };
    obeyed(
      eventSourceLaws(
        (name) => {
          const context = { env: {}, where: "journal" };
          const reader = journal?.create({ journal: file }, context);
          return reader === undefined
            ? filesSource({ name, paths: [], ...labels })
            : eventSource("journal", { name, ...labels }, reader);
        },
        { events: 3, nowMs: NOW_MS },
      ),
    );
  });
  describe("algorithm", () => {
    const make = () => cheapest?.create({ tolerance: 0.5 }, { flags: {} });
    obeyed(selectionLaws(() => make() ?? { select: () => Number.NaN }));
  });
});

describe("laws are broken by", () => {
  it("schemes that lose value, depend on order, or pay for nothing", async () => {
    const skewed =
      (change: (scheme: AttributionScheme) => AttributionScheme["attribute"]) => () => ({
        ...perJob,
        attribute: change(perJob),
      });
    const loses = skewed((scheme) => (input) => ({
      ...scheme.attribute(input),
      commissionWei: 0n,
    }));
    expect(await broken(schemeLaws(loses))).toEqual([expect.stringMatching(/^conserves/)]);
    const first = skewed(() => ({ works, incomeWei: _ }) => {
      const wei = works.reduce((sum, { feesWei }) => sum + feesWei, 0n);
      const [work] = works;
      const shares = work === undefined || wei === 0n ? [] : [{ worker: work.worker, wei }];
      return { shares, commissionWei: 0n, unattributedWei: 0n };
    });
    expect(await broken(schemeLaws(first))).toEqual([
      expect.stringMatching(/order/),
      expect.stringMatching(/nothing for nothing/),
    ]);
  });

  it("algorithms that name strangers, ignore prices, draw twice or remember", async () => {
    const laws = (select: Parameters<typeof selectionLaws>[0]) => broken(selectionLaws(select));
    expect(await laws(() => ({ select: () => 7 }))).toHaveLength(2);
    const dear = {
      select: ({ recipients }: { recipients: readonly number[] }) => recipients[0] ?? -1,
    };
    expect(await laws(() => dear)).toEqual([expect.stringMatching(/maximum price/)]);
    expect(await broken(selectionLaws(() => dear, { mayIgnoreMaxPrice: true }))).toEqual([]);
    const twice = { select: (_: unknown, draw: () => number) => Math.min(-1, draw() + draw()) };
    expect(await laws(() => twice)).toEqual([expect.stringMatching(/at most one/)]);
    const remembers = () => {
      let calls = 0;
      const live = createSelection("live", { flags: {} });
      return {
        select: (...given: Parameters<typeof live.select>) =>
          calls++ > 1 ? -1 : live.select(...given),
      };
    };
    expect(await laws(remembers)).toEqual([expect.stringMatching(/remembers/)]);
  });

  it("policies that give too much, roll dice, or change when asked", async () => {
    class Generous extends AdmitEveryone {
      override onRegister = () => admitted(99, "come in");
    }
    expect(await broken(admissionLaws(() => new Generous()))).toEqual([
      expect.stringMatching(/as are offered/),
    ]);
    let dice = 0;
    class Dice extends AdmitEveryone {
      override mayServe = () => {
        dice = (dice * 5 + 3) % 16;
        return dice > 7;
      };
    }
    expect(await broken(admissionLaws(() => new Dice()))).toContainEqual(
      expect.stringMatching(/same history/),
    );
    class Shy extends AdmitEveryone {
      #asked = 0;
      override mayServe = () => this.#asked++ < 50;
    }
    expect(await broken(admissionLaws(() => new Shy()))).toEqual([
      expect.stringMatching(/being asked/),
    ]);
    class Deaf extends AdmitEveryone {
      #segments = 0;
      override onSegment = () => void this.#segments++;
      override mayServe = () => this.#segments < 10;
    }
    expect(await broken(admissionLaws(() => new Deaf()))).toEqual([
      expect.stringMatching(/reads segments/),
    ]);
  });
});

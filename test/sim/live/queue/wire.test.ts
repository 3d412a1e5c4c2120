/** What travels through a queue is read back as it was, and anything else is not read at all. */
import { readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../../src/core/errors.js";
import { UnitKeys } from "../../../../src/sim/kept/key.js";
import { inputBytes, inputOf, UNIT_JOB } from "../../../../src/sim/live/queue/wire.js";
import { loadScenario } from "../../../../src/sim/scenario/load.js";
import { loadText, POOL } from "../../../support/sim/fake-simulate.js";

const keys = new UnitKeys({ code: "a", node: "22" });
const reader = { extensions: [], keys };
const { base } = loadText(POOL);
const HASH = keys.ofInput(base);

/** An input as it is written, changed. */
function changed(change: (written: Record<string, unknown>) => void): Uint8Array {
  const { scenario } = base;
  const written = { form: 1, scenario, data: structuredClone(base.data), extensions: [] };
  change(written);
  return gzipSync(JSON.stringify(written));
}

function refusal(bytes: Uint8Array, hash = HASH): string {
  try {
    inputOf(bytes, hash, reader);
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error instanceof InputError ? `${error.code} ${error.message}` : "";
  }
}

describe("an input", () => {
  it.each(readdirSync("scenarios").filter((name) => name.endsWith(".yaml")))(
    "of %s is read as it was",
    (file) => {
      const input = loadScenario(`scenarios/${file}`).variants.at(-1)?.input ?? base;
      const read = inputOf(inputBytes(input, []), keys.ofInput(input), reader);
      expect(JSON.stringify(read.scenario)).toBe(JSON.stringify(input.scenario));
      expect(read.data).toEqual(input.data);
    },
  );

  it("at any other demand is read as it was", () => {
    const loaded = loadText(POOL);
    for (const factor of [1 / 3, 1e-9, Math.SQRT2, 99.99999999999999]) {
      const input = loaded.withSettings("with", [["assumptions.loadScale", factor]]);
      const read = inputOf(inputBytes(input, []), keys.ofInput(input), reader);
      expect(read.scenario).toEqual(input.scenario);
    }
  });

  it("that is another, changed, or none is not read", () => {
    const bytes = inputBytes(base, []);
    expect(refusal(bytes)).toBe("");
    expect(refusal(bytes, "0".repeat(64))).toContain("not the one that its hash says");
    expect(refusal(bytes.subarray(0, bytes.length - 9))).toBe("QUEUE_UNIT a unit's input is none");
    expect(refusal(new Uint8Array())).toContain("is none");
    expect(refusal(gzipSync("null"))).toContain("is none");
    const none = "QUEUE_UNIT a unit's input is none";
    for (const change of [
      (written: Record<string, unknown>) => Object.assign(written, { form: 2 }),
      (written: Record<string, unknown>) => Object.assign(written, { path: "/etc/passwd" }),
      (written: Record<string, unknown>) =>
        Object.assign(written, { data: { ...base.data, network: { name: "a/b", text: "" } } }),
      (written: Record<string, unknown>) =>
        Object.assign(written, { data: { ...base.data, network: { path: "/etc/passwd" } } }),
      (written: Record<string, unknown>) => Object.assign(written, { extensions: ["/x.mjs"] }),
    ]) {
      expect(refusal(changed(change))).toBe(none);
    }
  });

  it("has a scenario that is checked as one from a file is", () => {
    const spans = changed(() => {});
    // Durations are numbers in a scenario that was read, and text where it is written.
    expect(refusal(spans)).toContain("QUEUE_UNIT a unit's scenario is none");
    const sent = (scenario: object) =>
      gzipSync(JSON.stringify({ form: 1, scenario, data: base.data, extensions: [] }));
    expect(refusal(sent({ name: "x", workers: [{ name: "w", maxSessions: 1e9 }] }))).toContain(
      "scenario is none",
    );
    expect(refusal(sent({ name: "x", gateway: { region: "NIX" } }))).toContain("scenario is none");
    expect(refusal(sent({ name: "x", gateway: { region: "FRA" } }))).toContain("its hash says");
  });

  it("has data files that are checked though the scenario names nothing of them", () => {
    const scenario = { name: "x", gateway: { region: "FRA" } };
    for (const name of ["network", "devices"] as const) {
      const data = { ...base.data, [name]: { name: "other.csv", text: "device,address\n?,0\n" } };
      const bytes = gzipSync(JSON.stringify({ form: 1, scenario, data, extensions: [] }));
      expect(refusal(bytes)).toMatch(/^DATA_FILE_INVALID other\.csv:/);
    }
  });

  it("names extensions by their contents, and runs none that the worker was not given", () => {
    const extensions = ["ab".repeat(32)];
    expect(refusal(changed((written) => Object.assign(written, { extensions })))).toContain(
      `a worker has not the extension with the SHA-256 ${extensions[0]}; expected poolsim worker --extension`,
    );
  });
});

it("a job holds data only", () => {
  const job = { form: 1, asker: "me", input: HASH, seed: 1, replication: 0 };
  expect(UNIT_JOB.safeParse(job).success).toBe(true);
  for (const more of [
    { path: "x" },
    { input: "../../x" },
    { seed: -1 },
    { form: 2 },
    { asker: 1 },
  ]) {
    expect(UNIT_JOB.safeParse({ ...job, ...more }).success, JSON.stringify(more)).toBe(false);
  }
});

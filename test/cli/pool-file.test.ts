/** `pool.yaml`: what it says, and what is wrong in it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readPoolFile } from "../../src/cli/pool/shared/pool-file.js";
import { poolFileText } from "../../src/cli/pool/shared/pool-file-text.js";
import { jobNames } from "../../src/cli/pool/shared/pool-jobs.js";

const folder = mkdtempSync(join(tmpdir(), "poolsim-pool-file-"));
mkdirSync(join(folder, "events"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

function read(text: string) {
  const path = join(folder, `${++files}.yaml`);
  writeFileSync(path, text);
  return { path, file: () => readPoolFile(path, {}) };
}

describe("what pool init writes", () => {
  it.each([true, false])("is read, demo %s", (isDemo) => {
    const start = { commission: "1/4", scheme: "per-job", isDemo };
    const file = read(poolFileText(start)).file();
    expect(file).toMatchObject({
      books: join(folder, "pool.db"),
      scheme: "per-job",
      watched: [join(folder, "events")],
      backup: { to: join(folder, "backups"), retention: { keep: 14 } },
      keepRuns: 90 * 86_400_000,
    });
    expect(file.sources.map(({ name }) => name)).toEqual(["files"]);
    expect(file.commission.map(({ rate }) => rate.toString())).toEqual(["1/4"]);
    expect(file.specs.get("import")?.timing).toEqual({
      kind: "every",
      ms: isDemo ? 10_000 : 60_000,
    });
    expect(file.specs.get("verify")?.timing).toEqual({
      kind: "cron",
      pattern: "30 4 * * *",
      timeZone: "UTC",
    });
  });

  it("is read with all that it has as comments", () => {
    const text = poolFileText({ commission: "0.2", scheme: "per-job", isDemo: false });
    const whole = text.replace(/^(# )(?=admission|chain|income|payouts| {2})/gm, "");
    const file = read(whole).file();
    expect(file.payouts).toMatchObject({
      send: false,
      ethKeystorePath: join(folder, "keystore.json"),
      threshold: "0.005eth",
    });
    expect(file.admission.policy).toContain("benchmark");
    expect(file.chain?.ethUrl).toMatch(/^https/);
    // Read from the chain whose rounds are followed.
    expect(file.income).toMatchObject({
      enter: true,
      from: 290_000_000,
      ethUrl: file.chain?.ethUrl,
    });
    expect(jobNames(file)).toContain("reconcile");
  });
});

describe("is refused, with the place", () => {
  it.each<[string, string]>([
    [
      "books: pool.db\nincome: { recipient: '0x00000000000000000000000000000000000000aa' }",
      "income: ethUrl is missing, and there is no chain",
    ],
    ["books: pool.db\nincome: { recipient: '0x12', ethUrl: 'http://x' }", "income: recipient"],
    ["book: pool.db", '1:1: book: unknown key; did you mean "books"?'],
    ["commission: ['0.2']", ": books is missing"],
    ["books: p.db\ncommission: 0.2", "2:13: commission: found 0.2, expected a list"],
    ["books: p.db\ncommission: ['2']", "commission: expected a number or fraction from 0 to 1"],
    ["books: p.db\napi: { prot: 1 }", '2:8: api.prot: unknown key; did you mean "port"?'],
    [
      "books: p.db\napi: { port: 70000 }",
      "2:14: api.port: found 70000, expected number to be <=65535",
    ],
    [
      "books: p.db\njobs: { imprt: { every: 1m } }",
      'jobs.imprt: unknown key; did you mean "import"?',
    ],
    [
      "books: p.db\njobs: { import: { every: 1m, cron: '* * * * *' } }",
      "expected one of every and cron",
    ],
    [
      "books: p.db\njobs: { verify: { cron: '61 * * * *' } }",
      'jobs.verify: cron: found "61 * * * *"',
    ],
    ["books: p.db\ntimeZone: Moon", 'timeZone: found "Moon", expected one such as Europe/Berlin'],
    ["books: p.db\njobs: { import: { every: 1 } }", "jobs.import.every: found 1, expected text"],
    ["books: p.db\nsources: []", "2:10: sources: found an empty list, expected a list of sources"],
    [
      "books: p.db\nsources: [{ name: a, file: x }]",
      'sources[0].file: unknown key; did you mean "files"?',
    ],
    [
      "books: p.db\nadmission: { benchmark: { limit: 3 } }",
      "2:25: admission.benchmark.limitMs: is missing, expected a number",
    ],
    [
      "books: p.db\nscheme: per-jobs",
      'scheme: found "per-jobs", expected one of "per-job"|"by-weights"',
    ],
    ["- 1", "1:1: found a list of 1 item, expected a mapping"],
  ])("%j", (text, says) => {
    const { path, file } = read(text);
    expect(file).toThrow(
      expect.objectContaining({
        name: "InputError",
        message: expect.stringMatching(new RegExp(`^${path.replaceAll(".", "\\.")}`)),
      }),
    );
    expect(file).toThrow(says);
  });
});

/**
 * Adding something is one file and its lines in one registry. Each kind is tried in a copy of the
 * built package: a minimal addition is made, nothing else is touched, and it works.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALICE, list, transcode } from "../support/books/events.js";
import { copyOfBuilt } from "../support/cli/built-copy.js";

let folder: string;
let main: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "poolsim-additions-"));
  // The bundled command has the files as they were.
  main = join(await copyOfBuilt(folder), "../unbundled.js");
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Addition {
  readonly kind: string;
  /** The new file and the registry, below dist/. */
  readonly file: string;
  readonly registry: string;
  readonly text: string;
  /** What the file exports. */
  readonly exported: string;
  /** Beginning of the registry's list. */
  readonly list: string;
  /** The command that shows it, and as what. @default the schema of scenarios, by its name */
  readonly shownBy?: readonly [args: readonly string[], text: string];
}

const POLICY = `
import { admissionEntry } from "./entry.js";
import { AdmitEveryone, refused } from "./none.js";
class Nobody extends AdmitEveryone {
  policy = "nobody";
  onRegister() { return refused("nobody is admitted"); }
}
export const nobody = admissionEntry({
  name: "nobody", description: "Refuses everybody.", needs: [],
  settings: ({ z, span }) => z.strictObject({ patience: span("Of the operator.").default(1000) }),
  create: () => new Nobody(),
});`;

const ALGORITHM = `
import { NOBODY } from "./algorithm.js";
import { selectionEntry } from "./entry.js";
export const last = selectionEntry({
  name: "last", description: "the last in order",
  create: () => ({ select: ({ recipients }) => recipients.at(-1) ?? NOBODY }),
});`;

const SCHEME = `
import { schemeEntry } from "./entry.js";
const sum = (works) => works.reduce((total, { feesWei }) => total + feesWei, 0n);
export const toNobody = schemeEntry({
  name: "to-nobody", settingName: "toNobody", description: "Nobody earns.", settings: {}, needs: [],
  create: () => ({
    name: "to-nobody", basis: "fees",
    attribute: ({ works }) => ({ shares: [], commissionWei: 0n, unattributedWei: sum(works) }),
  }),
});`;

const ORCHESTRATORS = `
import { orchestratorSourceEntry } from "./entry.js";
import { HardcodedSource } from "./hardcoded.js";
export const nobody = orchestratorSourceEntry({
  name: "nobody", description: "Knows one, in one place.",
  settings: ({ z, text }) => z.strictObject({ nobodyAt: text("Where it is.", "host") }),
  label: ({ nobodyAt }) => "nobody at " + nobodyAt,
  create: ({ nobodyAt }) => new HardcodedSource({ orchAddr: nobodyAt }),
});`;

const EVENTS = `
import { eventSourceEntry } from "./entry.js";
import { pieceReader } from "./pieces.js";
export const memo = eventSourceEntry({
  name: "memo", description: "Events as they are written.",
  settings: ({ z, text }) => z.strictObject({ memo: text("Events as JSON.", "json") }),
  create: ({ memo }) => ({ defaultName: "memo", ...pieceReader("memo", async function* () {
    yield { origin: "memo", version: memo, bytes: memo };
  }) }),
});`;

const ADDITIONS: readonly Addition[] = [
  {
    kind: "admission policy",
    file: "pool/orchestrator/admission/nobody.js",
    registry: "pool/orchestrator/admission/registry.js",
    text: POLICY,
    exported: "nobody",
    list: "const OWN = [",
  },
  {
    kind: "selection algorithm",
    file: "selection/algorithms/last.js",
    registry: "selection/algorithms/registry.js",
    text: ALGORITHM,
    exported: "last",
    list: "const OWN = [",
  },
  {
    kind: "attribution scheme",
    file: "pool/books/attribution/to-nobody.js",
    registry: "pool/books/attribution/registry.js",
    text: SCHEME,
    exported: "toNobody",
    list: "const OWN = [",
    shownBy: [["schema"], `"toNobody"`],
  },
  {
    kind: "orchestrator source",
    file: "discovery/sources/nobody.js",
    registry: "discovery/sources/registry.js",
    text: ORCHESTRATORS,
    exported: "nobody",
    list: "const OWN = [",
    shownBy: [["discover", "--help"], "--nobodyAt <host>"],
  },
  {
    kind: "event source",
    file: "pool/books/sources/memo.js",
    registry: "pool/books/sources/registry.js",
    text: EVENTS,
    exported: "memo",
    list: "const OWN = [",
    shownBy: [["pool", "import", "--help"], "--memo <json>"],
  },
];

/** Makes an addition: a file, and two lines of its registry. */
function add({ file, registry, text, exported, list }: Addition): void {
  writeFileSync(join(folder, "dist", file), text);
  const path = join(folder, "dist", registry);
  const before = readFileSync(path, "utf8");
  expect(before.split(list)).toHaveLength(2);
  const imported = `import { ${exported} } from "./${file.split("/").at(-1)}";\n`;
  writeFileSync(path, imported + before.replace(list, `${list}${exported}, `));
}

function poolsim(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: folder,
    encoding: "utf8",
    timeout: 900_000,
  });
  return { status, stdout, stderr };
}

const SCENARIO = `
name: additions
replications: 1
warmup: 1m
duration: 5m
network: { limit: 0 }
gateway: { region: FRA }
demand: { concurrentStreams: 3 }
stream: { length: { distribution: constant, mean: 30s } }
orchestrator: { name: pool, region: FRA, stakeLpt: 1 }
workers: [{ name: good, roundTripMs: 500 }]
orchestrators:
  - { name: rival, region: FRA, stakeLpt: 1e6, backend: { type: measured, roundTripMs: 400 } }
variants:
  base: {}
  none: { gateway.selection: live, orchestrator.admission.nobody: { patience: 2s } }
  last: { gateway.selection: last }
  unpaid: { orchestrator.economics.attribution: toNobody }
expect:
  - none.pool.segments == 0
  - last.pool.segments > 0
  - unpaid.network.segments > 0
`;

describe("an addition is one file and its lines in the registry", () => {
  it.each(ADDITIONS)("$kind", (addition) => {
    add(addition);
    const [args, text] = addition.shownBy ?? [["schema"], `"${addition.exported}"`];
    expect(poolsim(...args).stdout).toContain(text);
  });

  it("and commands take sources of it", () => {
    const asked = ["--nobodyAt", "127.0.0.1:1", "--patience", "0", "--quiet"];
    const discovered = poolsim("discover", "--from", "nobody", ...asked);
    expect(`${discovered.stdout}${discovered.stderr}`).toContain("127.0.0.1:1");
    const events = list(transcode(ALICE, 8n));
    const books = ["--db", "memo.db", "--commission", "0.25", "--region", "eu"];
    const imported = poolsim("pool", "import", ...books, "--memo", events);
    expect(`${imported.stderr}${imported.stdout}`).toContain("1 new event, 0 known already");
    const file = `sources: [{ name: memo, region: eu, memo: ${JSON.stringify(events)} }]`;
    writeFileSync(join(folder, "sources.yaml"), file);
    const again = poolsim("pool", "import", "--db", "memo.db", "--sources", "sources.yaml");
    expect(`${again.stderr}${again.stdout}`).toContain("0 new events, 0 known already");
    const wrong = poolsim("pool", "import", ...books, "--memo", "");
    expect([wrong.status, wrong.stderr]).toEqual([2, '--memo: found "", expected a value\n']);
  });

  it("and scenarios name it, with settings of its own", () => {
    writeFileSync(join(folder, "additions.yaml"), SCENARIO);
    const { status, stdout, stderr } = poolsim("run", "additions.yaml", "--sensitivity", "off");
    expect(`${stderr}${stdout}`).toMatch(/3 of 3 hold/);
    expect(status).toBe(0);
  });

  it("whose mistakes are found as all others", () => {
    const wrong = poolsim(
      "check",
      "additions.yaml",
      "--set",
      "orchestrator.admission.nobody.patience=soon",
    );
    expect(wrong.stderr).toMatch(
      /orchestrator\.admission\.nobody\.patience: .*expected a span of time/,
    );
  });
});

/** A pool that `pool up` keeps, for tests of its page: recorded days, two thousand workers, hostile names. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeOwn } from "../../src/pool/books/events/stored.js";
import { SqlitePoolStore } from "../../src/pool/books/store/sqlite-pool-store.js";
import { FEW_DAYS, filesIn, recorded, writeFiles } from "./books/recorded-month.js";
import { MAIN, ownState, poolsim } from "./cli/command.js";
import { endsWithUs } from "./ends-with-us.js";
import { eventually } from "./eventually.js";

const DAY_MS = 86_400_000;
export const EVIL = `<img src=x onerror="alert(1)">`;
export const OPERATOR_TOKEN = "operator-0123456789abcdef";

/** A worker that has one job, by its number. */
export function crowded(number: number): string {
  return `0x${(0xc0ffee0000 + number).toString(16).padStart(40, "0")}`;
}

function jobOf(number: number, atMs: number): string {
  const ai = { nodeType: "ai", job: "ai", pipeline: EVIL, modelId: EVIL, durationMs: 0n } as const;
  return encodeOwn({
    type: "job-processed",
    identity: { form: "caller", id: `crowd-${number}` },
    atMs,
    region: number === 0 ? EVIL : "crowd",
    nodeType: "transcode",
    job: "transcode",
    address: crowded(number),
    requestId: null,
    pipeline: "",
    modelId: "",
    computeUnits: 1_000n,
    pricePerComputeUnitWei: 1n,
    feesWei: 1_000_000_007n + BigInt(number),
    durationMs: 2_000n,
    responseTimeNs: 500_000_000n,
    realTimeRatio: 4n,
    renditions: 3n,
    round: null,
    ...(number === 1 ? ai : {}),
  });
}

/** Strangers' words wherever the books keep any that the page shows. */
export function haunt({ folder, told }: Pick<PagePool, "folder" | "told">): void {
  told("hold", crowded(0), "--reason", EVIL, "--author", EVIL);
  const store = new SqlitePoolStore({ path: join(folder, "pool.db") });
  const nowMs = Date.now();
  const decision = { admitted: false, maxSessions: 0, reason: EVIL };
  store.setSetting(`benchmark:${crowded(0)}`, JSON.stringify({ atMs: nowMs, decision }));
  const order = { job: "verify", trigger: "schedule", dueMs: nowMs, attempt: 1 } as const;
  const id = store.runs.begin({ ...order, startedMs: nowMs });
  store.runs.end(id, {
    endedMs: nowMs,
    outcome: "failed",
    counts: { [EVIL]: 1 },
    error: EVIL,
    log: EVIL,
  });
  store.close();
  // An alert says what the run said.
  const { stderr, exitCode } = poolsim(["pool", "run", "alerts"], { cwd: folder });
  if (exitCode !== 0) throw new Error(stderr);
}

/** A server that runs, and the folder of its pool. */
export interface PagePool extends AsyncDisposable {
  readonly url: string;
  readonly folder: string;
  /** `poolsim pool …`, as JSON. */
  readonly told: (...args: readonly string[]) => Record<string, unknown>;
}

/** @param crowd how many workers with one job there are, beside those of the recorded days */
export async function pagePool({ crowd }: { readonly crowd: number }): Promise<PagePool> {
  const folder = mkdtempSync(join(tmpdir(), "poolsim-page-pool-"));
  const config = join(folder, "pool.yaml");
  const nowMs = Date.now();
  mkdirSync(join(folder, "events"));
  if (crowd > 0) {
    const days = recorded(FEW_DAYS, { startMs: Math.floor(nowMs / 1_000) * 1_000 - 2 * DAY_MS });
    writeFiles(join(folder, "events"), "poolsim", filesIn(days));
    const jobs = Array.from({ length: crowd }, (_, index) => jobOf(index, nowMs - 5_000 * index));
    writeFileSync(join(folder, "events", "crowd.json"), `[${jobs.join(",")}]`);
    writeFileSync(join(folder, "events", "broken.json"), '[{"type": "<b>nothing</b>"}]');
  }
  writeFileSync(join(folder, "operator.token"), OPERATOR_TOKEN, { mode: 0o600 });
  writeFileSync(
    config,
    `books: pool.db
commission: ["0.25"]
sources: [{ name: files, files: events, nodeType: transcode, region: eu }]
api: { port: 0, plain: true, operatorToken: operator.token }
admission: { benchmark: { limitMs: 700 } }
alerts: { diskFree: 1 }
jobs: { import: { every: 1h } }
`,
  );
  const log = join(folder, "log");
  const child = endsWithUs(
    spawn(process.execPath, [MAIN, "pool", "up", config], {
      cwd: folder,
      env: ownState(folder),
      stdio: ["ignore", openSync(log, "w"), "inherit"],
    }),
  );
  const ended = new Promise((resolve) => child.once("close", resolve));
  let url = "";
  await eventually(() => {
    const text = readFileSync(log, "utf8");
    url = /"url":"([^"]+)"/.exec(text)?.[1] ?? "";
    const isRead = /"job":"import".*"outcome":"done"/.test(text);
    if (url === "" || !isRead) throw new Error(text.slice(-500));
  });
  const told = (...args: readonly string[]) => {
    const command = ["pool", ...args, "--db", join(folder, "pool.db"), "--json"];
    const { stdout, stderr, exitCode } = poolsim(command, { cwd: folder });
    if (exitCode !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  };
  return {
    url,
    folder,
    told,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

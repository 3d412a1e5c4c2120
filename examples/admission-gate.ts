/**
 * An admission gate: a webhook that a pool's registration asks about each new worker. It simulates the
 * pool without it and with it until that is decided, or a minute is over, and answers with the verdict:
 *
 *   npx tsx examples/admission-gate.ts my-pool.yaml 8090
 *   curl 127.0.0.1:8090 -d '{ "name": "new", "maxSessions": 4, "roundTripMs": 2000 }'
 *
 * 200: let it in. 403: it costs the pool more than it brings. 202: not known yet, so a person decides.
 * 400: that is no worker, and why. 429: another one is being looked at, ask again.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { InputError, loadScenario, runExperiment } from "poolsim/sim";

const [file = "my-pool.yaml", port = "8090"] = process.argv.slice(2);
const BODY_BYTES_MAX = 10_000;
const BUDGET_MS = 60_000;
const STATUS = { admit: 200, "no difference": 200, exclude: 403, undecided: 202 } as const;

// What a worker may say of itself: nobody registers as a hundred workers.
const FIELDS = ["name", "maxSessions", "roundTripMs", "device", "downloadMbps", "uploadMbps"];
const pool = loadScenario(file).base.scenario.workers;

async function workerOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const part of request.setEncoding("utf8")) {
    text += part;
    if (text.length > BODY_BYTES_MAX) throw new SyntaxError("too long for a worker");
  }
  const given = Object.entries(JSON.parse(text) ?? {});
  return Object.fromEntries(given.filter(([field]) => FIELDS.includes(field)));
}

/** The verdict on the pool with a worker, compared with the pool without it. */
async function judge(worker: Record<string, unknown>, signal: AbortSignal) {
  const variants = { without: { "orchestrator.admission.exclude": [worker["name"]] }, with: {} };
  const set = Object.entries({
    [`workers.${pool.length}`]: worker,
    variants,
    decision: { baseline: "without", candidate: "with" },
    expect: [],
  }).map(([path, value]) => ({ path, value, label: "registration" }));
  const { verdict } = await runExperiment(loadScenario(file, { set }), {
    untilDecided: true,
    enough: AbortSignal.timeout(BUDGET_MS),
    sensitivity: "off",
    ownThread: true,
    signal,
  });
  if (verdict === null) throw new Error("a scenario with a decision has a verdict");
  return { decision: verdict.decision, why: verdict.sentence };
}

let isBusy = false;
async function answer(request: IncomingMessage, signal: AbortSignal) {
  const worker = await workerOf(request);
  if (isBusy) return { status: 429, body: { why: "another worker is being looked at" } };
  isBusy = true;
  try {
    const body = await judge(worker, signal);
    return { status: STATUS[body.decision], body };
  } finally {
    isBusy = false;
  }
}

function failure(error: unknown) {
  const isTheirs = error instanceof InputError || error instanceof SyntaxError;
  if (!isTheirs) console.error(error);
  return isTheirs
    ? { status: 400, body: { why: error.message } }
    : { status: 500, body: { why: "the simulation failed" } };
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Who no longer waits for the answer needs none.
  const left = new AbortController();
  response.on("close", () => left.abort());
  const { status, body } = await answer(request, left.signal).catch(failure);
  if (left.signal.aborted) return;
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

const server = createServer((request, response) => void serve(request, response));
server.listen(Number(port), "127.0.0.1", () => {
  const address = server.address();
  console.log(`asks at http://127.0.0.1:${typeof address === "object" ? address?.port : port}`);
});
process.on("SIGTERM", () => server.close());

/**
 * An extension: one admission policy, one selection algorithm, one attribution scheme, one source of
 * orchestrators and one source of events of one's own.
 *
 *     poolsim run examples/extension/scenario.yaml --extension examples/extension/extension.mjs
 *
 * What simulations use are pure state machines: no clock, no random numbers but those that are
 * passed in. Sources read what they are told to read.
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

/** `rest`: a worker with several slow segments in a row gets no new session for a while. */
class Rest {
  #settings;
  /** Per worker: slow segments in a row, and the instant until which it rests. */
  #slow = [];
  #untilMs = [];

  constructor(settings) {
    this.#settings = settings;
  }

  onSegment(worker, _region, roundTripMs, nowMs) {
    const { limitMs, segments, length } = this.#settings;
    const slow = roundTripMs > limitMs ? (this.#slow[worker] ?? 0) + 1 : 0;
    this.#slow[worker] = slow % segments;
    if (slow === segments) this.#untilMs[worker] = nowMs + length;
  }

  mayServe(worker, _region, nowMs) {
    return nowMs >= (this.#untilMs[worker] ?? 0);
  }
}

/** `cheapest`: the lowest price within the maximum; chance among those that are close to it. */
class Cheapest {
  #tolerance;

  constructor({ tolerance }) {
    this.#tolerance = tolerance;
  }

  select({ recipients, prices, maxPrice }, draw) {
    const priced = recipients.flatMap((recipient, at) => {
      const price = prices[at];
      const isIn = price !== null && (maxPrice === null || price.isWithin(maxPrice));
      return isIn ? [{ recipient, perPixel: price.perPixel }] : [];
    });
    const least = Math.min(...priced.map(({ perPixel }) => perPixel));
    const close = priced.filter(({ perPixel }) => perPixel <= least * (1 + this.#tolerance));
    if (close.length === 0) return -1;
    return close[Math.floor(draw() * close.length)].recipient;
  }
}

export const admission = [
  {
    name: "rest",
    description: "A worker with several slow segments in a row gets no new session for a while.",
    settings: ({ z, number, integer, span }) =>
      z.strictObject({
        limitMs: number("Round trip above which a segment is slow.", 1, 600_000),
        segments: integer("Slow segments in a row.", 1, 1000).default(3),
        length: span("How long the worker rests.").default(300_000),
      }),
    create: (settings) => new Rest(settings),
  },
];

export const selection = [
  {
    name: "cheapest",
    description: "the lowest price within the maximum, or chance among those close to it",
    settings: ({ z, share }) =>
      z.strictObject({
        tolerance: share("How much dearer one may be and still count as cheapest.").default(0),
      }),
    create: (settings) => new Cheapest(settings),
  },
];

export const attribution = [
  {
    name: "evenly",
    description: "At a win, all who delivered enough since the last one, the same to each.",
    settings: ({ z, integer }) =>
      z.strictObject({
        renditions: integer("Renditions that are enough.", 1, 1_000_000).default(1),
      }),
    needs: ["rounds", "renditions"],
    create: ({ renditions: enough }, { splitWei, commissionOf }) => ({
      basis: "income",
      attribute({ works, incomeWei, commission }) {
        const done = new Map();
        for (const { worker, renditions } of works) {
          done.set(worker, (done.get(worker) ?? 0n) + renditions);
        }
        const heads = new Map([...done].map(([worker, n]) => [worker, n >= enough ? 1n : 0n]));
        const commissionWei = commissionOf(incomeWei, commission);
        const parts = splitWei(incomeWei - commissionWei, heads);
        if (parts === null) return { shares: [], commissionWei: 0n, unattributedWei: incomeWei };
        const shares = [...parts]
          .filter(([, wei]) => wei > 0n)
          .map(([worker, wei]) => ({ worker, wei }))
          .sort((a, b) => (a.worker < b.worker ? -1 : 1));
        return { shares, commissionWei, unattributedWei: 0n };
      },
    }),
  },
];

/**
 * `inventory`: the orchestrators that a file of one's own names, one a line, each with a score if
 * it is trusted. A real one would ask a service registry.
 *
 *     poolsim discover --extension extension.mjs --inventory orchestrators.txt
 */
export const orchestratorSources = [
  {
    name: "inventory",
    description: "Those in a text file, one a line: an address, and 1 if it is trusted.",
    settings: ({ z, text }) =>
      z.strictObject({ inventory: text("Those in a text file, one a line.", "file") }),
    create: ({ inventory }) => ({
      async list({ signal }) {
        const lines = (await readFile(inventory, { encoding: "utf8", signal })).split("\n");
        return lines
          .map((line) => line.trim())
          .filter((line) => line !== "" && !line.startsWith("#"))
          .map((line) => {
            const [uri, score = "0"] = line.split(/\s+/);
            return { uri, score: Number(score) };
          });
      },
    }),
  },
];

/**
 * `journal`: a file that a node appends events to, one a line. What was read is not read again: the
 * version of the piece is its length.
 *
 *     poolsim pool import --db pool.db --commission 0.25 --extension extension.mjs --journal events.log
 */
export const eventSources = [
  {
    name: "journal",
    description: "A file that grows, one event a line; a last line that is not whole waits.",
    settings: ({ z, text }) => z.strictObject({ journal: text("A file that grows.", "file") }),
    create: ({ journal }, { folder = "." }) => ({
      async *pieces({ versionOf, signal }) {
        const path = resolve(folder, journal);
        const bytes = await readFile(path, { signal });
        const from = Number(versionOf(path) ?? 0);
        const end = bytes.lastIndexOf("\n") + 1;
        if (end > from)
          yield { origin: path, version: String(end), bytes: bytes.subarray(from, end) };
      },
    }),
  },
];

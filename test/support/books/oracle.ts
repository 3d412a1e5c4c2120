/**
 * A pool's books once more: plain, slow, and by other ways than poolsim's. It shares no code with
 * src/: it finds events by trying every end, keeps lists and maps, and looks at all of them again
 * for each question. It knows only what docs/books.md promises.
 */

export interface Rules {
  /** Source → its cut-over, ms. */
  readonly since: ReadonlyMap<string, number>;
  readonly openingAtMs: number;
  readonly capWei: bigint;
  readonly keyDayCapWei: bigint;
  readonly claimWindowMs: number;
}

interface Told {
  readonly source: string;
  readonly form: "bucket" | "api" | "key";
  readonly id: string;
  readonly atMs: number;
  /** All that the event says but its labels. */
  readonly said: string;
}

interface Job {
  readonly key: string;
  readonly atMs: number;
  readonly region: string;
  readonly feesWei: bigint;
  readonly worker: string | null;
  readonly request: string | null;
}

interface Claim {
  readonly request: string;
  readonly region: string;
  readonly atMs: number;
  readonly worker: string;
}

type Json = Readonly<Record<string, unknown>>;

/** Every event in a text, whatever else is in it: from each beginning, the first end that parses. */
export function eventsIn(text: string): Json[] {
  const found: Json[] = [];
  const beginnings = [...text.matchAll(/\{\s*"ID"/g)].map(({ index }) => index);
  let done = 0;
  for (const begin of beginnings) {
    if (begin < done) continue;
    for (let end = text.indexOf("}", begin); end !== -1; end = text.indexOf("}", end + 1)) {
      if (end - begin > 4_000) break;
      const value = parsed(text.slice(begin, end + 1));
      if (value === null) continue;
      found.push(value);
      done = end + 1;
      break;
    }
  }
  return found;
}

/** Numbers that a double can't hold become text; in an event within a text they wait for their turn. */
function parsed(text: string): Json | null {
  try {
    const value: Json = JSON.parse(text);
    if (typeof value["Payload"] === "string") return value;
    return JSON.parse(text.replaceAll(/(:\s*)(-?\d{16,})(?=\s*[,}\n])/g, '$1"$2"'));
  } catch {
    return null;
  }
}

const whole = (value: unknown): bigint => BigInt(String(value));
const object = (value: unknown): Json => value as Json;

export class Oracle {
  readonly #rules: Rules;
  readonly #told: Told[] = [];
  readonly #jobs: Job[] = [];
  readonly #claims: Claim[] = [];
  readonly #days = new Map<string, bigint>();
  readonly #openings: (readonly [account: string, pendingWei: bigint, paidWei: bigint])[] = [];
  readonly #void = new Set<string>();
  readonly #assigned = new Map<string, string>();
  readonly #released = new Set<string>();

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  open(account: string, pendingWei: bigint, paidWei: bigint): void {
    if (this.#openings.some(([known]) => known === account)) return;
    this.#openings.push([account, pendingWei, paidWei]);
  }

  /** A file of a source, as text. */
  read(source: string, text: string, labels: { readonly region?: string } = {}): void {
    for (const event of eventsIn(text)) this.#event(source, event, labels.region ?? "");
  }

  #event(source: string, event: Json, label: string): void {
    const atMs = new Date(String(event["DT"])).getTime();
    if (atMs < (this.#rules.since.get(source) ?? 0)) return;
    const isBucket = event["EventType"] !== undefined;
    const inner = isBucket ? event : parsed(String(event["Payload"]));
    if (inner === null) return;
    const type = String(isBucket ? event["EventType"] : inner["event_type"]);
    const payload = object(isBucket ? event["Payload"] : inner["payload"]);
    const region = isBucket ? String(event["Region"]) : label;
    const told: Told = {
      source,
      form: isBucket ? "bucket" : "api",
      id: String(event["ID"]),
      atMs,
      said: JSON.stringify([type, payload, isBucket ? region : ""]),
    };
    const isKnown = this.#told.some((other) =>
      isBucket
        ? other.form === "bucket" && other.id === told.id
        : other.form === "api" &&
          other.id === told.id &&
          other.atMs === atMs &&
          other.said === told.said,
    );
    if (isKnown) return;
    const key = isBucket ? told.id : `${source} ${told.id}`;
    const request = payload["requestID"] === undefined ? null : String(payload["requestID"]);
    const address = payload["ethAddress"] === undefined ? null : String(payload["ethAddress"]);
    if (type === "job-received" && request !== null && address !== null) {
      this.#claims.push({ request, region, atMs, worker: address.toLowerCase() });
    } else if (type === "job-processed") {
      const feesWei = whole(payload["fees"]);
      if (feesWei > this.#rules.capWei || atMs < this.#rules.openingAtMs) return;
      const worker = address?.toLowerCase() ?? null;
      this.#jobs.push({ key, atMs, region, feesWei, worker, request });
    }
    this.#told.push(told);
  }

  /** A job told by a key. */
  write(source: string, id: string, job: Omit<Job, "key" | "request">, receivedMs: number): void {
    const said = JSON.stringify([job.worker, String(job.feesWei), job.region]);
    if (
      this.#told.some((other) => other.form === "key" && other.source === source && other.id === id)
    ) {
      return;
    }
    if (job.feesWei > this.#rules.capWei || job.atMs < this.#rules.openingAtMs) return;
    const day = `${source} ${new Date(receivedMs).toISOString().slice(0, 10)}`;
    const sum = (this.#days.get(day) ?? 0n) + job.feesWei;
    if (sum > this.#rules.keyDayCapWei) return;
    this.#days.set(day, sum);
    this.#told.push({ source, form: "key", id, atMs: job.atMs, said });
    this.#jobs.push({ ...job, key: `${source} ${id}`, request: null });
  }

  makeVoid(key: string): void {
    this.#void.add(key);
  }

  /** Whose a job is, by all that was claimed; null: nobody's. */
  #owner({ worker, request, region, atMs }: Job): string | null {
    if (worker !== null) return worker;
    const possible = this.#claims.filter(
      (claim) =>
        claim.request === request &&
        claim.region === region &&
        claim.atMs >= atMs - this.#rules.claimWindowMs &&
        claim.atMs <= atMs + this.#rules.claimWindowMs,
    );
    const before = possible.filter((claim) => claim.atMs <= atMs);
    const instants = (before.length > 0 ? before : possible).map((claim) => claim.atMs);
    if (instants.length === 0) return null;
    const due = before.length > 0 ? Math.max(...instants) : Math.min(...instants);
    const last = possible.filter((claim) => claim.atMs === due).map((claim) => claim.worker);
    return last.sort().at(before.length > 0 ? -1 : 0) ?? null;
  }

  /** AI jobs that nobody has, oldest first. */
  unclaimed(): { readonly key: string; readonly atMs: number }[] {
    return this.#jobs
      .filter((job) => !this.#void.has(job.key) && this.#owner(job) === null)
      .sort((one, other) => one.atMs - other.atMs);
  }

  assign(key: string, worker: string): void {
    this.#assigned.set(key, worker);
  }

  release(key: string): void {
    this.#released.add(key);
  }

  get size(): number {
    return this.#jobs.length;
  }

  keys(): string[] {
    return this.#jobs.map(({ key }) => key);
  }

  /** Every account that is not 0. */
  balances(): Record<string, bigint> {
    const sums = new Map<string, bigint>();
    const move = (from: string, to: string, wei: bigint) => {
      sums.set(from, (sums.get(from) ?? 0n) - wei);
      sums.set(to, (sums.get(to) ?? 0n) + wei);
    };
    for (const [account, pendingWei, paidWei] of this.#openings) {
      move("world", `pending:${account}`, pendingWei);
      move("world", `paid:${account.split(":")[0]}`, paidWei);
    }
    for (const job of this.#jobs) {
      if (this.#void.has(job.key)) continue;
      const owner = this.#assigned.get(job.key) ?? this.#owner(job);
      if (owner === null) {
        move("world", this.#released.has(job.key) ? "commission" : "unattributed", job.feesWei);
        continue;
      }
      const kept = job.feesWei / 4n;
      const kind = job.request === null ? "transcode" : "ai";
      move("world", "commission", kept);
      move("world", `pending:${owner}:${kind}:${job.region}`, job.feesWei - kept);
    }
    return Object.fromEntries([...sums].filter(([, wei]) => wei !== 0n));
  }
}

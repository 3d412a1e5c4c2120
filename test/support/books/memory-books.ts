/** Books in memory, as little as the API needs, with every write that reached them. */
import { createHash } from "node:crypto";
import type {
  ApiBooks,
  ApiNote,
  ApiRecorder,
  ApiWrite,
  WriteOutcome,
} from "../../../src/pool/api/books.js";
import type { Account } from "../../../src/pool/books/accounts.js";
import type { JobRow, PayoutRow, WorkerRow } from "../../../src/pool/books/store/store.js";

export class MemoryBooks implements ApiBooks, ApiRecorder {
  readonly written: ApiWrite[] = [];
  readonly logged: ApiNote["log"][] = [];
  readonly payoutRows: PayoutRow[] = [];
  readonly workerRows: WorkerRow[] = [];
  readonly balances = new Map<Account, bigint>();
  readonly settings = new Map<string, string>();
  readonly jobRows: JobRow[] = [];
  /** Thrown by whatever is asked next, until it is null again. */
  failure: Error | null = null;
  /** Calls of `record`. */
  transactions = 0;
  readonly #digests = new Map<string, string>();

  async record(writes: readonly ApiWrite[]): Promise<readonly WriteOutcome[]> {
    this.#check();
    this.transactions++;
    return writes.map((write) => this.#recordOne(write));
  }

  async keep({ name, value, log }: ApiNote): Promise<void> {
    this.#check();
    this.settings.set(name, value);
    this.logged.push(log);
  }

  #recordOne(write: ApiWrite): WriteOutcome {
    const key = `${write.source} ${write.event.identity.id}`;
    const digest = createHash("sha256")
      .update(JSON.stringify(write, (_, v) => (typeof v === "bigint" ? `${v}n` : v)))
      .digest("hex");
    const known = this.#digests.get(key);
    if (known !== undefined) return known === digest ? "repeated" : "conflict";
    this.#digests.set(key, digest);
    this.written.push(write);
    const { event } = write;
    if (event.type === "job-processed") {
      this.jobRows.push({ ...event, sequence: this.jobRows.length + 1 });
    }
    return "recorded";
  }

  #check(): void {
    if (this.failure !== null) throw this.failure;
  }

  jobs: ApiBooks["jobs"] = {
    list: (query = {}) => {
      this.#check();
      const {
        address,
        sinceMs = 0,
        beforeSequence = Number.POSITIVE_INFINITY,
        limit = 1000,
      } = query;
      return this.jobRows
        .filter((row) => row.sequence < beforeSequence && row.atMs >= sinceMs)
        .filter((row) => address === undefined || row.address === address)
        .reverse()
        .slice(0, limit);
    },
  };

  payouts: ApiBooks["payouts"] = {
    list: (query = {}) => {
      const { address, states, sinceMs = 0, beforeId = Number.POSITIVE_INFINITY } = query;
      return this.payoutRows
        .filter((row) => row.id < beforeId && row.createdAtMs >= sinceMs)
        .filter((row) => address === undefined || row.address === address)
        .filter((row) => states === undefined || states.includes(row.state))
        .reverse()
        .slice(0, query.limit ?? 1000);
    },
  };

  workers: ApiBooks["workers"] = {
    list: (address) =>
      this.workerRows.filter((row) => address === undefined || row.address === address),
  };

  ledger: ApiBooks["ledger"] = {
    flows: (prefix = "") =>
      [...this.balances]
        .filter(([account]) => account.startsWith(prefix))
        .map(([account, wei]) => ({ account, inWei: wei, outWei: 0n })),
    balance: (account) => this.balances.get(account) ?? 0n,
  };

  quarantine: ApiBooks["quarantine"] = {
    count: () => {
      this.#check();
      return 3;
    },
  };

  setting: ApiBooks["setting"] = (key) => this.settings.get(key) ?? null;
}

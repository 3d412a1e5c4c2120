/**
 * Where a pool's books live: one interface for files and memory, synchronous, so that whatever
 * belongs together is one transaction. What a transaction returned outlives any crash.
 */
import type { Account } from "../accounts.js";
import type { Cause, LedgerEntry, LedgerJournal, LedgerTransaction } from "../ledger.js";
import type { ReportStore } from "./report-tables.js";

/** How an account stands: neither flow ever falls. */
export interface AccountFlow {
  readonly account: Account;
  readonly inWei: bigint;
  readonly outWei: bigint;
}

/** An event as it is kept: what it is told apart by, and its whole content as canonical JSON. */
export interface EventRow {
  /** Counts up in order of arrival. */
  readonly sequence: number;
  /** Unique: form, source, epoch and id in one text. */
  readonly identity: string;
  readonly source: string;
  readonly atMs: number;
  /** Made and read again by events/stored.ts. */
  readonly content: string;
}

/** An event on its way into the books. */
export interface NewEvent extends EventRow {
  /** Whose job it is, as far as the event says; null for all others. */
  readonly worker: string | null;
}

/** An event as the cause of an entry: its identity, and where it is. */
export interface EventCause extends Cause {
  readonly event: number;
}

/** What a known identity stands for. */
export type KnownEvent = Pick<EventRow, "atMs" | "content">;

/** Somebody's claim to have worked on an AI request. */
export interface ReceivedRow {
  readonly requestId: string;
  readonly atMs: number;
  readonly cause: EventCause;
  readonly region: string;
  readonly address: string;
}

export const DECISION_KINDS = ["void", "assign", "release"] as const;

/** What an operator decided about an event. */
export interface DecisionRow {
  readonly id: number;
  /**
   * `void`: it counts for nothing; `assign`: an AI job is its worker's; `release`: an AI job that
   * nobody claimed is the operator's, until somebody does.
   */
  readonly kind: (typeof DECISION_KINDS)[number];
  /** Sequence. */
  readonly event: number;
  /** Of `assign`. */
  readonly address: string | null;
  readonly reason: string;
  readonly atMs: number;
  /** The last event that there was, and how many closed rounds. */
  readonly lastEvent: number;
  readonly roundsBefore: number;
}

/** An AI job that nobody has. */
export interface UnclaimedRow {
  readonly event: number;
  readonly identity: string;
  readonly requestId: string;
  readonly atMs: number;
  readonly region: string;
  readonly feesWei: bigint;
}

/** The paid half of an AI request. */
export interface ProcessedRow {
  readonly requestId: string;
  readonly atMs: number;
  readonly cause: EventCause;
  readonly region: string;
  readonly feesWei: bigint;
  /** Whom the fee was given to; null: nobody yet. */
  readonly address: string | null;
  /** The last one about it. */
  readonly decision: DecisionRow["kind"] | null;
}

/** A worker's connection, by the latest times that it was seen opened and closed. */
export interface ConnectionRow {
  readonly address: string;
  readonly nodeType: string;
  readonly region: string;
  readonly connection: string;
  /** Whose reset ends it. */
  readonly node: string;
  readonly connectedMs: number | null;
  readonly disconnectedMs: number | null;
}

/** A node started: what was connected to it before is not any more. */
export interface ResetRow {
  readonly node: string;
  readonly nodeType: string;
  readonly region: string;
  readonly atMs: number;
}

/** How a closed round is kept: the row, and the last event that counted. */
export interface ClosedRound extends RoundRow {
  readonly lastEvent: number;
}

/** A job as dashboards see it (the proposal's `transcoderJobs`). */
export interface JobRow {
  readonly sequence: number;
  readonly atMs: number;
  readonly job: string;
  /** null: not attributed yet. */
  readonly address: string | null;
  readonly region: string;
  readonly computeUnits: bigint;
  readonly durationMs: bigint;
  readonly responseTimeNs: bigint;
  readonly renditions: bigint | null;
  readonly feesWei: bigint;
  readonly round: bigint | null;
}

/** Which rows: newest first, pages by `beforeSequence`. */
export interface JobQuery {
  readonly address?: string | undefined;
  /** @default 0 */
  readonly sinceMs?: number | undefined;
  readonly beforeSequence?: number | undefined;
  /** 1 … 10,000. @default 1000 */
  readonly limit?: number | undefined;
}

/** A worker as events leave it: who, where, which connections are open. */
export interface WorkerRow {
  readonly address: string;
  readonly nodeType: string;
  readonly region: string;
  /** Connections open now. */
  readonly connections: number;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly jobs: bigint;
  readonly feesWei: bigint;
}

/** What could not be read: never dropped, can be replayed. */
export interface QuarantineRow {
  readonly id: number;
  readonly source: string;
  /** File or request it came in. */
  readonly origin: string;
  /** Byte offset within it. */
  readonly position: number;
  /** Stable upper-case code. */
  readonly code: string;
  readonly reason: string;
  readonly raw: Uint8Array;
  readonly atMs: number;
  /** null: still waits. */
  readonly resolvedAtMs: number | null;
}

/** Which pieces; they may have a megabyte each. */
export interface QuarantineQuery {
  /** Also those that were entered after all. @default false */
  readonly all?: boolean | undefined;
  /** @default 0, from the first on */
  readonly afterId?: number | undefined;
  /** @default all */
  readonly limit?: number | undefined;
}

export type TicketState = "won" | "redeemed" | "failed";

/** The proposal's `winningTickets`. */
export interface TicketRow {
  readonly id: number;
  /** What tells tickets apart as far as events say: several may be equal. */
  readonly ticket: string;
  readonly sender: string;
  readonly recipient: string;
  readonly faceValueWei: bigint;
  readonly creationRound: bigint;
  /** `failed`: the last redemption failed; it can still be redeemed. */
  readonly state: TicketState;
  readonly wonAtMs: number;
  readonly txHash: string | null;
  readonly gasFeesWei: bigint | null;
}

/** A redemption as somebody told it: the same one may be told as different tickets. */
export interface RedemptionRow {
  readonly txHash: string;
  readonly ticket: string;
  /** A win of that ticket was told too. */
  readonly isToldWon: boolean;
}

/** A closed round. */
export interface RoundRow {
  readonly round: number;
  readonly scheme: string;
  readonly incomeWei: bigint;
  readonly sharedWei: bigint;
  readonly commissionWei: bigint;
  readonly unattributedWei: bigint;
  readonly closedAtMs: number;
  /** Of the ledger entry that posted it; null if nothing was attributed. */
  readonly entrySequence: number | null;
}

/** The life of a payout; what leads from one to the next is payouts/'s business. */
export type PayoutState =
  /** Decided: amount moved to `inPayout`, nonce chosen, nothing signed. */
  | "intent"
  /** Signed bytes are stored, perhaps never sent. */
  | "signed"
  /** Handed to the chain at least once. */
  | "sent"
  /** In a block, not deep enough yet. */
  | "mined"
  | "confirmed"
  /** Reverted or impossible: the amount returned to pending. */
  | "failed"
  /** Given up before anything could be mined: the amount returned to pending. */
  | "cancelled";

export interface PayoutRow {
  readonly id: number;
  readonly address: string;
  readonly amountWei: bigint;
  readonly chainId: bigint;
  readonly fromAddress: string;
  readonly nonce: number;
  readonly state: PayoutState;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** Which pending accounts it was taken from, and how much of each. */
  readonly sources: readonly { readonly account: Account; readonly wei: bigint }[];
  /** Of the attempt that was mined. */
  readonly txHash: string | null;
  readonly blockNumber: number | null;
  readonly blockHash: string | null;
  /** What the chain took for it. */
  readonly gasFeesWei: bigint | null;
  /** Why it failed or was cancelled. */
  readonly reason: string | null;
}

export type NewPayout = Pick<
  PayoutRow,
  "address" | "amountWei" | "chainId" | "fromAddress" | "nonce" | "createdAtMs" | "sources"
>;

/** What may change of a payout. */
export type PayoutChange = { readonly updatedAtMs: number } & {
  readonly [K in
    | "state"
    | "nonce"
    | "txHash"
    | "blockNumber"
    | "blockHash"
    | "gasFeesWei"
    | "reason"]?: PayoutRow[K] | undefined;
};

/** Bytes signed for a payout: stored before they are sent, all of them kept. */
export interface PayoutAttempt {
  readonly payoutId: number;
  readonly txHash: string;
  /** The whole signed transaction, 0x hex. */
  readonly signedTx: string;
  readonly nonce: number;
  readonly maxFeePerGasWei: bigint;
  readonly maxPriorityFeePerGasWei: bigint;
  readonly signedAtMs: number;
  /** When it was first handed to an RPC; null: never, as far as is known. */
  readonly sentAtMs: number | null;
}

export interface PayoutQuery {
  readonly states?: readonly PayoutState[] | undefined;
  readonly address?: string | undefined;
  readonly sinceMs?: number | undefined;
  readonly beforeId?: number | undefined;
  /** 1 … 10,000. @default 1000 */
  readonly limit?: number | undefined;
}

/** The books: postings of all floors of the pool go through here. */
export interface LedgerStore {
  /** The entries in order; `post` is how they are written. */
  readonly journal: LedgerJournal;
  /** Enters transactions with what they do to balances, all or none. */
  post(...transactions: readonly LedgerTransaction[]): readonly LedgerEntry[];
  balance(account: Account): bigint;
  /** Accounts whose name begins with the prefix (all by default), by name. */
  flows(prefix?: string): readonly AccountFlow[];
  entry(sequence: number): LedgerEntry | null;
  entriesOf(cause: Cause): readonly LedgerEntry[];
  /** From a sequence on, at most `limit`. */
  entries(from: number, limit: number): readonly LedgerEntry[];
  entryCount(): number;
}

/** A wallet on a chain. */
export interface PayingWallet {
  readonly chainId: bigint;
  readonly fromAddress: string;
}

/** A transaction of a wallet that pays nobody of the books, as the operator said. */
export interface AcknowledgedNonce extends PayingWallet {
  readonly nonce: number;
  readonly txHash: string;
  /** null: it made a contract. */
  readonly toAddress: string | null;
  /** What it moved; 0 if it reverted. */
  readonly paidWei: bigint;
  readonly blockNumber: number;
  readonly blockHash: string;
  /** When its block was made. */
  readonly blockAtMs: number;
  readonly reason: string;
  readonly atMs: number;
}

export interface PayoutStore {
  /** The row's id. */
  addPayout(payout: NewPayout): number;
  changePayout(id: number, change: PayoutChange): void;
  payout(id: number): PayoutRow | null;
  /** Newest first. */
  payouts(query?: PayoutQuery): readonly PayoutRow[];
  addAttempt(attempt: PayoutAttempt): void;
  attemptSent(txHash: string, sentAtMs: number): void;
  /** Oldest first. */
  attempts(payoutId: number): readonly PayoutAttempt[];
  /** The payout that a transaction was signed for; null if none was. */
  payoutOf(txHash: string): number | null;
  /** Nonces of a wallet on a chain that payouts have or had, in their order, each once. */
  payoutNonces(wallet: PayingWallet): readonly number[];
  /** Wallets that payouts were signed for. */
  payingWallets(): readonly PayingWallet[];
  /** By nonce. */
  acknowledgedNonces(wallet: PayingWallet): readonly AcknowledgedNonce[];
  /** Puts in the place of what was there for the nonce. */
  acknowledgeNonce(row: AcknowledgedNonce): void;
  forgetAcknowledged(wallet: PayingWallet & { readonly nonce: number }): void;
}

export interface EventStore {
  /** Of those identities, the ones known. */
  knownEvents(identities: readonly string[]): ReadonlyMap<string, KnownEvent>;
  event(sequence: number): EventRow | null;
  /** In order of arrival from a sequence on, at most `limit`. */
  events(from: number, limit: number): readonly EventRow[];
  eventCount(): number;
  /** Of the latest event, null if there is none. */
  lastEventMs(): number | null;
  /** Newest first. */
  jobs(query?: JobQuery): readonly JobRow[];
  workers(address?: string): readonly WorkerRow[];
  tickets(query?: { readonly sinceMs?: number | undefined }): readonly TicketRow[];
  rounds(): readonly ClosedRound[];
  decisions(): readonly DecisionRow[];
  /** The last one about an event. */
  decisionOf(event: number): DecisionRow | null;
  /** AI jobs that nobody has and nothing was decided about, oldest first. */
  unclaimed(query: { readonly beforeMs: number; readonly limit: number }): readonly UnclaimedRow[];
  unclaimedSum(): { readonly jobs: number; readonly feesWei: bigint };
  eventByIdentity(identity: string): EventRow | null;
  /** When the first job or ticket before an instant was, of one source or all; null: none. */
  firstMoneyMs(beforeMs: number, source?: string): number | null;
  /** Oldest first. */
  quarantine(query?: QuarantineQuery): readonly QuarantineRow[];
  quarantineCount(): number;
}

/** What ingestion writes; nobody else needs it. */
export interface IngestStore {
  addEvents(events: readonly NewEvent[]): void;
  received(requestIds: readonly string[]): readonly ReceivedRow[];
  processed(requestIds: readonly string[]): readonly ProcessedRow[];
  processedOf(event: number): ProcessedRow | null;
  addDecision(decision: Omit<DecisionRow, "id">): void;
  /** Events told by ID or by callers, of other sources, at some instants. */
  eventsElsewhere(source: string, instantsMs: readonly number[]): readonly EventRow[];
  hasOtherSources(source: string): boolean;
  /** What a source brought by the API on a day (days since 1970). */
  keyDayWei(source: string, day: number): bigint;
  setKeyDayWei(source: string, day: number, wei: bigint): void;
  addReceived(rows: readonly ReceivedRow[]): void;
  putProcessed(rows: readonly ProcessedRow[]): void;
  /** Adds jobs and fees, widens the span seen. */
  addToWorkers(rows: readonly Omit<WorkerRow, "connections">[]): void;
  addConnections(rows: readonly ConnectionRow[]): void;
  addReset(reset: ResetRow): void;
  ticketsLike(ticket: string): readonly TicketRow[];
  ticketByHash(txHash: string): TicketRow | null;
  addTicket(ticket: Omit<TicketRow, "id">): void;
  changeTicket(ticket: TicketRow): void;
  removeTicket(id: number): void;
  redemptions(ticket: string): readonly RedemptionRow[];
  putRedemption(redemption: RedemptionRow): void;
  addQuarantine(rows: readonly Omit<QuarantineRow, "id" | "resolvedAtMs">[]): number;
  resolveQuarantine(id: number, atMs: number): void;
  addRound(round: ClosedRound): void;
  lastRound(): ClosedRound | null;
}

export interface PoolStore extends LedgerStore, PayoutStore, EventStore, IngestStore, ReportStore {
  /** All or nothing, durable when it returns. Inside another one it is a part of that. */
  transaction<T>(work: () => T): T;
  /**
   * @throws RemoteError (`DATABASE_REPLACED`) when another file, or none, has taken the place of
   *   the one that is open; transactions that write do this by themselves
   */
  assertInPlace(): void;
  cursor(source: string): string | null;
  setCursor(source: string, cursor: string): void;
  cursors(): ReadonlyMap<string, string>;
  setting(key: string): string | null;
  setSetting(key: string, value: string): void;
  /** Appends to the proposal's `logs`. */
  log(entry: { readonly atMs: number; readonly key: string; readonly value: string }): void;
  close(): void;
}

/** Enters what no node told of redeemed tickets as if one had: income from the chain itself. */
import { createHash } from "node:crypto";
import { EventIngest } from "../../books/ingest/ingest.js";
import type { EventRow, IncomeRow, PoolStore } from "../../books/store/store.js";
import { reconcile } from "./reconcile.js";

export interface EnterOptions {
  /** Whose income it is, lower-case hex with `0x`. */
  readonly recipient: string;
  /** Region of the events. */
  readonly region: string;
  readonly nowMs: number;
  /** Also what an operator has voided while it was in the same block. @default false */
  readonly voidedToo?: boolean | undefined;
}

/** What became of redemptions that no node told. */
export interface Entered {
  readonly entered: readonly IncomeRow[];
  /** Left out: they were entered before from the same block, and an operator voided that. */
  readonly voided: readonly IncomeRow[];
}

/**
 * Enters what no node has told by now: compared again in the transaction that enters it, as an import may
 * have told it while the chain was read. A node that tells one later tells what is known. Left out is what paid less than its face
 * value, and what an operator has voided, unless the chain has it in another block by now. Of several
 * tickets in a transaction the first has its hash alone, as a node would tell it, and its gas, unless one
 * was told before.
 *
 * @param rows the chain's, of the recipient
 */
export function enterUntold(
  store: PoolStore,
  rows: readonly IncomeRow[],
  options: EnterOptions,
): Entered {
  return store.transaction(() => {
    const { untold } = reconcile(store, rows, options.recipient);
    return enterNow(store, untold, options);
  });
}

function enterNow(
  store: PoolStore,
  untold: readonly IncomeRow[],
  { region, nowMs, voidedToo = false }: EnterOptions,
): Entered {
  const taken = new Set<string>();
  const voided: IncomeRow[] = [];
  const whole: {
    readonly row: IncomeRow;
    readonly redemption: string;
    readonly raw: Uint8Array;
  }[] = [];
  for (const row of untold) {
    if (row.paidWei !== row.faceValueWei) continue;
    const id = idOf(store, row, voidedToo);
    if (id === null) {
      voided.push(row);
      continue;
    }
    const redemption = redemptionOf(store, row, taken);
    taken.add(redemption);
    const raw = new TextEncoder().encode(eventOf(row, { id, redemption, region }));
    whole.push({ row, redemption, raw });
  }
  if (whole.length === 0) return { entered: [], voided };
  const pieces = whole.map(({ raw }, position) => ({ raw, position, problem: null }));
  const origin = "pool reconcile";
  new EventIngest(store).ingest({ source: "chain", origin, pieces, nowMs });
  // What a limit of the books keeps in quarantine is not entered.
  const entered = whole
    .filter(({ redemption }) => store.tickets.byHash(redemption) !== null)
    .map(({ row }) => row);
  return { entered, voided };
}

/**
 * What the books call it: the first of a transaction by its hash alone, others with the place of their event
 * behind it, or the next one that is free, as a reorganisation moves events to other places.
 */
function redemptionOf(
  store: PoolStore,
  { txHash, logIndex }: IncomeRow,
  taken: ReadonlySet<string>,
): string {
  const isFree = (name: string): boolean => !taken.has(name) && store.tickets.byHash(name) === null;
  if (isFree(txHash)) return txHash;
  let place = logIndex;
  while (!isFree(`${txHash}#${place}`)) place++;
  return `${txHash}#${place}`;
}

/**
 * The id of its event: of its place in the transaction and of its block, so that one which was undone,
 * voided and is in another block now is another event.
 *
 * @returns null: it was entered from this block, and voided
 */
function idOf(store: PoolStore, row: IncomeRow, voidedToo: boolean): string | null {
  const { chainId, txHash, logIndex, blockHash, faceValueWei, atMs } = row;
  const voidOf = (id: string): EventRow | null => {
    const identity = `uuid:${id}`;
    if (!store.events.known([identity]).has(identity)) return null;
    const event = store.events.ticketsOf(faceValueWei).find((one) => one.identity === identity);
    return event !== undefined && store.decisions.of(event.sequence)?.kind === "void"
      ? event
      : null;
  };
  // Events that an older poolsim entered do not say their block: they have its time.
  const older = voidOf(uuidOf(`${chainId} ${txHash} ${logIndex}`));
  if (older?.atMs === atMs && !voidedToo) return null;
  for (let times = 0; ; times++) {
    const again = times === 0 ? "" : ` ${times}`;
    const id = uuidOf(`${chainId} ${txHash} ${logIndex} ${blockHash}${again}`);
    if (voidOf(id) === null) return id;
    if (!voidedToo) return null;
  }
}

function uuidOf(name: string): string {
  const digest = createHash("sha256").update(name).digest("hex");
  return digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}

/** As nodes write it; the same redemption has the same identity. */
function eventOf(
  row: IncomeRow,
  {
    id,
    redemption,
    region,
  }: { readonly id: string; readonly redemption: string; readonly region: string },
): string {
  const { txHash, recipient, sender, atMs } = row;
  const numbers = {
    faceValue: row.faceValueWei,
    winProb: row.winProb,
    creationRound: row.creationRound,
    // The transaction paid it once.
    ...(row.gasWei === null || redemption !== txHash ? {} : { gasFees: row.gasWei }),
  };
  const payload = [
    `"recipient":"${recipient}","sender":"${sender}","txHash":"${redemption}"`,
    ...Object.entries(numbers).map(([name, wei]) => `"${name}":${wei}`),
  ].join(",");
  const at = new Date(atMs).toISOString();
  return (
    `{"ID":"${id}","DT":"${at}","EventType":"ticket-redeemed","Version":1,"NodeType":"transcode",` +
    `"Region":${JSON.stringify(region)},"Payload":{${payload}}}`
  );
}

/** A source's list as a gateway's webhook answers it (W-4): who is in it, and with which score. */
import { createHash } from "node:crypto";
import { InputError } from "../../core/errors.js";
import type { SourceEndpoint, SourceListing } from "../../discovery/index.js";
import { parseOrchBlocklist } from "../../discovery/index.js";

/** Who is left out, and who is trusted. */
export interface EntryRules {
  /** Lower-case addresses, `0x` or not, whose orchestrators are left out. */
  readonly blocked: ReadonlySet<string>;
  /** Lower-case addresses and hosts whose score is 1. */
  readonly trusted: ReadonlySet<string>;
  /** Everybody else's score; null = what the source says. */
  readonly score: number | null;
}

/** An answer, ready to be sent. */
export interface WebhookAnswer {
  readonly body: Buffer;
  readonly count: number;
  /** Unix ms when the source last confirmed the list. */
  readonly confirmedAtMs: number;
  /** Changes with the body. */
  readonly tag: string;
  /** The part of it that a remote signer is asked for by keys; null: its table is empty. */
  readonly select?: (caps: readonly string[]) => Pick<WebhookAnswer, "body" | "tag"> | null;
}

/**
 * Reads the rules of the command line.
 *
 * @throws InputError (`USAGE`) for an address that is none
 */
export function readRules(flags: {
  readonly orchBlocklist: string;
  readonly trusted: string;
  readonly score?: string;
}): EntryRules {
  const blocked = parseOrchBlocklist(flags.orchBlocklist)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  for (const entry of blocked) {
    if (!/^(0x)?[0-9a-f]{40}$/.test(entry)) {
      throw new InputError(`--orchBlocklist ${entry}: expected an address of 40 hex digits`, {
        code: "USAGE",
      });
    }
  }
  const trusted = flags.trusted.toLowerCase().split(",");
  return {
    blocked: new Set(blocked.map((entry) => (entry.startsWith("0x") ? entry : `0x${entry}`))),
    trusted: new Set(trusted.map((entry) => entry.trim()).filter((entry) => entry !== "")),
    score: flags.score === undefined ? null : Number(flags.score),
  };
}

function scoreOf({ recipient, host, score }: SourceEndpoint, rules: EntryRules): number {
  const isTrusted =
    rules.trusted.has(host.toLowerCase()) || (recipient !== null && rules.trusted.has(recipient));
  return isTrusted ? 1 : (rules.score ?? score);
}

/**
 * The answer for a list: in the source's order, each URI once, so that the same list gives the same
 * bytes (W-7). Those without a host cannot be dialled (W-5) and are left out.
 */
export function webhookAnswer(
  { endpoints, confirmedAtMs }: SourceListing,
  rules: EntryRules,
): WebhookAnswer {
  const scores = new Map<string, number>();
  for (const endpoint of endpoints) {
    const { uri, host, recipient } = endpoint;
    const isBlocked = recipient !== null && rules.blocked.has(recipient);
    if (isBlocked || host === "") continue;
    scores.set(uri, Math.max(scores.get(uri) ?? 0, scoreOf(endpoint, rules)));
  }
  const entries = [...scores].map(([address, score]) => ({ address, score }));
  const body = Buffer.from(`${JSON.stringify(entries)}\n`);
  const tag = createHash("sha256").update(body).digest("hex").slice(0, 32);
  return { body, count: entries.length, confirmedAtMs, tag };
}

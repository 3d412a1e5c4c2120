/** Rows of the subgraph as endpoints: which of them count (B-4), and what is known about them. */
import { PoolsimError } from "../../../core/errors.js";
import { trimGoSpace } from "../../../core/go-text.js";
import { Rational } from "../../../core/rational.js";
import { clampInt64, tokensToFixed } from "../../price.js";
import { parseRequestUri } from "../request-uri.js";
import { bareEndpoint, type DroppedEntry, type SourceEndpoint } from "../source.js";
import type { NextOrchestratorsQuery } from "./generated/orchestrators.js";
import type { OrchestratorRows } from "./read-orchestrators.js";

type TranscoderRow = NextOrchestratorsQuery["transcoders"][number];

/** Longer ones reach nobody. */
const MAX_URI_LENGTH = 2_048;
/** Nobody was named by the operator: untrusted (V-10). */
const SCORE = 0;
const WEI = Rational.of(10n ** 18n);

/**
 * Sorts the rows out.
 *
 * @param blocklist addresses with or without `0x`, as `parseOrchBlocklist` gives them
 */
export function endpointsOf(
  { rows, round }: OrchestratorRows,
  blocklist: readonly string[],
): { readonly endpoints: readonly SourceEndpoint[]; readonly dropped: readonly DroppedEntry[] } {
  const blocked = new Set(blocklist.map((entry) => entry.toLowerCase().replace(/^0x/, "")));
  const endpoints: SourceEndpoint[] = [];
  const dropped: DroppedEntry[] = [];
  for (const row of rows) {
    const recipient = row.id.toLowerCase();
    const uri = trimGoSpace((row.serviceURI ?? "").slice(0, MAX_URI_LENGTH + 1));
    const drop = (rule: string, detail: string): void => {
      dropped.push({ uri, recipient, rule, detail });
    };
    const inactivity = inactivityOf(row, round);
    if (inactivity !== null) drop("B-4", inactivity);
    else if (blocked.has(recipient.slice(2))) drop("D-21", "on the block list");
    else if (uri === "") drop("B-12", "registered no service URI");
    else if (uri.length > MAX_URI_LENGTH) drop("B-12", "a URI that is too long");
    else {
      try {
        endpoints.push(endpointOf(row, { recipient, uri }));
      } catch (error) {
        if (!(error instanceof PoolsimError)) throw error;
        drop("B-12", error.message);
      }
    }
  }
  return { endpoints, dropped };
}

/** B-4: active from the activation round up to before the deactivation round. */
function inactivityOf(row: TranscoderRow, round: bigint | null): string | null {
  if (!row.active) return "not active";
  if (round === null) return null;
  const { activationRound, deactivationRound } = row;
  const active = BigInt(activationRound) <= round && round < BigInt(deactivationRound);
  return active
    ? null
    : `active from round ${activationRound} to ${deactivationRound}, now ${round}`;
}

function endpointOf(
  row: TranscoderRow,
  { recipient, uri }: { readonly recipient: string; readonly uri: string },
): SourceEndpoint {
  return {
    ...bareEndpoint(parseRequestUri(uri), SCORE),
    recipient,
    stake: tokensToFixed(Rational.parse(row.totalStake).mul(WEI).trunc()),
    activationRound: clampInt64(BigInt(row.activationRound)),
    deactivationRound: clampInt64(BigInt(row.deactivationRound)),
  };
}

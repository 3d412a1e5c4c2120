/** An orchestrator that a discovery found, with all that is known of it. */
import type { Rational } from "../../core/rational.js";
import { pricePerPixel, priceRejection } from "../price.js";
import type { Rejection } from "../rejection.js";
import type { OrchestratorAnswer } from "../rpc/decode.js";
import type { SourceEndpoint } from "../sources/source.js";
import type { FoundAsked } from "./live-round.js";

/** What sessions are made of. */
export interface OrchestratorDescriptor {
  /** Where it was asked. */
  readonly uri: string;
  /** See `Asked`. */
  readonly advertisedBy: string | null;
  /** The trust that the source gives it, 1 or 0 (V-10). */
  readonly score: number;
  /** Where segments go (V-2). */
  readonly transcoder: string;
  /** Ms from the question to its answer. */
  readonly latencyMs: number;
  /** Suspended, and taken as there were not enough others (D-39). */
  readonly backfilled: boolean;
  /** Wei per pixel; null = it told none, or one that cannot be read. */
  readonly price: Rational | null;
  /** Why selection will pass over it because of its price (L-10); null = it will not. */
  readonly priceRejection: Rejection | null;
  /** Whom tickets are paid to: as the answer says, else as the source says. */
  readonly recipient: string | null;
  /** Of the recipient, in hundred-thousandths of an LPT (B-9), where the source knows it. */
  readonly stake: bigint | null;
  /** The whole answer. */
  readonly info: OrchestratorAnswer;
}

/** What is told of one who was found. */
export function descriptor(
  found: FoundAsked,
  stakes: ReadonlyMap<string, bigint>,
  maxPrice: Rational | null,
): OrchestratorDescriptor {
  const { uri, advertisedBy, score, answer, latencyMs, backfilled } = found;
  const recipient = recipientOf(found);
  return {
    uri,
    advertisedBy,
    score,
    transcoder: answer.transcoder,
    latencyMs,
    backfilled,
    price: readPrice(answer),
    priceRejection: priceRejection(answer.priceInfo, maxPrice),
    recipient,
    stake: recipient === null ? null : (stakes.get(recipient) ?? null),
    info: answer,
  };
}

/** The recipient of its tickets; the source's word where it sent no ticket parameters. */
export function recipientOf(asked: {
  readonly answer: OrchestratorAnswer | null;
  readonly listed: SourceEndpoint | null;
}): string | null {
  return asked.answer?.ticketParams?.recipient ?? asked.listed?.recipient ?? null;
}

/** The price of an answer, null for none and for one per 0 pixels. */
export function readPrice({ priceInfo }: OrchestratorAnswer): Rational | null {
  return priceInfo?.pixelsPerUnit === 0n ? null : pricePerPixel(priceInfo);
}

/** Stakes by recipient, as far as a source knows them. */
export function stakesOf(endpoints: readonly SourceEndpoint[]): ReadonlyMap<string, bigint> {
  return new Map(
    endpoints.flatMap(({ recipient, stake }) =>
      recipient === null || stake === null ? [] : [[recipient, stake] as const],
    ),
  );
}

/**
 * Where loops over a stream's next segments find what is known ahead, and put what they work out:
 * those of the language (`plain-run-loops.ts`) and those for the vector unit (`scripts/run-loops.ts`).
 */
import { LIST_MAX, listBytes } from "../../engine/draw-lists.js";
import { TICKET_PARAMS_VALID_MS } from "../discovery/found.js";

/** So many segments are looked at in a row at most: there is one duration more. */
export const CHUNK = LIST_MAX - 1;
/** Of them, so many are drawn for at a time: what comes after the last that can be known is in vain. */
export const BLOCK = 16;

/**
 * While a segment is being downloaded, the session has the terms for tickets of the one before it: terms
 * that last for so much longer than is asked for are good for the next segment, too, if that comes
 * within this time. A run may stop where it need not.
 */
export const TERMS_SPARE_MS = 120_000;
/** How long after its segment was sent a result's terms count. */
export const TERMS_KEPT_MS = TICKET_PARAMS_VALID_MS - TERMS_SPARE_MS;

/** From a list to the next one, bytes. */
export const LIST_STEP = listBytes(LIST_MAX, Float64Array.BYTES_PER_ELEMENT);

/** Places of the lists, of which each has a number for each segment; all times in ms. */
export const LISTS = {
  /** Of one segment more. */
  durations: 0,
  /** From ready to sent. */
  prepares: 1,
  /** The factor on the whole exchange. */
  networks: 2,
  /** What says whether it fails. */
  failures: 3,
  /** What its node's worker takes, or the node itself. */
  works: 4,
  /** When it is ready, sent, done, and its result there. */
  ready: 5,
  sent: 6,
  done: 7,
  end: 8,
  /** When its renditions are downloaded. */
  over: 9,
  scores: 10,
  /** From sent to downloaded. */
  roundTrips: 11,
  /** Of all renditions: as they will be, and as they are estimated before (P-19). */
  pixels: 12,
  estimates: 13,
  /** How many tickets are sent with it, and what says which of them win. */
  tickets: 14,
  wins: 15,
  /** Of the pool's: its round trip ÷ its duration, without its worker's time, and as `exactMs`. */
  margins: 16,
  sides: 17,
  exact: 18,
} as const;

/** A name of a list. */
export type ListName = keyof typeof LISTS;

/** Places in a list of what stays as it is while the stream's segments are decided; times in ms. */
export const KNOWN = {
  /** When the first of them is ready. */
  readyMs: 0,
  /** Each is over before. */
  untilMs: 1,
  /** When the work on the session's last segment ends. */
  lastEndMs: 2,
  /** When the connection was used last. */
  usedMs: 3,
  /** When the session has to be renewed, and until when its tickets' terms count at first. */
  renewMs: 4,
  termsMs: 5,
  /** Of the session, and of the node at this time. */
  factor: 6,
  slowness: 7,
  /** Of the link. */
  upMs: 8,
  workMs: 9,
  tailMs: 10,
  downMs: 11,
  /** Those fail whose draw is below. */
  failure: 12,
  /** Parameters of lognormal quantities. */
  durationMu: 13,
  durationSigma: 14,
  prepareMu: 15,
  prepareSigma: 16,
  networkMu: 17,
  networkSigma: 18,
  workMu: 19,
  workSigma: 20,
  /** The worker's, on its work. */
  workFactor: 21,
  /** Of the credit at the node, before and after what is paid for. */
  ownTickets: 22,
  ownPixels: 23,
  lastUsedMs: 24,
} as const;

/** A name of what is known. */
export type KnownName = keyof typeof KNOWN;

/** What is drawn for each segment beside its duration and the network's factor. */
export const DRAWN = {
  prepares: 1,
  works: 2,
} as const;

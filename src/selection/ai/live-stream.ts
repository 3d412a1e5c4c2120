/**
 * A live video stream's orchestrators, one after the other (A-45 … A-51): why one is given up, whether
 * another may follow, and what is paid. Pure cores: {@link LiveStream} runs an `AIRequest` for each
 * orchestrator that it starts on.
 */
import { invariant } from "../../core/errors.js";
import type { AISelection, AISessionSelector } from "./session-selector.js";

/** Swaps that count as in quick succession. */
export const MAX_RECENT_SWAPS = 2;
/** Within which a swap counts as soon after the one before, ms. */
export const RECENT_SWAP_MS = 180_000;
/** Limit on the request that starts a stream on an orchestrator, ms. */
export const LIVE_START_TIMEOUT_MS = 5_000;
/** After how long without an output segment an orchestrator is given up, ms, unless set. */
export const LIVE_OUT_SEGMENT_TIMEOUT_MS = 30_000;
/** After how long without an event it is, ms; looked at every {@link LIVE_EVENT_CHECK_MS}. */
export const LIVE_EVENT_TIMEOUT_MS = 30_000;
/** How often that is looked at, ms. */
export const LIVE_EVENT_CHECK_MS = 10_000;
/** Input segments that are still being written when another one means "slow". */
export const LIVE_MAX_WRITES = 3;
/** The consecutive failed read of the output that is one too many, and the pause, ms. */
export const LIVE_READ_FAILURES = 7;
/** The pause between failed reads of the output, ms. */
export const LIVE_READ_PAUSE_MS = 300;

/** Why a stream gives its orchestrator up, by name. */
export const LIVE_FAULT = {
  /** Three input segments are still being written when the next one begins. */
  slow: { suspends: true },
  /** A channel of the stream no longer exists at the orchestrator. */
  channelGone: { suspends: false },
  /** The output could not be read seven times in a row. */
  outputUnreadable: { suspends: false },
  /** Copying an output segment failed although the input goes on; see `inputIsRecent`. */
  outputBroken: { suspends: true },
  /** No output segment for `-liveOutSegmentTimeout` although the input goes on. */
  noOutput: { suspends: true },
  /** No event for 30 s. */
  noEvents: { suspends: false },
  /** The stream could not be set up after its start. */
  initialisation: { suspends: false },
} as const satisfies Record<string, { readonly suspends: boolean }>;

/** Name of one of {@link LIVE_FAULT}. */
export type LiveFault = keyof typeof LIVE_FAULT;

/**
 * Whether the input of a stream counts as going on when its output stops.
 *
 * @param nowMs now
 * @param lastInputMs when the last input segment began
 * @param outSegmentTimeoutMs `-liveOutSegmentTimeout`; 0 means 30 s to the watchdog of missing output,
 *   but "never" where an output segment breaks: go-livepeer's default
 */
export function inputIsRecent(
  nowMs: number,
  lastInputMs: number,
  outSegmentTimeoutMs: number,
): boolean {
  return nowMs - lastInputMs < outSegmentTimeoutMs / 2;
}

/** Counts the swaps of one stream. */
export class SwapLimit {
  #lastMs: number;
  #recent = 0;

  /** @param startedMs when the stream started */
  constructor(startedMs: number) {
    this.#lastMs = startedMs;
  }

  /**
   * Asks for a swap: at most two in quick succession.
   *
   * @returns false if the stream has to stop; the time of the last swap stays then
   */
  swap(nowMs: number): boolean {
    this.#recent = nowMs - this.#lastMs < RECENT_SWAP_MS ? this.#recent + 1 : 1;
    if (this.#recent > MAX_RECENT_SWAPS) return false;
    this.#lastMs = nowMs;
    return true;
  }
}

/** How a stream ended. */
export const LIVE_END = {
  /** It goes on. */
  none: "none",
  /** Its input has gone. */
  inputGone: "inputGone",
  /** No orchestrator could be started. */
  noOrchestrator: "noOrchestrator",
  /** `Too many swaps`. */
  tooManySwaps: "tooManySwaps",
} as const;

/** One of {@link LIVE_END}. */
export type LiveEnd = (typeof LIVE_END)[keyof typeof LIVE_END];

/** What the caller does next. */
export type LiveEffect = "start" | "run" | "end";

/**
 * One stream. Each method says what happened and returns what is next: `start` an `AIRequest`
 * and tell how it ended, `run` until the orchestrator is given up or the input has gone, or `end`.
 */
export class LiveStream<Info = unknown> {
  /** Who runs it; null = nobody right now. */
  selection: AISelection<Info> | null = null;
  /** How it ended. */
  end: LiveEnd = LIVE_END.none;
  /** How often another orchestrator was started. */
  swaps = 0;

  readonly #selector: () => AISessionSelector<Info> | undefined;
  readonly #limit: SwapLimit;
  #inputIsGone = false;

  /**
   * @param startedMs when it started
   * @param selector the selector whose orchestrators it suspends. In go-livepeer that is found by the
   *   stream's pipeline name: for a stream without one it is another than its session's, and the
   *   suspension is lost
   */
  constructor(startedMs: number, selector: () => AISessionSelector<Info> | undefined) {
    this.#limit = new SwapLimit(startedMs);
    this.#selector = selector;
  }

  /**
   * The request that was to start it has ended.
   *
   * @param selection who started it; null = nobody did: the stream is over
   */
  started(selection: AISelection<Info> | null): LiveEffect {
    invariant(this.end === LIVE_END.none, "a stream that is over starts no more");
    if (selection === null) return this.#over(LIVE_END.noOrchestrator);
    this.selection = selection;
    return this.#inputIsGone ? this.#over(LIVE_END.inputGone) : "run";
  }

  /** Its input has gone: nobody is suspended for what follows, and nobody started. */
  inputGone(): void {
    this.#inputIsGone = true;
  }

  /**
   * The orchestrator is given up, or the input has gone (A-46 … A-50). Faults that do not suspend
   * leave it where it is: the next start may pick it again.
   *
   * @param fault why; null = only the input has gone
   */
  gaveUp(nowMs: number, fault: LiveFault | null): LiveEffect {
    const { selection } = this;
    invariant(selection !== null, "who gives up was started");
    this.selection = null;
    if (fault === null || this.#inputIsGone) return this.#over(LIVE_END.inputGone);
    if (LIVE_FAULT[fault].suspends) this.#selector()?.suspendRunning(selection);
    if (!this.#limit.swap(nowMs)) return this.#over(LIVE_END.tooManySwaps);
    this.swaps += 1;
    return "start";
  }

  #over(end: LiveEnd): LiveEffect {
    this.selection = null;
    this.end = end;
    return "end";
  }
}

/** Units of one second of live video, whatever its size. */
export const LIVE_UNITS_PER_SECOND = 1280n * 720n * 30n;
/** What the start of a stream pays for: a minute. */
export const LIVE_START_UNITS = 60n * LIVE_UNITS_PER_SECOND;
/** `-livePaymentInterval`, ms. */
export const LIVE_PAYMENT_INTERVAL_MS = 5_000;

const NS_PER_SECOND = 1_000_000_000n;

/** What a running stream pays for, and when. Times are whole nanoseconds. */
export class LivePayments {
  #billedNs: bigint;
  #paidNs: bigint;
  readonly #intervalNs: bigint;

  /**
   * @param startedNs when the stream started on the orchestrator
   * @param intervalMs `-livePaymentInterval`. @default LIVE_PAYMENT_INTERVAL_MS
   */
  constructor(startedNs: bigint, intervalMs: number = LIVE_PAYMENT_INTERVAL_MS) {
    this.#billedNs = startedNs;
    this.#paidNs = startedNs;
    this.#intervalNs = BigInt(Math.trunc(intervalMs * 1e6));
  }

  /**
   * An input segment begins.
   *
   * @returns units to pay for now, 0 if it is not time yet. The billed instant advances only by the
   *   whole units, so that nothing is lost by cutting
   */
  segmentBegins(nowNs: bigint): bigint {
    if (nowNs - this.#paidNs < this.#intervalNs) return 0n;
    this.#paidNs = nowNs;
    const units = ((nowNs - this.#billedNs) * LIVE_UNITS_PER_SECOND) / NS_PER_SECOND;
    this.#billedNs += (units * NS_PER_SECOND) / LIVE_UNITS_PER_SECOND;
    return units;
  }
}

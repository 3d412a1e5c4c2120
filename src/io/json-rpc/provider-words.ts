/**
 * What a node's error asks for. There is no standard that providers keep to: the same limit comes
 * with a dozen codes, and one code for a dozen limits, so that words count before codes.
 */

/** An error as a node tells it. */
export interface NodeFault {
  readonly code: number;
  readonly message: string;
}

/**
 * `patience`: a rate limit, come again later. `tooMuch`: less at a time, please: a range, a size, a
 * time. `passing`: the node's own trouble. `reverted`: the contract says no. `other`: all else.
 */
export type Complaint = "patience" | "tooMuch" | "passing" | "reverted" | "other";

/** Limit exceeded (EIP-1474): of anything, as its words say or do not say. */
const LIMIT_EXCEEDED = -32005;
/** Codes that say rate limit, whatever the words. */
const RATE_CODES: ReadonlySet<number> = new Set([429, -32029, -32016, -32007, -32090, -32097]);
/** Internal error; resource unavailable (EIP-1474). */
const PASSING_CODES: ReadonlySet<number> = new Set([-32603, -32002]);
const REVERT_CODES: ReadonlySet<number> = new Set([3, -32015]);

const REVERTED = /revert|invalid opcode|invalid jump|stack (?:under|over)flow|vm execution error/i;
const OF_A_RANGE =
  /block range|ranges? (?:is )?(?:too|over|exceed|limit)|(?:max|maximum|limited to)[^.]{0,30}\b(?:range|blocks)|[\d,]+ (?:block )?range|more than [\d,]+ (?:results|logs|blocks|entries|events)|too many (?:results|logs|blocks|events)|(?:response|result|log|logs) (?:set |response )?(?:size|is too|are too|exceed)|query returned/i;
const OF_A_RATE =
  /rate.{0,3}limit|limited? (?:the |your )?rate|request rate|too many requests|\b429\b|throttl|slow down|(?:per|\/|a) ?(?:second|sec|minute|min|hour|day|month)\b|\b(?:rps|qps|cups)\b|(?:requests?|calls?|credits?|units?|quota|capacity|throughput|daily|monthly)\b.{0,60}(?:exceed|exhaust|reached|limit)|(?:exceed|exhaust|reached).{0,60}\b(?:requests?|calls?|credits?|units|quota|capacity|throughput)|(?:retry|again) (?:in|after) ?\d/i;
const OF_A_SIZE =
  /too (?:large|big|wide|long|much)|\bsize\b|limit exceeded|exceeds? |exceeded|limited to|out of gas|\bgas (?:limit|required|cap)|maximum|max /i;
const OF_A_TIME = /time.?out|timed.?out|deadline|too long|execution aborted|cancell?ed|aborted/i;
const PASSING =
  /internal|unavailable|overload|busy|at capacity|backend|upstream|no (?:healthy|available)|connection|(?:header|block) not found|unknown block|not yet|syncing|again later|temporar|bad gateway/i;
/** Nothing that passes, whatever else it says. */
const LASTING = /method|plan\b|tier|not supported|unauthori|forbidden|api key/i;

/** What a node's error asks for. */
export function complaintOf({ code, message }: NodeFault): Complaint {
  if (REVERT_CODES.has(code) || REVERTED.test(message)) return "reverted";
  if (OF_A_RANGE.test(message)) return "tooMuch";
  if (OF_A_RATE.test(message)) return "patience";
  if (OF_A_TIME.test(message)) return "tooMuch";
  if (RATE_CODES.has(code)) return "patience";
  if (code === LIMIT_EXCEEDED) return "tooMuch";
  if (LASTING.test(message)) return "other";
  if (OF_A_SIZE.test(message)) return "tooMuch";
  return PASSING_CODES.has(code) || PASSING.test(message) ? "passing" : "other";
}

/** Whether a limit that does not say of what may be one of rate. */
export function mayBeRate({ code }: NodeFault): boolean {
  return code === LIMIT_EXCEEDED || RATE_CODES.has(code);
}

/** Whether a refusal of a batch is one of its size, and not of batches. */
export function asksSmallerBatch(words: string): boolean {
  return /too|limit|max|exceed|large|size|at most|more than|\b413\b/i.test(words);
}

/** When to come again by the words of an error, e.g. `retry in 10s`: ms; null = it does not say. */
export function pauseInWords(words: string): number | null {
  const found = /(?:retry|again) (?:in|after) ?(\d{1,6}(?:\.\d{1,6})?) ?(ms|milli|m)?/i.exec(words);
  if (found === null) return null;
  const [, amount, unit] = found;
  const scale = unit === undefined ? 1_000 : unit.length > 1 ? 1 : 60_000;
  return Number(amount) * scale;
}

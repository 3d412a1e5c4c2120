/**
 * Between an extension's objects and the model: what they leave out has defaults, what they answer
 * is checked, and what they throw says whose fault it is.
 */
import { isPoolsimError } from "../../core/errors.js";
import {
  type AdmissionPolicy,
  AdmitEveryone,
  type Attribution,
  type AttributionInput,
  type AttributionScheme,
} from "../../pool/index.js";
import { NOBODY, type SelectionAlgorithm } from "../../selection/index.js";
import { extensionError } from "./read-module.js";

/** Whose code is called, for messages. */
export interface Author {
  readonly path: string;
  /** Such as `admission policy patience`. */
  readonly what: string;
}

export type Call = (...given: never[]) => unknown;

/** Calls an extension; what it throws becomes the user's error, with the place. */
export function guarded<T>({ path, what }: Author, place: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (isPoolsimError(error)) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw extensionError(path, `${what}: ${place} fails: ${text}`, error);
  }
}

/** An answer that is not what was expected. */
export function wrong({ path, what }: Author, place: string, expected: string): Error {
  return extensionError(path, `${what}: ${place} answers with something else than ${expected}`);
}

export function methodOf(given: object, name: string): Call | undefined {
  const found: unknown = Reflect.get(given, name);
  return typeof found === "function" ? (found as Call) : undefined;
}

export const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null;
const isBoolean = (value: unknown) => typeof value === "boolean";

function isDecision(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { admitted, maxSessions, reason } = value as Readonly<Record<string, unknown>>;
  const isCount = Number.isSafeInteger(maxSessions) && Number(maxSessions) >= 0;
  return isBoolean(admitted) && isCount && typeof reason === "string";
}

/** What each method answers, and how to tell; undefined: nothing. */
const POLICY_ANSWERS: Readonly<
  Record<string, readonly [expected: string, isRight: (value: unknown) => boolean] | undefined>
> = {
  onRegister: ["{ admitted, maxSessions, reason }", isDecision],
  onDisconnect: undefined,
  mayServe: ["true or false", isBoolean],
  tier: ["a finite number", Number.isFinite],
  wantsShadow: ["true or false", isBoolean],
  onShadow: undefined,
  onSegment: undefined,
  onSessionEnd: undefined,
};

/**
 * A whole policy of what an extension gave: the methods that it leaves out admit everyone.
 *
 * @throws InputError (`EXTENSION`), now for what is no policy, later for a wrong answer
 */
export function wholePolicy(name: string, given: unknown, author: Author): AdmissionPolicy {
  if (!isObject(given)) throw wrong(author, "create", "an object of methods");
  const policy: Record<string, unknown> = {};
  const fallback = new AdmitEveryone();
  for (const [method, answer] of Object.entries(POLICY_ANSWERS)) {
    const own = methodOf(given, method);
    if (own === undefined) {
      policy[method] = methodOf(fallback, method)?.bind(fallback);
      continue;
    }
    policy[method] = (...args: never[]): unknown => {
      const answered = guarded(author, method, () => own.apply(given, args));
      if (answer !== undefined && !answer[1](answered)) throw wrong(author, method, answer[0]);
      return answered;
    };
  }
  const readsSegments = methodOf(given, "onSegment") !== undefined;
  return { ...policy, policy: name, readsSegments } as unknown as AdmissionPolicy;
}

/**
 * An extension's algorithm, held to naming a candidate or nobody.
 *
 * @throws InputError (`EXTENSION`), now for what is no algorithm, later for a wrong answer
 */
export function wholeAlgorithm(
  given: unknown,
  author: Author,
  needsLatencies: boolean,
): SelectionAlgorithm {
  const select = isObject(given) ? methodOf(given, "select") : undefined;
  if (select === undefined) throw wrong(author, "create", "an object with select");
  return {
    needsLatencies,
    select: (candidates, draw) => {
      const picked = guarded(author, "select", () =>
        select.apply(given, [candidates, draw] as never[]),
      );
      if (typeof picked === "number" && candidates.recipients.includes(picked)) return picked;
      if (picked === NOBODY) return NOBODY;
      throw wrong(author, "select", `one of the recipients, or ${NOBODY}`);
    },
  };
}

/** Whether value is conserved: each wei of what was attributed is somebody's, once. */
function isConserved(found: unknown, input: AttributionInput, basis: "fees" | "income"): boolean {
  if (!isObject(found)) return false;
  const { shares, commissionWei, unattributedWei } = found as Partial<Attribution>;
  if (!Array.isArray(shares) || !isAmount(commissionWei) || !isAmount(unattributedWei))
    return false;
  let wei = commissionWei + unattributedWei;
  for (const share of shares as readonly unknown[]) {
    if (!isObject(share)) return false;
    const { worker, wei: part } = share as Readonly<Record<string, unknown>>;
    if (typeof worker !== "string" || !isAmount(part) || part === 0n) return false;
    if (!input.works.some((work) => work.worker === worker)) return false;
    wei += part;
  }
  const fees = input.works.reduce((sum, work) => sum + work.feesWei, 0n);
  return wei === (basis === "fees" ? fees : input.incomeWei);
}

function isAmount(value: unknown): value is bigint {
  return typeof value === "bigint" && value >= 0n;
}

/**
 * An extension's attribution scheme, held to conserving value at each split.
 *
 * @throws InputError (`EXTENSION`), now for what is no scheme, later for a wrong answer
 */
export function wholeScheme(name: string, given: unknown, author: Author): AttributionScheme {
  const attribute = isObject(given) ? methodOf(given, "attribute") : undefined;
  if (!isObject(given) || attribute === undefined) {
    throw wrong(author, "create", "an object with basis and attribute");
  }
  const basis: unknown = Reflect.get(given, "basis");
  const windowRounds: unknown = Reflect.get(given, "windowRounds");
  if (basis !== "fees" && basis !== "income") {
    throw wrong(author, "create", `an object whose basis is "fees" or "income"`);
  }
  const rounds = Number(windowRounds);
  if (windowRounds !== undefined && !(Number.isInteger(rounds) && rounds >= 1 && rounds <= 1000)) {
    throw wrong(author, "create", "an object whose windowRounds is 1 … 1000");
  }
  return {
    name,
    basis,
    ...(windowRounds === undefined ? {} : { windowRounds: rounds }),
    attribute: (input) => {
      const found = guarded(author, "attribute", () => attribute.apply(given, [input] as never[]));
      if (isConserved(found, input, basis)) return found as Attribution;
      throw wrong(author, "attribute", "shares, commissionWei and unattributedWei that add up");
    },
  };
}

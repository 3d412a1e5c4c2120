/** The keys that sign writes: several at a time, so that one can follow another without a gap. */

import { z } from "zod";
import { InputError } from "../../core/errors.js";
import { counted } from "../../core/wording.js";
import { firstMistake } from "./parse.js";

/** A key of an orchestrator. */
export interface ApiKey {
  /** Names the key; it is sent with each request. */
  readonly id: string;
  /** Whose it is: keys that follow one another have the same, so that ids of writes stay known. */
  readonly source: string;
  /** The secret that signs, at least 32 bytes. */
  readonly secret: Uint8Array;
  /** Unix ms from which it counts. */
  readonly notBeforeMs: number;
  /** Unix ms from which it counts no more. */
  readonly notAfterMs: number;
}

const SECRET_BYTES_MIN = 32;
const SECRET_BYTES_MAX = 1_024;
const KEYS_MAX = 1_000;
const NAME = /^[\w.-]{1,64}$/;

const NAME_EXPECTED = "expected 1 to 64 of A-Z, a-z, 0-9, _, . and -";
const COUNT_EXPECTED = `expected 1 to ${KEYS_MAX} keys`;

const time = z.iso.datetime({
  offset: true,
  error: "expected a time such as 2026-02-01T10:00:07Z",
});

const keyFile = z.strictObject({
  keys: z
    .array(
      z.strictObject({
        id: z.string().regex(NAME, NAME_EXPECTED),
        source: z.string().regex(NAME, NAME_EXPECTED).optional(),
        secret: z.string().regex(/^([0-9a-fA-F]{2})+$/, "expected hex digits, two to a byte"),
        notBefore: time.optional(),
        notAfter: time.optional(),
      }),
    )
    .min(1, COUNT_EXPECTED)
    .max(KEYS_MAX, COUNT_EXPECTED),
});

/**
 * Reads a file of keys: `{"keys": [{"id", "source"?, "secret", "notBefore"?, "notAfter"?}]}`,
 * secrets in hex, times as RFC 3339.
 *
 * @param text content of the file; never part of a message
 * @param where begins messages, e.g. the file's name
 * @throws InputError (`API_KEYS`) saying where, not what
 */
export function parseKeys(text: string, where = "keys"): readonly ApiKey[] {
  const refuse = (why: string): InputError =>
    new InputError(`${where}: ${why}`, { code: "API_KEYS" });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse('not JSON, expected {"keys": [{"id": …, "secret": …}]}');
  }
  const parsed = keyFile.safeParse(value);
  if (!parsed.success) {
    const { path, message } = firstMistake(parsed.error);
    throw refuse(path === "" ? message : `${path}: ${message}`);
  }
  const keys = parsed.data.keys.map(({ id, source = id, secret, notBefore, notAfter }): ApiKey => {
    const notBeforeMs = notBefore === undefined ? 0 : Date.parse(notBefore);
    const notAfterMs = notAfter === undefined ? Number.POSITIVE_INFINITY : Date.parse(notAfter);
    return { id, source, secret: Buffer.from(secret, "hex"), notBeforeMs, notAfterMs };
  });
  checkKeys(keys, where);
  return keys;
}

/** What {@link parseKeys} reads, and what is made elsewhere, obeys the same rules. */
function checkKeys(keys: readonly ApiKey[], where = "keys"): void {
  const refuse = (why: string) => new InputError(`${where}: ${why}`, { code: "API_KEYS" });
  if (!Array.isArray(keys)) throw refuse("expected a list of keys");
  const ids = new Set<string>();
  for (const key of keys) {
    if (!isKey(key)) throw refuse("one is no key, expected id, source and the bytes of its secret");
    const { id, secret, notBeforeMs, notAfterMs } = key;
    if (ids.has(id)) throw refuse("an id is there twice");
    ids.add(id);
    if (secret.length < SECRET_BYTES_MIN || secret.length > SECRET_BYTES_MAX) {
      const found = counted(secret.length, "byte");
      throw refuse(
        `the secret of ${id} has ${found}, expected ${SECRET_BYTES_MIN} to ${SECRET_BYTES_MAX}`,
      );
    }
    if (Number.isNaN(notBeforeMs) || Number.isNaN(notAfterMs)) {
      throw refuse(`${id} has a time that is none, expected ms since 1970`);
    }
  }
}

/** Callers without types may give something else. */
function isKey(key: unknown): key is ApiKey {
  if (typeof key !== "object" || key === null) return false;
  const [id, source] = [Reflect.get(key, "id"), Reflect.get(key, "source")];
  return (
    typeof id === "string" &&
    typeof source === "string" &&
    Reflect.get(key, "secret") instanceof Uint8Array
  );
}

/** The keys in force; they can be replaced while the server runs. */
export class KeyRing {
  #keys: ReadonlyMap<string, ApiKey> = new Map();

  /** @throws as {@link replace} */
  constructor(keys: readonly ApiKey[]) {
    this.replace(keys);
  }

  /**
   * Takes other keys in place of all these, from now on.
   *
   * @throws InputError (`API_KEYS`) for an id that is there twice, for a secret of another length than
   *   32 to 1,024 bytes, and for times that are none; then the old ones stay
   */
  replace(keys: readonly ApiKey[]): void {
    checkKeys(keys);
    this.#keys = new Map(keys.map((key) => [key.id, key]));
  }

  /** The key of that id if it counts now. */
  find(id: string, nowMs: number): ApiKey | null {
    const key = this.#keys.get(id);
    if (key === undefined || nowMs < key.notBeforeMs || nowMs >= key.notAfterMs) return null;
    return key;
  }
}

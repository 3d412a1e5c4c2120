/** Who may read: everybody, or who has the reader's token; what is the operator's needs the operator's. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { Problem } from "../problem.js";

/** Secrets that requests bring as `Authorization: Bearer <token>`. */
export interface ApiTokens {
  /** Needed by all that reads; null: everybody may read. */
  readonly reader: string | null;
  /** Shows what is the operator's only; null: nobody sees that. */
  readonly operator: string | null;
}

export type Role = "reader" | "operator";

/** Everybody may read, and nobody is the operator. */
export const OPEN_TO_ALL: ApiTokens = { reader: null, operator: null };

/**
 * Who asks.
 *
 * @param authorization the header, undefined without it
 * @throws Problem 401 (`TOKEN`) for a wrong token, and for none where one is needed
 */
export function roleOf(authorization: string | undefined, { reader, operator }: ApiTokens): Role {
  if (authorization === undefined) {
    if (reader === null) return "reader";
    throw new Problem(401, "TOKEN", "reading needs a token: Authorization: Bearer <token>");
  }
  const [, token = ""] = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization) ?? [];
  if (operator !== null && isSame(token, operator)) return "operator";
  if (reader !== null && isSame(token, reader)) return "reader";
  throw new Problem(401, "TOKEN", "the token is wrong");
}

/** What lets a browser open one document for which readers need a token: no use for another. */
export function documentKey({ reader }: ApiTokens, document: string): string | null {
  if (reader === null) return null;
  return createHmac("sha256", reader).update(document).digest("base64url");
}

/** Whether texts are the same, in a time that does not tell where they differ. */
export function isSame(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => createHash("sha256").update(text).digest());
  return first !== undefined && second !== undefined && timingSafeEqual(first, second);
}

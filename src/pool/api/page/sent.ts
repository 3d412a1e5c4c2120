/** How answers and documents are sent: packed once for who can unpack it, and not at all to who has it. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { CachedAnswer } from "../read-cache.js";
import type { PageDocument } from "./page.js";

/** What is sent. */
export type Sent = { readonly headers: Readonly<Record<string, string>> } & (
  | { readonly status: 200; readonly body: string | Uint8Array<ArrayBuffer> }
  | { readonly status: 304 }
);

/** Reads a header of the request, undefined without it. */
export type HeaderOf = (name: string) => string | undefined;

const JSON_TYPE = "application/json; charset=utf-8";

/** An answer in JSON. */
export function sentAnswer(header: HeaderOf, answer: CachedAnswer): Sent {
  const { body, tag } = answer;
  return sent(header, { body, tag, packed: answer.packed, type: JSON_TYPE });
}

const PACKED = new WeakMap<
  Uint8Array,
  { readonly tag: string; readonly bytes: Buffer<ArrayBuffer> }
>();

/** A document of the page, held to its policy. */
export function sentDocument(header: HeaderOf, { type, bytes, policy }: PageDocument): Sent {
  let made = PACKED.get(bytes);
  if (made === undefined) {
    const tag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
    made = { tag, bytes: gzipSync(bytes) };
    PACKED.set(bytes, made);
  }
  const { tag, bytes: packed } = made;
  const { headers, ...rest } = sent(header, {
    body: new Uint8Array(bytes),
    tag,
    packed: () => packed,
    type,
  });
  return {
    ...rest,
    headers: {
      ...headers,
      "Content-Security-Policy": policy,
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Resource-Policy": "same-origin",
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
    },
  };
}

function sent(
  header: HeaderOf,
  {
    body,
    tag,
    packed,
    type,
  }: {
    readonly body: string | Uint8Array<ArrayBuffer>;
    readonly tag: string;
    readonly packed: () => Uint8Array<ArrayBuffer> | null;
    readonly type: string;
  },
): Sent {
  const headers = { ETag: tag, "Cache-Control": "no-cache", Vary: "Accept-Encoding" };
  if (header("if-none-match") === tag) return { status: 304, headers };
  const small = /\bgzip\b/.test(header("accept-encoding") ?? "") ? packed() : null;
  return {
    status: 200,
    body: small ?? body,
    headers: {
      ...headers,
      "Content-Type": type,
      ...(small === null ? {} : { "Content-Encoding": "gzip" }),
    },
  };
}

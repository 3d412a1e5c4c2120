/**
 * Request URIs as Go reads and writes them (W-18, W-19), which decides what is an orchestrator's
 * address and what is not. The WHATWG parser of JavaScript repairs and refuses other things.
 */
import { InputError } from "../../core/errors.js";
import { fromByteString, toByteString } from "../../core/go-text.js";

/** A parsed request URI. */
export interface RequestUri {
  /** The URI as Go writes it again after parsing. */
  readonly uri: string;
  /** Lower case, without `:`; may be empty. */
  readonly scheme: string;
  /** With port, unescaped; may be empty. */
  readonly host: string;
  /** The path, unescaped. */
  readonly path: string;
  /** Behind the first `?`, as it stands. */
  readonly rawQuery: string;
  /** What follows a scheme without `/`. */
  readonly opaque: string;
}

type EscapeMode = "host" | "zone" | "path" | "user";

/** Never escaped. */
const UNRESERVED = /[A-Za-z0-9\-_.~]/;
/** Not escaped in each place besides; `%` never stands for itself. */
const PLAIN: Readonly<Record<EscapeMode, RegExp>> = {
  host: /[!$&'()*+,;=:[\]<>"]/,
  zone: /[!$&'()*+,;=:[\]<>"]/,
  path: /[$&+,/:;=@]/,
  user: /[$&+,;=]/,
};

/**
 * Parses the address of a webhook entry or of a database row (W-18).
 *
 * @param text what stands there, untrimmed
 * @throws InputError (`URI_INVALID`)
 */
export function parseRequestUri(text: string): RequestUri {
  return parse(text, true);
}

/**
 * Parses a URI that need not be absolute, as discovery does with the chain's (B-12): the empty one
 * is one, `host` is a path, `1.2.3.4:8935` is none, and what follows `#` does not count.
 *
 * @throws InputError (`URI_INVALID`)
 */
export function parseUriReference(text: string): RequestUri {
  const hash = text.indexOf("#");
  if (hash < 0) return parse(text, false);
  const parsed = parse(text.slice(0, hash), false);
  const fragment = text.slice(hash + 1);
  decodeEscapes(toByteString(fragment), "path", text);
  return fragment === "" ? parsed : { ...parsed, uri: `${parsed.uri}#${fragment}` };
}

function parse(text: string, isRequest: boolean): RequestUri {
  const bytes = toByteString(text);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (/[\x00-\x1f\x7f]/.test(bytes)) refuse(text, "control character");
  if (bytes === "" && isRequest) refuse(text, "empty");
  if (bytes === "*") {
    return { uri: "*", scheme: "", host: "", path: "*", rawQuery: "", opaque: "" };
  }

  const { scheme, rest } = splitScheme(bytes, text);
  const mark = rest.indexOf("?");
  const hierarchy = mark < 0 ? rest : rest.slice(0, mark);
  const rawQuery = mark < 0 ? "" : rest.slice(mark + 1);
  // A query that is there but empty keeps its mark.
  const query = mark < 0 ? "" : `?${rawQuery}`;
  if (!hierarchy.startsWith("/")) {
    if (scheme === "") return parseRelative(hierarchy, { rawQuery, query, text, isRequest });
    return textOf({ scheme, opaque: hierarchy, rawQuery }, `${scheme}:${hierarchy}${query}`);
  }
  const mayHaveHost = scheme !== "" || (!isRequest && !hierarchy.startsWith("///"));
  if (!mayHaveHost || !hierarchy.startsWith("//")) {
    const path = decodeEscapes(hierarchy, "path", text);
    const prefix = scheme === "" ? "" : `${scheme}:`;
    return textOf({ scheme, path, rawQuery }, `${prefix}${writePath(hierarchy, path)}${query}`);
  }

  const slash = hierarchy.indexOf("/", 2);
  const authority = slash < 0 ? hierarchy.slice(2) : hierarchy.slice(2, slash);
  const rawPath = slash < 0 ? "" : hierarchy.slice(slash);
  const at = authority.lastIndexOf("@");
  const host = parseHost(authority.slice(at + 1), text);
  const user = at < 0 ? "" : `${writeUser(authority.slice(0, at), text)}@`;
  const path = decodeEscapes(rawPath, "path", text);
  const slashes = host !== "" || path !== "" || user !== "" ? "//" : "";
  const written = `${slashes}${user}${encodeEscapes(host, "host")}${writePath(rawPath, path)}`;
  const prefix = scheme === "" ? "" : `${scheme}:`;
  return textOf({ scheme, host, path, rawQuery }, `${prefix}${written}${query}`);
}

function parseRelative(
  raw: string,
  rest: { rawQuery: string; query: string; text: string; isRequest: boolean },
): RequestUri {
  const { rawQuery, query, text, isRequest } = rest;
  if (isRequest) refuse(text, "neither scheme nor path");
  if (/^[^/]*:/.test(raw)) refuse(text, "a colon in the first part of a path");
  const path = decodeEscapes(raw, "path", text);
  return textOf({ path, rawQuery }, `${writePath(raw, path)}${query}`);
}

/**
 * Parses an address as polling does (W-19): `https://` goes before whatever does not begin with
 * `http`.
 *
 * @throws InputError (`URI_INVALID`)
 */
export function parseOrchestratorUri(text: string): RequestUri {
  return parseRequestUri(text.startsWith("http") ? text : `https://${text}`);
}

function splitScheme(bytes: string, text: string): { scheme: string; rest: string } {
  if (bytes.startsWith(":")) refuse(text, "scheme missing before :");
  const scheme = /^([A-Za-z][A-Za-z0-9+\-.]*):/.exec(bytes)?.[1];
  return scheme === undefined
    ? { scheme: "", rest: bytes }
    : { scheme: scheme.toLowerCase(), rest: bytes.slice(scheme.length + 1) };
}

function parseHost(authority: string, text: string): string {
  const bracketed = authority.startsWith("[");
  const close = authority.lastIndexOf("]");
  if (bracketed && close < 0) refuse(text, "] missing in host");
  const colon = bracketed ? close + 1 : authority.lastIndexOf(":");
  const port = colon < 0 ? "" : authority.slice(colon);
  if (!/^(:[0-9]*)?$/.test(port)) refuse(text, `invalid port ${JSON.stringify(port)}`);
  const zone = bracketed ? authority.slice(0, close).indexOf("%25") : -1;
  if (zone < 0) return decodeEscapes(authority, "host", text);
  return (
    decodeEscapes(authority.slice(0, zone), "host", text) +
    decodeEscapes(authority.slice(zone, close), "zone", text) +
    decodeEscapes(authority.slice(close), "host", text)
  );
}

function writeUser(user: string, text: string): string {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) refuse(text, "invalid user part");
  const colon = user.indexOf(":");
  const [name, password] = colon < 0 ? [user] : [user.slice(0, colon), user.slice(colon + 1)];
  const written = [name, password].flatMap((part) =>
    part === undefined ? [] : encodeEscapes(decodeEscapes(part, "user", text), "user"),
  );
  return written.join(":");
}

function writePath(raw: string, path: string): string {
  // Kept as it stands where it is a valid encoding of the path.
  const valid = /^([A-Za-z0-9\-_.~!$&'()*+,;=:@[\]/%])*$/.test(raw);
  if (valid) return raw;
  return encodeEscapes(path, "path");
}

function isPlain(character: string, mode: EscapeMode): boolean {
  return UNRESERVED.test(character) || PLAIN[mode].test(character);
}

function encodeEscapes(byteString: string, mode: EscapeMode): string {
  let written = "";
  for (const character of byteString) {
    const hex = character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");
    written += isPlain(character, mode) ? character : `%${hex}`;
  }
  return written;
}

function decodeEscapes(raw: string, mode: EscapeMode, text: string): string {
  let plain = "";
  for (let at = 0; at < raw.length; at++) {
    const character = raw.charAt(at);
    if (character !== "%") {
      const forbidden = (mode === "host" || mode === "zone") && character < "\x80";
      if (forbidden && !isPlain(character, mode)) {
        refuse(text, `${JSON.stringify(character)} in the host`);
      }
      plain += character;
      continue;
    }
    const triple = raw.slice(at, at + 3);
    if (!/^%[0-9A-Fa-f]{2}$/.test(triple)) refuse(text, `malformed escape ${triple}`);
    const byte = Number.parseInt(triple.slice(1), 16);
    const decoded = String.fromCharCode(byte);
    // In hosts only bytes beyond ASCII are escaped, and in zones what a host could hold (RFC 6874).
    const allowed =
      triple === "%25" ||
      (mode !== "host" && mode !== "zone") ||
      (mode === "host" && byte >= 0x80) ||
      (mode === "zone" && (decoded === " " || isPlain(decoded, "host")));
    if (!allowed) refuse(text, `escape ${triple} in the host`);
    plain += decoded;
    at += 2;
  }
  return plain;
}

function textOf(parts: Partial<Omit<RequestUri, "uri">>, uri: string): RequestUri {
  const { scheme = "", host = "", path = "", rawQuery = "", opaque = "" } = parts;
  return {
    uri: fromByteString(uri),
    scheme,
    host: fromByteString(host),
    path: fromByteString(path),
    rawQuery: fromByteString(rawQuery),
    opaque: fromByteString(opaque),
  };
}

function refuse(text: string, why: string): never {
  throw new InputError(`${JSON.stringify(text.slice(0, 200))} is no request URI: ${why}`, {
    code: "URI_INVALID",
  });
}

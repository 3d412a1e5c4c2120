/**
 * Text as Go makes it of bytes: whatever is not UTF-8 becomes U+FFFD, one for every byte (W-17),
 * where JavaScript's own decoders write one for several bytes.
 */

/**
 * Decodes UTF-8; each byte that belongs to no valid sequence becomes U+FFFD. A byte order mark is
 * kept.
 *
 * @param bytes any
 */
export function decodeGoText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return decodeByByte(bytes);
  }
}

function decodeByByte(bytes: Uint8Array): string {
  const parts: string[] = [];
  const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
  let validFrom = 0;
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      parts.push(lenient.decode(bytes.subarray(validFrom, at)), "\uFFFD");
      validFrom = at + 1;
    }
    at += Math.max(1, length);
  }
  parts.push(lenient.decode(bytes.subarray(validFrom)));
  return parts.join("");
}

/** Length of the valid sequence that begins at `at`, 0 if none does. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes.subarray(at, at + 4);
  if (first < 0x80) return 1;
  const continues = (byte: number): boolean => byte >= 0x80 && byte <= 0xbf;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return continues(second) ? 2 : 0;
  // Overlong forms, surrogates and what lies beyond U+10FFFF are told by the second byte.
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most || !continues(third)) return 0;
  if (first < 0xf0) return 3;
  return continues(fourth) ? 4 : 0;
}

/** The UTF-8 bytes of a text as a string with one character (0 … 255) for each byte. */
export function toByteString(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** The text of such bytes; the inverse of {@link toByteString} where they are UTF-8. */
export function fromByteString(byteString: string): string {
  return decodeGoText(Buffer.from(byteString, "latin1"));
}

/**
 * The key of a JSON object as Go compares it with the name of a field: letters count without case;
 * the long s (U+017F) is a case of s, the Kelvin sign (U+212A) one of k.
 */
export function foldGoKey(key: string): string {
  return key
    .replaceAll("\u017F", "s")
    .replaceAll("\u212A", "k")
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

const SPACE = /[\t-\r \u0085\p{Z}]/u;

/** Without white space at both ends, by Go's idea of it. */
export function trimGoSpace(text: string): string {
  // Character by character: an expression that is tried at every space takes the square of their number.
  let start = 0;
  let end = text.length;
  while (start < end && SPACE.test(text.charAt(start))) start += 1;
  while (end > start && SPACE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** Without the slashes at its end. */
export function trimEndSlashes(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === "/") end -= 1;
  return text.slice(0, end);
}

/** In lower case as Go writes it: letter by letter. */
export function lowerCase(text: string): string {
  return byLetter(text.replaceAll("\u0130", "i"), (letter) => letter.toLowerCase());
}

/** In upper case as Go writes it: letter by letter, so that ß stays. */
export function upperCase(text: string): string {
  return byLetter(text, (letter) => letter.toUpperCase());
}

/** Letters whose other case is more than one letter stay. */
function byLetter(text: string, change: (letter: string) => string): string {
  return Array.from(text, (letter) => {
    const changed = change(letter);
    return Array.from(changed).length === 1 ? changed : letter;
  }).join("");
}

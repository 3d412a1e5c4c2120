/**
 * Looks whether the write-ahead log beside a database is whole. SQLite itself reads a log up to the
 * first frame whose checksum is wrong and drops the rest without a word, as a process that is killed
 * while it writes leaves such an end. What was committed can be told from that: by frames after the
 * wrong one, and by the head that the index beside the log (`-shm`) keeps until the database is opened
 * again. A log whose database is missing is what is left of it, and a new database in its place would
 * lose that too. Format: https://sqlite.org/walformat.html
 */
import { closeSync, existsSync, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { endianness } from "node:os";
import { readBeginning } from "./lock-safe-read.js";

/** What is wrong with a log. */
export interface WalDamage {
  /** false: it may also be what a power cut left of a transaction that nobody was told of. */
  readonly isCertain: boolean;
  /** With the log's name. */
  readonly reason: string;
}

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** Little-endian checksums; one more: big-endian ones. */
const MAGIC = 0x377f0682;
/** Two copies of the index's header, then how far the log is in the database. */
const INDEX_HEADER_BYTES = 48;
const INDEX_BYTES = 2 * INDEX_HEADER_BYTES + 4;
const BATCH_BYTES = 1 << 20;
/** A writer may begin the log anew meanwhile. */
const LOOKS_MAX = 5;

type Sums = readonly [number, number];

interface Header {
  readonly isLittle: boolean;
  readonly pageBytes: number;
  readonly salts: Buffer;
  readonly sums: Sums;
}

/** The last frame that a writer has committed, as the index says. */
interface Head {
  readonly salts: Buffer;
  readonly frames: number;
  /** Of those, the ones that are in the database too. */
  readonly copied: number;
}

/**
 * @param path the database; before it is opened, which makes the index anew
 * @returns null: nothing is wrong with its log, or there is none
 */
export function walDamage(path: string): WalDamage | null {
  const file = realpath(path);
  const [log, index] = [`${file}-wal`, `${file}-shm`];
  for (let look = 0; look < LOOKS_MAX; look++) {
    const head = headOf(bytesOf(index, INDEX_BYTES));
    const found = withFile(log, (descriptor, size) => lookAt(descriptor, size, head));
    if (found === undefined || found.kind === "empty") {
      if (head === null || head.frames <= head.copied) return null;
      const reason = `${log} is missing or empty, and ${index} says that ${head.frames - head.copied} pages of it are nowhere else (if the database is a restored backup, remove ${index})`;
      return { isCertain: true, reason };
    }
    if (!existsSync(file)) {
      const reason = `${log} is there, and the database is not, of which it is a part: put that back, or move the log to where it is`;
      return { isCertain: true, reason };
    }
    if (found.kind === "whole") return null;
    if (found.kind === "damaged") {
      return { isCertain: found.isCertain, reason: `${log}: ${found.why}` };
    }
  }
  return null;
}

type Look =
  | { readonly kind: "empty" | "whole" | "changed" }
  | { readonly kind: "damaged"; readonly isCertain: boolean; readonly why: string };

function lookAt(descriptor: number, size: number, head: Head | null): Look {
  if (size < HEADER_BYTES) return { kind: "empty" };
  const begin = readAt(descriptor, 0, HEADER_BYTES);
  const header = headerOf(begin);
  if (header === null) {
    return {
      kind: "damaged",
      isCertain: true,
      why: "its header is damaged, so that all of it is lost",
    };
  }
  const { committed, broken, commitsAfter, isGoingOn, isTornCommit } = scan(
    descriptor,
    size,
    header,
  );
  // Frames are overwritten only after the header was.
  if (!readAt(descriptor, 0, HEADER_BYTES).equals(begin)) return { kind: "changed" };
  const known = head?.salts.equals(header.salts) === true ? head.frames : null;
  const isCertain = isGoingOn || (known !== null && known > committed);
  if (!isCertain && (known !== null || (commitsAfter === 0 && !isTornCommit)))
    return { kind: "whole" };
  const lost = Math.max(commitsAfter, 1);
  const what = lost === 1 ? "1 transaction" : `at least ${lost} transactions`;
  const why = isCertain
    ? `${what} that had been committed can't be read, from page ${broken} of it on`
    : `its last transaction can't be read, from page ${broken} of it on: it is damaged, or a power cut came before it was done`;
  return { kind: "damaged", isCertain, why };
}

/** Reads all frames, also those after the first that is wrong. */
function scan(descriptor: number, size: number, { isLittle, pageBytes, salts, sums }: Header) {
  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  const frames = Math.floor((size - HEADER_BYTES) / frameBytes);
  const batch = Math.max(1, Math.floor(BATCH_BYTES / frameBytes));
  let [committed, broken, commitsAfter] = [0, 0, 0];
  let [isGoingOn, isTornCommit] = [false, false];
  let before = sums;
  for (let first = 0; first < frames; first += batch) {
    const count = Math.min(batch, frames - first);
    const bytes = readAt(descriptor, HEADER_BYTES + first * frameBytes, count * frameBytes);
    for (let at = 0; at + frameBytes <= bytes.length; at += frameBytes) {
      const number = first + at / frameBytes + 1;
      const frame = bytes.subarray(at, at + frameBytes);
      const told: Sums = [frame.readUInt32BE(16), frame.readUInt32BE(20)];
      const isOurs = frame.subarray(8, 16).equals(salts);
      const isCommit = frame.readUInt32BE(4) !== 0;
      const isRight = isOurs && isSame(frameSums(frame, before, isLittle), told);
      before = told;
      if (!isRight && broken === 0) {
        broken = number;
        isTornCommit = isOurs && isCommit;
      } else if (isRight && broken === 0) {
        if (isCommit) committed = number;
      } else if (isRight) {
        if (commitsAfter > 0) isGoingOn = true;
        if (isCommit) commitsAfter++;
      }
    }
  }
  // What is cut off is missing from the frame on that would come next.
  return { committed, broken: broken || frames + 1, commitsAfter, isGoingOn, isTornCommit };
}

function frameSums(frame: Buffer, before: Sums, isLittle: boolean): Sums {
  const begun = summed(frame.subarray(0, 8), before, isLittle);
  return summed(frame.subarray(FRAME_HEADER_BYTES), begun, isLittle);
}

function headerOf(bytes: Buffer): Header | null {
  const magic = bytes.readUInt32BE(0);
  if (magic !== MAGIC && magic !== MAGIC + 1) return null;
  const isLittle = magic === MAGIC;
  const sums = summed(bytes.subarray(0, 24), [0, 0], isLittle);
  const pageBytes = bytes.readUInt32BE(8);
  const isSize = pageBytes >= 512 && pageBytes <= 65_536 && (pageBytes & (pageBytes - 1)) === 0;
  if (!isSize || !isSame(sums, [bytes.readUInt32BE(24), bytes.readUInt32BE(28)])) return null;
  return { isLittle, pageBytes, salts: Buffer.from(bytes.subarray(16, 24)), sums };
}

/** null: there is none, or it is being written. The index is in the machine's own order of bytes. */
function headOf(bytes: Buffer | null): Head | null {
  if (bytes === null || bytes.length < INDEX_BYTES) return null;
  const header = bytes.subarray(0, INDEX_HEADER_BYTES);
  if (!header.equals(bytes.subarray(INDEX_HEADER_BYTES, 2 * INDEX_HEADER_BYTES))) return null;
  const isLittle = endianness() === "LE";
  const numberAt = (at: number) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const isMade = bytes.readUInt8(12) === 1;
  if (
    !isMade ||
    !isSame(summed(bytes.subarray(0, 40), [0, 0], isLittle), [numberAt(40), numberAt(44)])
  ) {
    return null;
  }
  return {
    salts: Buffer.from(bytes.subarray(32, 40)),
    frames: numberAt(16),
    copied: numberAt(2 * INDEX_HEADER_BYTES),
  };
}

/** SQLite's checksum of a multiple of 8 bytes. */
function summed(bytes: Buffer, [first, second]: Sums, isLittle: boolean): Sums {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [one, two] = [first, second];
  for (let at = 0; at < bytes.byteLength; at += 8) {
    one = (one + view.getUint32(at, isLittle) + two) >>> 0;
    two = (two + view.getUint32(at + 4, isLittle) + one) >>> 0;
  }
  return [one, two];
}

function isSame([one, two]: Sums, [other, another]: Sums): boolean {
  return one === other && two === another;
}

function realpath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function bytesOf(path: string, count: number): Buffer | null {
  try {
    return readBeginning(path, count);
  } catch {
    return null;
  }
}

/** undefined: the file can't be opened or read; whoever opens the database will tell. */
function withFile<T>(path: string, work: (descriptor: number, size: number) => T): T | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch {
    return undefined;
  }
  try {
    return work(descriptor, fstatSync(descriptor).size);
  } finally {
    closeSync(descriptor);
  }
}

/** As many as there are. */
function readAt(descriptor: number, from: number, count: number): Buffer {
  const bytes = Buffer.alloc(count);
  let read = 0;
  while (read < count) {
    const more = readSync(descriptor, bytes, read, count - read, from + read);
    if (more === 0) break;
    read += more;
  }
  return bytes.subarray(0, read);
}

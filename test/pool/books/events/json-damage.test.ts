/** One damaged event is one piece: whatever stands around it in the file is read. */
import { describe, expect, it } from "vitest";
import type { JsonPiece } from "../../../../src/pool/books/events/json-piece.js";
import { JsonSplitter } from "../../../../src/pool/books/events/json-splitter.js";

function piecesOf(text: string, size = 1 << 18): JsonPiece[] {
  const bytes = Buffer.from(text);
  const splitter = new JsonSplitter();
  const pieces: JsonPiece[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    pieces.push(...splitter.push(bytes.subarray(at, at + size)));
  }
  return [...pieces, ...splitter.end()];
}

/** The numbers of the events that are whole, and how many pieces are not. */
function read(text: string, size?: number): { whole: number[]; broken: number } {
  const whole: number[] = [];
  let broken = 0;
  for (const { raw, problem } of piecesOf(text, size)) {
    const [, number] = /^\{\s*"ID":\s*"event-(\d+)"/.exec(Buffer.from(raw).toString()) ?? [];
    if (problem === null && number !== undefined && isJson(raw)) whole.push(Number(number));
    else broken++;
  }
  return { whole, broken };
}

function isJson(raw: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(raw).toString());
    return true;
  } catch {
    return false;
  }
}

const event = (number: number) => ({
  ID: `event-${number}`,
  EventType: "job-processed",
  Payload: { ethAddress: "0xaaaa", connection: "", fees: number, parts: [1, { a: null }] },
  Region: "eu",
  DT: "2026-02-01T10:00:00Z",
});
const events = (count: number) => Array.from({ length: count }, (_, number) => event(number));
const joined = (count: number, between: string) =>
  events(count)
    .map((one) => JSON.stringify(one))
    .join(between);

const FORMS = {
  "an indented array": (count: number) => JSON.stringify(events(count), null, 2),
  "an array on one line": (count: number) => JSON.stringify(events(count)),
  "an array by lines": (count: number) => `[${joined(count, ",\n")}]`,
  "values by lines": (count: number) => joined(count, "\n"),
  "values on one line": (count: number) => joined(count, ""),
};
const INSERTED = ["", '"', "{", "}", "[", "]", ",", ":", "\n", "\\", "\0", "x"];

describe.each(Object.entries(FORMS))("In %s", (_, form) => {
  it("of 8,000 events with one lost quote 7,999 are read", () => {
    const text = form(8_000);
    const at = text.indexOf('"', text.indexOf("event-1000")) + 1;
    const next = text.indexOf('"', at);
    const { whole, broken } = read(text.slice(0, next) + text.slice(next + 1));
    expect(whole).toHaveLength(7_999);
    expect(broken).toBe(1);
  });

  it("whichever byte of an event is lost or replaced, all others are read", () => {
    const text = form(12);
    const from = text.indexOf('"event-5"');
    const to = text.indexOf('"event-6"') - 8;
    const wrong: string[] = [];
    for (let at = from; at < to; at++) {
      for (const inserted of INSERTED) {
        const damaged = text.slice(0, at) + inserted + text.slice(at + 1);
        const { whole, broken } = read(damaged);
        const others = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11];
        const isRead =
          others.every((one) => whole.includes(one)) &&
          // What follows may have lost its own beginning.
          (whole.includes(5) || whole.includes(6)) &&
          broken <= 3 &&
          new Set(whole).size === whole.length;
        if (!isRead) wrong.push(`${inserted} for ${text.slice(at - 5, at + 5)}`);
        if (at % 7 === 0) expect(read(damaged, 97)).toEqual({ whole, broken });
      }
    }
    expect(wrong).toEqual([]);
  });

  it("a hole of zeros loses what is in it", () => {
    const text = form(100);
    const at = text.indexOf("event-50");
    const { whole } = read(text.slice(0, at) + "\0".repeat(300) + text.slice(at + 300));
    expect(whole.length).toBeGreaterThanOrEqual(96);
  });
});

describe("Also", () => {
  it("lines that were torn, one in ten, are one piece each", () => {
    const lines = events(1_000).map((one) => JSON.stringify(one));
    const text = lines.map((line, at) => (at % 10 === 3 ? line.slice(0, at % 130) : line));
    const { whole, broken } = read(text.join("\n"));
    expect(whole).toHaveLength(900);
    expect(broken).toBeLessThanOrEqual(100);
  });

  it("the last event of an array that is cut off after it is read", () => {
    const text = `[${joined(3, ",")}`;
    expect(read(text)).toEqual({ whole: [0, 1, 2], broken: 1 });
  });

  it("events in lists of a list are read", () => {
    expect(read(`[[${joined(3, ",")}],[],[${joined(2, ",")}]]`).whole).toEqual([0, 1, 2, 0, 1]);
  });

  it("what looks like an event within a text is none", () => {
    const text = JSON.stringify([{ ...event(0), Region: `},\n${JSON.stringify(event(9))},` }]);
    expect(read(text.slice(0, -20)).whole).toEqual([]);
  });

  it("text made to be looked at again and again costs no more than a few times its length", () => {
    const bytes = 1 << 20;
    const filled = (part: string) => part.repeat(bytes / part.length);
    const timeOf = (text: string) => {
      const start = process.cpuUsage();
      piecesOf(text);
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    const plain = filled(`${JSON.stringify(event(0))}\n`).replace('"', "");
    timeOf(plain);
    const due = Math.max(timeOf(plain), timeOf(plain));
    for (const part of ['{"a":[', '{"type":[', '{"', '\n{"a":"', ',{"a":1', '{"a":[{"type":1},']) {
      expect(timeOf(`[x${filled(part)}`)).toBeLessThan(1_000 * due);
    }
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  parseOrchestratorUri,
  parseRequestUri,
  parseUriReference,
} from "../../../src/discovery/sources/request-uri.js";

describe("W-18: request URIs", () => {
  it.each([
    ["https://User:p%40w@Host:1/a%2fb/c d?q#f", "https", "Host:1", "/a/b/c d", "q#f"],
    ["HTTP://a?", "http", "a", "", ""],
    ["https://a%C3%A9%25b", "https", "aé%b", "", ""],
    ["https://[fe80::1%25e%20n]:1/", "https", "[fe80::1%e n]:1", "/", ""],
    ["//host/x", "", "", "//host/x", ""],
    ["https:/x", "https", "", "/x", ""],
    ["https://a@b@c", "https", "", "", ""],
  ])("%s", (text, scheme, host, path, rawQuery) => {
    if (text.includes("@b@")) {
      // The user part ends at the last @, and may hold others.
      expect(parseRequestUri(text).host).toBe("c");
      return;
    }
    expect(parseRequestUri(text)).toMatchObject({ scheme, host, path, rawQuery });
  });

  it.each([
    "",
    "host",
    ":1",
    "1a:b",
    "https://a:1#f",
    "https://a b",
    "https://a\u007f",
    "https://a/\t",
    "https://a/%4",
    "https://a%20b",
    "https://[::1",
    "https://[::1]x",
    "https://a|b@c",
    "https://u%zz@c",
  ])("refuses %j", (text) => {
    expect(() => parseRequestUri(text)).toThrow(expect.objectContaining({ code: "URI_INVALID" }));
  });

  it("writes again what it read", () => {
    const wellFormed = fc.webUrl({ withQueryParameters: true, withFragments: false });
    fc.assert(fc.property(wellFormed, (text) => parseRequestUri(text).uri === text));
  });

  it("writes a fixed point: what it wrote is read as the same", () => {
    const pieces = fc.constantFrom(
      "https:",
      "//",
      "/",
      "a",
      "é",
      ":",
      "8",
      "@",
      "%25",
      "?",
      "[::1]",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        let first: ReturnType<typeof parseRequestUri>;
        try {
          first = parseRequestUri(parts.join(""));
        } catch {
          return;
        }
        expect(parseRequestUri(first.uri).host).toBe(first.host);
        expect(parseRequestUri(first.uri).uri).toBe(first.uri);
      }),
    );
  });
});

describe("B-12: URIs as the chain has them", () => {
  it.each([
    ["", "", ""],
    ["host", "", ""],
    ["example.com:8935", "example.com", ""],
    ["//host:1/x", "", "host:1"],
    ["///x", "", ""],
    ["https://host:1#f", "https", "host:1"],
    ["HTTPS://host#", "https", "host"],
  ])("%j may stand in the list", (text, scheme, host) => {
    expect(parseUriReference(text)).toMatchObject({ scheme, host });
  });

  it.each(["1.2.3.4:8935", "a b:1", "https://a b", "https://a#%z", "\t"])(
    "%j is dropped",
    (text) => {
      expect(() => parseUriReference(text)).toThrow(
        expect.objectContaining({ code: "URI_INVALID" }),
      );
    },
  );
});

describe("W-19: polling's addresses", () => {
  it("get https:// unless they begin with http", () => {
    expect(parseOrchestratorUri("1.2.3.4:8935").uri).toBe("https://1.2.3.4:8935");
    expect(parseOrchestratorUri("")).toMatchObject({ scheme: "https", host: "" });
    expect(parseOrchestratorUri("http-host:1").scheme).toBe("http-host");
  });
});

import { expect, it } from "vitest";
import { dialTarget } from "../../../src/discovery/rpc/target.js";

const targetOf = (host: string) => dialTarget({ uri: `https://${host}`, scheme: "https", host });

it.each([
  ["o.test:8935", "o.test", 8935],
  ["[::1]:8935", "::1", 8935],
  ["[fe80::1%eth0]:443", "fe80::1%eth0", 443],
  // Go reads a port's digits as a number, however many zeros are in front.
  ["o.test:08935", "o.test", 8935],
  ["o.test:000000008935", "o.test", 8935],
])("G-14: %s leads to %s, port %d", (host, hostname, port) => {
  expect(targetOf(host)).toMatchObject({ hostname, port, authority: host });
});

it.each([
  "o.test",
  "[::1]",
  "::1:8935",
  "o.test:0",
  "o.test:000",
  "o.test:65536",
  "o.test:000065536",
])("%s can't be dialled", (host) => {
  expect(() => targetOf(host)).toThrow(expect.objectContaining({ code: "URI_UNDIALLABLE" }));
});

it("is the same server however its port is written", () => {
  expect(targetOf("O.test:08935").key).toBe(targetOf("o.test:8935").key);
});

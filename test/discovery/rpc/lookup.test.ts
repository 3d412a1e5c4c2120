import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lookupBySystem, lookupInParallel } from "../../../src/discovery/rpc/lookup.js";

/** A name server: `slow.` names are never answered, `none.` names do not exist, others are ::1/127.0.0.9. */
let server: Socket;
let address: string;
beforeAll(async () => {
  server = createSocket("udp4");
  server.on("message", (query, from) => {
    const end = query.indexOf(0, 12) + 5;
    const name = query.subarray(12, end).toString("latin1");
    if (name.includes("slow")) return;
    const type = query.readUInt16BE(end - 4);
    const missing = name.includes("none");
    const data = type === 1 ? [127, 0, 0, 9] : [...Array(15).fill(0), 1];
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(missing ? 0x8183 : 0x8180, 2);
    header.writeUInt16BE(missing ? 0 : 1, 6);
    header.writeUInt16BE(0, 10);
    const record = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 1, 0, data.length, ...data]);
    const answer = [header, query.subarray(12, end), ...(missing ? [] : [record])];
    server.send(Buffer.concat(answer), from.port, from.address);
  });
  server.bind(0, "127.0.0.1");
  await once(server, "listening");
  address = `127.0.0.1:${server.address().port}`;
});
afterAll(() => server.close());

function find(lookup: ReturnType<typeof lookupInParallel>, name: string, all = true) {
  return new Promise<{ found: unknown; error: Error | null }>((resolve) => {
    lookup(new AbortController().signal)(name, { all }, (error, found) => {
      resolve({ found, error });
    });
  });
}

describe("host names", () => {
  it("are looked up in parallel: slow name servers hold up nobody else", async () => {
    const lookup = lookupInParallel([address]);
    const abandoned = new AbortController();
    let slowEnded = 0;
    for (let slow = 0; slow < 50; slow++) {
      lookup(abandoned.signal)(`slow${slow}.example`, { all: true }, () => slowEnded++);
    }
    const { found } = await find(lookup, "fast.example");
    expect(slowEnded).toBe(0);
    abandoned.abort();
    expect(found).toEqual([
      { address: "127.0.0.9", family: 4 },
      { address: "::1", family: 6 },
    ]);
  });

  it("give one address where one is asked for", async () => {
    expect((await find(lookupInParallel([address]), "fast.example", false)).found).toBe(
      "127.0.0.9",
    );
  });

  it("that the name servers do not know are the system's to find", async () => {
    const { error } = await find(lookupInParallel([address]), "none.example.invalid");
    expect(error).toMatchObject({ syscall: "getaddrinfo" });
  });

  it.each([
    ["in parallel", lookupInParallel()],
    ["by the system", lookupBySystem],
  ])("of this machine are found %s", async (_, lookup) => {
    const { found } = await find(lookup, "localhost");
    expect(found).toContainEqual({ address: "127.0.0.1", family: 4 });
  });
});

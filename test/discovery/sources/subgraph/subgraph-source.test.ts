import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  SubgraphSource,
  type SubgraphSourceOptions,
} from "../../../../src/discovery/sources/subgraph/index.js";
import {
  block,
  startSubgraphServer,
  type Transcoder,
  transcoder,
  transcoders,
} from "../../../support/servers/subgraph-server.js";

function open(options: SubgraphSourceOptions): SubgraphSource {
  const source = new SubgraphSource({ backoffMs: 1, ...options });
  onTestFinished(() => source.close());
  return source;
}

const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id).sort();
const recipients = (listing: { readonly endpoints: readonly { recipient: string | null }[] }) =>
  listing.endpoints.map(({ recipient }) => recipient);

/** What becomes of one row in round 3000. */
async function listOne(row: Transcoder, options: Partial<SubgraphSourceOptions> = {}) {
  const server = await startSubgraphServer(block(1, [row]));
  return open({ url: server.url, ...options }).list();
}

describe("the subgraph source", () => {
  it("takes http and https only, options in their range, and no user in the URL", () => {
    for (const url of ["ftp://a/b", "a", "", "https://user:secret@host/"]) {
      expect(() => open({ url })).toThrow(expect.objectContaining({ code: "SUBGRAPH_URL" }));
    }
    for (const wrong of [
      { pageSize: 1_001 },
      { pageSize: 0 },
      { retries: 1.5 },
      { timeoutMs: -1 },
    ]) {
      expect(() => open({ url: "https://host/", ...wrong })).toThrow(
        expect.objectContaining({ code: "SUBGRAPH_OPTION" }),
      );
    }
    expect(() => open({ url: "https://host/", apiKey: "a\nb" })).toThrow(
      expect.objectContaining({ code: "SUBGRAPH_KEY" }),
    );
  });

  it("tells what the subgraph knows of an orchestrator, the stake exactly (B-9), score 0", async () => {
    const server = await startSubgraphServer(
      block(7, [transcoder(0, { totalStake: "123456789.123459999999999999" })]),
    );
    const source = open({ url: server.url, now: () => 5_000 });
    expect(await source.list()).toEqual({
      endpoints: [
        {
          uri: "https://orchestrator-0.invalid:8935",
          scheme: "https",
          host: "orchestrator-0.invalid:8935",
          score: 0,
          recipient: transcoder(0).id,
          stake: 12_345_678_912_345n,
          price: null,
          activationRound: 2_466n,
          deactivationRound: 2n ** 63n - 1n,
        },
      ],
      dropped: [],
      confirmedAtMs: 5_000,
      staleBecause: null,
    });
    expect([source.kind, source.usesBlocklist, source.usesOnChainPredicate]).toEqual([
      "subgraph",
      true,
      true,
    ]);
    expect(server.requests[0]?.method).toBe("POST");
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  it("sends the key as a bearer token if told", async () => {
    const server = await startSubgraphServer(block(1, []));
    await open({ url: server.url, apiKey: "k3y" }).list();
    expect(server.requests[0]?.headers.authorization).toBe("Bearer k3y");
  });

  it("B-4: active from the activation round up to before the deactivation round", async () => {
    for (const [activationRound, deactivationRound, active] of [
      ["3000", "3001", true],
      ["2999", "3000", false],
      ["3001", "3002", false],
      ["0", String(2n ** 256n - 1n), true],
    ] as const) {
      const { endpoints, dropped } = await listOne(
        transcoder(0, { activationRound, deactivationRound }),
      );
      expect(endpoints).toHaveLength(active ? 1 : 0);
      expect(dropped.map(({ rule }) => rule)).toEqual(active ? [] : ["B-4"]);
    }
  });

  it("does not even ask for those that are not active", async () => {
    const rows = [transcoder(0), transcoder(1, { active: false })];
    const server = await startSubgraphServer(block(1, rows));
    const listing = await open({ url: server.url }).list();
    expect(recipients(listing)).toEqual([transcoder(0).id]);
    expect(listing.dropped).toEqual([]);
  });

  it("D-21: drops those of the block list, with or without 0x", async () => {
    const { id } = transcoder(0);
    for (const entry of [id, id.slice(2), id.toUpperCase().replace("0X", "0x")]) {
      const { endpoints, dropped } = await listOne(transcoder(0), { blocklist: ["", entry] });
      expect(endpoints).toEqual([]);
      expect(dropped).toEqual([
        { uri: transcoder(0).serviceURI, recipient: id, rule: "D-21", detail: "on the block list" },
      ]);
    }
    expect((await listOne(transcoder(0), { blocklist: [""] })).endpoints).toHaveLength(1);
  });

  it.each([
    [null, "registered no service URI"],
    ["  ", "registered no service URI"],
    ["1.2.3.4:8935", "no request URI"],
    ["https://a\u0000b:8935", "control character"],
    [`https://${"a".repeat(3_000)}`, "too long"],
  ])("B-12: a URI that is none wastes only its own slot: %.20s", async (serviceURI, detail) => {
    const server = await startSubgraphServer(
      block(1, [transcoder(0, { serviceURI }), transcoder(1)]),
    );
    const listing = await open({ url: server.url }).list();
    expect(recipients(listing)).toEqual([transcoder(1).id]);
    expect(listing.dropped).toMatchObject([{ recipient: transcoder(0).id, rule: "B-12" }]);
    expect(listing.dropped[0]?.detail).toContain(detail);
    expect(listing.dropped[0]?.uri.length).toBeLessThan(2_050);
  });

  it("B-9: keeps every stake to its fifth decimal, cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.bigInt({ min: 0n, max: 10n ** 27n }), async (wei) => {
        const text = String(wei).padStart(19, "0");
        const totalStake = `${text.slice(0, -18)}.${text.slice(-18)}`;
        const { endpoints } = await listOne(transcoder(0, { totalStake }));
        expect(endpoints[0]?.stake).toBe(wei / 10n ** 13n);
      }),
      { numRuns: 25 },
    );
  });
});

describe("pages", () => {
  it.each([
    { count: 0, pageSize: 1_000, requests: 1 },
    { count: 100, pageSize: 1_000, requests: 1 },
    { count: 101, pageSize: 1_000, requests: 1 },
    { count: 1_000, pageSize: 1_000, requests: 2 },
    { count: 2_500, pageSize: 1_000, requests: 3 },
    { count: 100, pageSize: 100, requests: 2 },
    { count: 101, pageSize: 100, requests: 2 },
    { count: 7, pageSize: 1, requests: 8 },
  ])("lists all of $count orchestrators by $pageSize", async ({ count, pageSize, requests }) => {
    const rows = transcoders(count);
    const server = await startSubgraphServer(block(1, rows));
    const listing = await open({ url: server.url, pageSize }).list();
    expect(recipients(listing)).toEqual(ids(rows));
    expect(server.questions).toHaveLength(requests);
  });

  it("agree though the chain goes on between them", async () => {
    const before = transcoders(2_500);
    // Afterwards some are gone, some are new, all stakes differ.
    const after = transcoders(3_000)
      .slice(400)
      .map((row) => ({ ...row, totalStake: "1" }));
    const server = await startSubgraphServer(block(1, before));
    server.onRequest = (index) => {
      if (index === 1) server.chain.push(block(2, after));
      return undefined;
    };
    const { endpoints } = await open({ url: server.url }).list();
    expect(endpoints.map(({ recipient }) => recipient)).toEqual(ids(before));
    expect(endpoints.map(({ stake }) => stake)).not.toContain(100_000n);
    expect(server.questions.map(({ variables }) => variables["block"])).toEqual([
      undefined,
      { hash: block(1, []).hash },
      { hash: block(1, []).hash },
    ]);
  });

  it("begin anew when the chain is reorganised between them", async () => {
    const replaced = transcoders(1_200);
    const real = transcoders(1_500).slice(100);
    const server = await startSubgraphServer(block(1, replaced));
    server.onRequest = (index) => {
      if (index === 1) server.chain = [block(1, real, { hash: `0x${"b".repeat(64)}` })];
      return undefined;
    };
    const listing = await open({ url: server.url }).list();
    expect(recipients(listing)).toEqual(ids(real));
    expect(server.questions.map(({ operation }) => operation)).toEqual([
      "FirstOrchestrators",
      "NextOrchestrators",
      "FirstOrchestrators",
      "NextOrchestrators",
    ]);
  });

  it("fail when the chain never rests", async () => {
    const server = await startSubgraphServer(block(0, transcoders(10)));
    server.onRequest = (index) => {
      server.chain = [block(index, transcoders(10))];
      return undefined;
    };
    await expect(open({ url: server.url, pageSize: 5, retries: 3 }).list()).rejects.toMatchObject({
      code: "SUBGRAPH_GRAPHQL",
      message: expect.stringContaining("no block with that hash"),
    });
    expect(server.questions).toHaveLength(8);
  });

  it("wait for a node that lags behind", async () => {
    const rows = transcoders(150);
    const head = block(2, rows, { hash: null });
    const server = await startSubgraphServer(head);
    server.onRequest = (index) => {
      server.chain = index === 1 || index === 2 ? [block(1, [])] : [head];
      return undefined;
    };
    const listing = await open({ url: server.url, pageSize: 100 }).list();
    expect(recipients(listing)).toEqual(ids(rows));
    expect(server.questions.map(({ variables }) => variables["block"])).toEqual([
      undefined,
      { number: 2 },
      { number: 2 },
      { number: 2 },
    ]);
  });

  it("are not mixed when a server ignores which block it is asked about", async () => {
    const server = await startSubgraphServer();
    let number = 0;
    server.onRequest = () => {
      number += 1;
      const rows = [transcoder(number), transcoder(number + 1)].sort((a, b) =>
        a.id < b.id ? -1 : 1,
      );
      const data = {
        _meta: { block: { number, hash: null } },
        protocols: [{ lastInitializedRound: { id: "3000" } }],
        transcoders: rows,
      };
      return (_, response) => response.end(JSON.stringify({ data }));
    };
    await expect(open({ url: server.url, pageSize: 2, retries: 2 }).list()).rejects.toMatchObject({
      code: "SUBGRAPH_BLOCK",
    });
  });

  it("are limited in number", async () => {
    const server = await startSubgraphServer(block(1, transcoders(30)));
    const source = open({ url: server.url, pageSize: 10, maxEntries: 15 });
    await expect(source.list()).rejects.toMatchObject({ code: "SUBGRAPH_TOO_MANY" });
    expect(server.questions).toHaveLength(2);
  });
});

describe("the list is kept", () => {
  const HOUR = 3_600_000;

  it("for 12 hours", async () => {
    let now = 1_000;
    const server = await startSubgraphServer(block(1, transcoders(1)));
    const source = open({ url: server.url, now: () => now });
    await source.list();
    server.chain = [block(2, transcoders(2))];
    now += 12 * HOUR - 1;
    expect((await source.list()).endpoints).toHaveLength(1);
    expect(server.questions).toHaveLength(1);
    now += 1;
    expect((await source.list()).endpoints).toHaveLength(2);
    expect((await source.list()).confirmedAtMs).toBe(now);
    expect(server.questions).toHaveLength(2);
  });

  it("not at all when that is 0", async () => {
    const server = await startSubgraphServer(block(1, transcoders(1)));
    const source = open({ url: server.url, refreshMs: 0 });
    await source.list();
    await source.list();
    expect(server.questions).toHaveLength(2);
  });

  it("while the subgraph flaps, with the reason; and it is not asked at every call", async () => {
    let now = 0;
    const server = await startSubgraphServer(block(1, transcoders(3)));
    const source = open({ url: server.url, retries: 1, now: () => now });
    await source.list();
    now = 13 * HOUR;
    server.onRequest = () => (_, response) => response.writeHead(503).end();
    const stale = await source.list();
    expect(stale.endpoints).toHaveLength(3);
    expect(stale.confirmedAtMs).toBe(0);
    expect(stale.staleBecause).toMatchObject({ code: "HTTP_STATUS" });
    expect(server.questions).toHaveLength(3);
    now += 59_999;
    expect((await source.list()).staleBecause).toBe(stale.staleBecause);
    expect(server.questions).toHaveLength(3);
    now += 1;
    server.onRequest = () => undefined;
    expect((await source.list()).staleBecause).toBeNull();
    expect(server.questions).toHaveLength(4);
  });

  it("and read once for all who ask at the same time", async () => {
    const server = await startSubgraphServer(block(1, transcoders(3)));
    const source = open({ url: server.url, refreshMs: 0 });
    await Promise.all([source.list(), source.list(), source.list()]);
    expect(server.questions).toHaveLength(1);
  });
});

describe("poolsim/discovery/subgraph", () => {
  /** Modules that are loaded by a process that imports something. */
  function loadedBy(specifier: string): string[] {
    const hook = "export const load = (url, _, next) => (process._rawDebug(url), next(url));";
    const script = `
      import { register } from "node:module";
      register("data:text/javascript,${encodeURIComponent(hook)}");
      const face = await import("${specifier}");
      process._rawDebug(Object.keys(face).join(" "));`;
    const args = ["--no-warnings", "--input-type=module", "-e", `${script}`];
    const output = execFileSync("/bin/sh", [
      "-c",
      'exec "$0" "$@" 2>&1',
      process.execPath,
      ...args,
    ]);
    return output.toString("utf8").split("\n");
  }

  it("is loaded only by who imports it, and needs none of The Graph's packages", () => {
    const without = loadedBy("poolsim/discovery");
    expect(without.some((line) => line.endsWith("/discovery/index.js"))).toBe(true);
    // The registry's entry says which settings the source has; the source itself comes when it is made.
    const about = without.filter((line) => line.includes("subgraph"));
    expect(about.filter((line) => !line.endsWith("/subgraph-entry.js"))).toEqual([]);
    const loaded = loadedBy("poolsim/discovery/subgraph");
    expect(loaded.join("\n")).toMatch(/\bSubgraphSource\b/);
    expect(loaded.filter((line) => line.includes("/node_modules/"))).toEqual([]);
  });
});

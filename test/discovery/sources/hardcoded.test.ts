import { describe, expect, it } from "vitest";
import { HardcodedSource, parseOrchAddrs } from "../../../src/discovery/sources/hardcoded.js";

const uris = (orchAddr: string) => parseOrchAddrs(orchAddr).endpoints.map(({ uri }) => uri);

describe("D-2: -orchAddr", () => {
  it.each([
    ["host", "https://host:8935"],
    [" host:1 ", "https://host:1"],
    [":9000", "https://127.0.0.1:9000"],
    ["http://host:1", "http://host:1"],
    ["http://host", "http://host"],
    ["https://host/path", "https://host/path"],
    ["", "https://127.0.0.1:8935"],
    ["http-host", "http-host:8935"],
  ])("%j is %s", (item, uri) => {
    expect(uris(item)).toEqual([uri]);
  });

  it("keeps order and repetitions; a trailing comma is an orchestrator too", () => {
    expect(uris("b:1,a:1,b:1,")).toEqual([
      "https://b:1",
      "https://a:1",
      "https://b:1",
      "https://127.0.0.1:8935",
    ]);
  });

  it("drops and names what does not parse", () => {
    const { endpoints, dropped } = parseOrchAddrs("a b:1,c:1,d:x");
    expect(endpoints.map(({ host }) => host)).toEqual(["c:1"]);
    expect(dropped.map(({ uri, rule }) => [uri, rule])).toEqual([
      ["a b:1", "D-2"],
      ["d:x", "D-2"],
    ]);
  });
});

describe("the configured list as a source", () => {
  it("D-3: everyone is trusted; nothing else is known", async () => {
    const source = new HardcodedSource({ orchAddr: "a:1", now: () => 7 });
    expect(await source.list()).toEqual({
      endpoints: [
        {
          uri: "https://a:1",
          scheme: "https",
          host: "a:1",
          score: 1,
          recipient: null,
          stake: null,
          price: null,
          activationRound: null,
          deactivationRound: null,
        },
      ],
      dropped: [],
      confirmedAtMs: 7,
      staleBecause: null,
    });
  });

  it("D-5: may be empty", async () => {
    expect((await new HardcodedSource({ orchAddr: "" }).list()).endpoints).toEqual([]);
  });

  it("heeds its signal and its end", async () => {
    const source = new HardcodedSource({ orchAddr: "a:1" });
    const reason = new Error("enough");
    await expect(source.list({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await source.close();
    await expect(source.list()).rejects.toMatchObject({ code: "SOURCE_CLOSED" });
  });
});

/** Lists of runners as Go's decoder reads them, where keys are repeated. */
import { describe, expect, it } from "vitest";
import { parseRunnerList } from "../../../src/discovery/remote/runner-list.js";

/** The runners of one orchestrator whose members are written as given. */
const runners = (...members: readonly string[]) =>
  parseRunnerList(`[{"address":"https://o.test",${members.join(",")}}]`)[0]?.runners ?? [];

describe("a list of runners that is repeated", () => {
  it("is read into the runners of the one before it, field by field", () => {
    const [first, ...others] = runners(
      '"runners":[{"url":"a","app":"x","capacity":3,"version":"1"}]',
      '"runners":[{"url":"b","capacity":4}]',
    );
    expect(first).toMatchObject({ url: "b", app: "x", capacity: 4n, version: "1" });
    expect(others).toEqual([]);
  });

  it("keeps nested objects of the one before it, and adds to them", () => {
    const [one] = runners(
      '"runners":[{"url":"a","gpu":{"id":"0","name":"RTX"},"price_info":{"price":1,"unit":"hour"}}]',
      '"RUNNERS":[{"gpu":{"vram_mb":24000},"price_info":{"price":2}}]',
    );
    expect(one?.gpu).toEqual({ id: "0", name: "RTX", vramMb: 24_000n });
    expect(one?.price).toEqual({ price: "2", currency: "", unit: "hour" });
  });

  it("drops a nested object that is null the second time", () => {
    const [one] = runners(
      '"runners":[{"url":"a","gpu":{"id":"0"},"price_info":{"price":1}}]',
      '"runners":[{"gpu":null,"price_info":null,"url":null}]',
    );
    expect(one).toMatchObject({ url: "a", gpu: null, price: null });
  });

  it("is as long as its last time, and what was cut off comes back when it grows again", () => {
    const shorter = runners('"runners":[{"url":"a"},{"url":"b"}]', '"runners":[{}]');
    expect(shorter.map(({ url }) => url)).toEqual(["a"]);
    const longer = runners(
      '"runners":[{"url":"a"},{"url":"b","app":"y"}]',
      '"runners":[{}]',
      '"runners":[{},{"url":"c"},{}]',
    );
    expect(longer.map(({ url, app }) => [url, app])).toEqual([
      ["a", ""],
      ["c", "y"],
      ["", ""],
    ]);
  });

  it.each(["null", "[]"])("is begun anew after %s", (nothing) => {
    const begun = runners(
      '"runners":[{"url":"a","app":"x"}]',
      `"runners":${nothing}`,
      '"runners":[{"url":"b"}]',
    );
    expect(begun).toMatchObject([{ url: "b", app: "" }]);
    expect(runners('"runners":[{"url":"a"}]', `"runners":${nothing}`)).toEqual([]);
  });

  it("has elements that are null as they were, and new ones as empty", () => {
    const list = runners('"runners":[{"url":"a"}]', '"runners":[null,null]');
    expect(list.map(({ url }) => url)).toEqual(["a", ""]);
  });

  it("is no list of another orchestrator's", () => {
    const lists = parseRunnerList(
      '[{"address":"a","runners":[{"url":"a","app":"x"}]},{"address":"b","runners":[{"url":"b"}]}]',
    );
    expect(lists[1]?.runners).toMatchObject([{ url: "b", app: "" }]);
  });

  it("fails as a whole for a wrong type anywhere, also in what is overwritten", () => {
    expect(() => runners('"runners":[{"url":1}]', '"runners":[{"url":"a"}]')).toThrow("a string");
    expect(() => runners('"runners":{}', '"runners":[]')).toThrow("a list");
  });
});

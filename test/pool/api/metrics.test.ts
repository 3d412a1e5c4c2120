/** `/metrics` by the rules of Prometheus's own linter, promtool. */
import { expect, test } from "vitest";
import { benchmarkBody, get, jobBody, post, runApi } from "../../support/servers/running-api.js";

interface Family {
  readonly type: string;
  readonly help: string;
  /** Label text (with braces, perhaps empty) of each sample, by its name. */
  readonly samples: [name: string, labels: string, value: number][];
}

/** Reads the text; every sample must come right after the HELP and TYPE of its family. */
function familiesOf(text: string): ReadonlyMap<string, Family> {
  const families = new Map<string, Family>();
  let current = "";
  let help = "";
  for (const line of text.split("\n").filter((one) => one !== "")) {
    const [, helped, words] = /^# HELP ([a-z_]+) (.+)$/.exec(line) ?? [];
    const [, typed, type] = /^# TYPE ([a-z_]+) (counter|gauge|histogram)$/.exec(line) ?? [];
    if (helped !== undefined && words !== undefined) {
      expect(families.has(helped), `${helped} comes once`).toBe(false);
      [current, help] = [helped, words];
    } else if (typed !== undefined && type !== undefined) {
      expect(typed).toBe(current);
      families.set(typed, { type, help, samples: [] });
    } else {
      const sample = /^([a-z_]+)((?:\{(?:[a-z_]+="[^"\\\n]*",?)+\})?) (\S+)$/.exec(line);
      expect(sample, line).not.toBeNull();
      const [, name = "", labels = "", value] = sample ?? [];
      expect(name.replace(/_(bucket|sum|count)$/, "")).toBe(current);
      families.get(current)?.samples.push([name, labels, Number(value)]);
    }
  }
  return families;
}

test("names, units, types and buckets are as Prometheus wants them", async () => {
  await using api = await runApi();
  await post(api, "/recordTranscoderJob", jobBody("a"));
  await post(api, "/recordBenchmark", benchmarkBody("b", [500]));
  await get(api, "/status");
  const { text, headers } = await get(api, "/metrics");
  expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(text.endsWith("\n")).toBe(true);
  const families = familiesOf(text);
  expect(families.size).toBeGreaterThan(10);
  for (const [name, { type, help, samples }] of families) {
    expect(help, name).toMatch(/\.$/);
    expect(name.endsWith("_total"), name).toBe(type === "counter");
    expect(name, "base units").not.toMatch(/milliseconds|_ms\b|minutes|kilobytes|_wei\b|percent/);
    const labels = samples.map(([sample, label]) => sample + label);
    expect(new Set(labels).size, name).toBe(labels.length);
    for (const [sample, label, value] of samples) {
      expect(Number.isFinite(value), `${sample}${label}`).toBe(true);
    }
  }
  for (const name of ["pending", "paid", "commission", "unattributed"]) {
    expect(families.get(`poolsim_pool_${name}_eth`)?.help).toContain("approximate");
  }
});

test("buckets of a histogram add up, the last one to its count", async () => {
  await using api = await runApi();
  for (let index = 0; index < 5; index++) await get(api, "/status");
  const family = familiesOf((await get(api, "/metrics")).text).get(
    "poolsim_api_request_duration_seconds",
  );
  expect(family?.type).toBe("histogram");
  const of = (suffix: string) =>
    (family?.samples ?? []).filter(
      ([name, label]) => name.endsWith(suffix) && label.includes('"/status"'),
    );
  const counts = of("_bucket").map(([, , value]) => value);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect(of("_bucket").at(-1)?.[1]).toContain('le="+Inf"');
  expect([counts.at(-1), of("_count")[0]?.[2]]).toEqual([5, 5]);
  expect(of("_sum")[0]?.[2]).toBeGreaterThan(0);
});

test("amounts in ETH keep their first digits", async () => {
  await using api = await runApi();
  api.books.balances.set("commission", 123_456_789_012_345_678_901n);
  const { text } = await get(api, "/metrics");
  expect(Number(/^poolsim_pool_commission_eth (\S+)$/m.exec(text)?.[1])).toBeCloseTo(
    123.456_789_012,
    9,
  );
});

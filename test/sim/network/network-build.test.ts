import { describe, expect, it } from "vitest";
import { networkCsv } from "../../../scenarios/data/network-rows.js";
import { Rational } from "../../../src/core/rational.js";
import { parseCsv } from "../../../src/io/csv-table.js";
import { parseNetwork } from "../../../src/sim/network/network-file.js";
import { allRegions, dataFile } from "../../support/sim/data-files.js";

const raw = {
  snapshot: dataFile("raw/orchestrators_snapshot.csv"),
  concentration: dataFile("raw/stake_concentration_monthly.csv"),
  leaderboard: dataFile("raw/leaderboard_transcoding_2024.csv"),
};
const network = parseNetwork(dataFile("network.csv"), allRegions);
const snapshot = parseCsv(raw.snapshot.text, raw.snapshot.name).records;
const stakeOf = (item: { readonly stakeLpt: Rational }) => item.stakeLpt.toNumber();
const total = 17_916_549.734947;

describe("the committed network file", () => {
  it("is byte for byte what the raw files make", () => {
    expect(networkCsv(raw)).toBe(dataFile("network.csv").text);
  });

  it("has 100 orchestrators in order of stake, under .invalid hosts", () => {
    expect(network).toHaveLength(100);
    const stakes = network.map(stakeOf);
    expect(stakes).toEqual([...stakes].sort((a, b) => b - a));
    for (const { address, serviceUri } of network) {
      expect(serviceUri).toBe(`https://${address}.invalid:8935`);
    }
  });

  it("has the stakes of the top 25 as published, and only those", () => {
    const published = snapshot
      .filter((record) => record.cell("stake_rank_2026_01_19").text !== "")
      .map((record) => [
        record.cell("orchestrator").text,
        Rational.parse(record.cell("bonded_lpt_2026_01_19").text).toString(),
      ]);
    expect(published).toHaveLength(25);
    const known = network.filter(({ imputed }) => !imputed.has("stake"));
    expect(known.map(({ address, stakeLpt }) => [address, stakeLpt.toString()])).toEqual(published);
  });

  it("meets the published shares of the first 50 and the first 100", () => {
    const share = (ranks: number) =>
      network.slice(0, ranks).reduce((sum, item) => sum + stakeOf(item), 0) / total;
    expect(share(50)).toBeCloseTo(0.944779, 6);
    expect(share(100)).toBeCloseTo(0.998533, 6);
  });

  it("uses no stake of another date", () => {
    const dated = new Set(
      snapshot.map((record) => record.cell("bonded_lpt_on_that_date").text).filter(Boolean),
    );
    expect(dated.size).toBeGreaterThan(20);
    for (const { stakeLpt, imputed } of network) {
      if (imputed.has("stake")) expect(dated).not.toContain(String(stakeLpt.toNumber()));
    }
  });

  it("has prices as published; the others are the median of those below 10^6 wei", () => {
    const known: Rational[] = [];
    for (const record of snapshot) {
      const unit = record.cell("price_per_unit_wei_2026_04").text;
      if (unit === "") continue;
      const price = Rational.of(BigInt(unit), BigInt(record.cell("pixels_per_unit_2026_04").text));
      const inNetwork = network.find(({ address }) => address === record.cell("orchestrator").text);
      if (price.compare(Rational.of(1_000_000n)) < 0) known.push(price);
      if (inNetwork === undefined) continue;
      const isRefusal = price.compare(Rational.of(1_000_000n)) >= 0;
      expect(inNetwork.imputed.has("price")).toBe(isRefusal);
      if (!isRefusal) {
        expect(Rational.of(inNetwork.pricePerUnit, inNetwork.pixelsPerUnit)).toEqual(price);
      }
    }
    known.sort((a, b) => a.compare(b));
    expect(known).toHaveLength(34);
    const imputed = network.filter((item) => item.imputed.has("price"));
    expect(imputed.length).toBeGreaterThan(0);
    for (const { pricePerUnit, pixelsPerUnit } of imputed) {
      const price = Rational.of(pricePerUnit, pixelsPerUnit);
      expect(price.compare(known[16] ?? Rational.ZERO)).toBe(1);
      expect(price.compare(known[17] ?? Rational.ZERO)).toBe(-1);
    }
  });

  it("takes addresses with leaderboard data first", () => {
    const tested = new Set(
      parseCsv(raw.leaderboard.text, raw.leaderboard.name).records.map(
        (record) => record.cell("orchestrator").text,
      ),
    );
    const without = network.filter(({ leaderboard }) => leaderboard.length === 0);
    expect(without.filter(({ imputed }) => imputed.has("stake"))).toEqual([]);
    expect(network.filter(({ address }) => tested.has(address))).toHaveLength(99);
  });

  it("turns a round-trip score s into 2000 ÷ −ln(1 − s) ms", () => {
    const row = parseCsv(raw.leaderboard.text, raw.leaderboard.name).records[0];
    const address = row?.cell("orchestrator").text;
    const score = Number(row?.cell("round_trip_score").text);
    const found = network.find((item) => item.address === address)?.leaderboard[0];
    expect(found?.roundTripMs).toBeCloseTo(2000 / -Math.log(1 - score), 1);
  });
});

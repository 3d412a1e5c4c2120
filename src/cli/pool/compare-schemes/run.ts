/** `poolsim pool compare-schemes`: how the same events pay under each scheme. */
import type { Rational } from "../../../core/rational.js";
import { counted, grouped } from "../../../core/wording.js";
import { SCHEME_NAMES, type SchemeName } from "../../../pool/books/attribution/registry.js";
import { type CompareOptions, compareSchemes } from "../../../pool/books/compare-schemes.js";
import { wrapped } from "../../../sim/report/style.js";
import { EXIT } from "../../shared/failure.js";
import type { Terminal } from "../../shared/terminal.js";
import type { BooksFlags } from "../shared/flags.js";
import { withBooks } from "../shared/open-books.js";
import { columnsOf, eth, plainRational, print, titled } from "../shared/output.js";
import { schemeSettingsOf } from "../shared/settings-change.js";
import type { WeightFlags } from "../shared/settings-options.js";

export interface CompareFlags extends BooksFlags, WeightFlags {
  readonly roundHours?: number;
  readonly commission?: Rational;
}

/** @throws InputError (`COMMISSION_NONE`, `WEIGHTS`) */
export function poolCompare(flags: CompareFlags, terminal: Terminal): number {
  const { roundHours, commission, renditions } = flags;
  const options: CompareOptions = {
    roundMs: roundHours === undefined ? undefined : Math.round(roundHours * 3_600_000),
    commission,
    schemeSettings: schemeSettingsOf(flags),
    renditions: renditions === undefined ? undefined : BigInt(renditions),
  };
  return withBooks(flags.db, "read", (store) => {
    const comparison = compareSchemes(store, options);
    const { workers, commissionWei, unattributedWei, weights } = comparison;
    const json = {
      ...comparison,
      commissionWei: undefined,
      unattributedWei: undefined,
      operator: bySchemes((name) => commissionWei[name]),
      unattributed: bySchemes((name) => unattributedWei[name]),
      workers: workers.map(({ address, wei }) => ({ address, ...bySchemes((name) => wei[name]) })),
    };
    print(terminal, flags, json, () => {
      if (comparison.jobs === 0 && comparison.incomeWei === 0n) {
        return [
          `There is nothing to compare: poolsim pool import <path> --db ${flags.db} enters events.`,
        ];
      }
      const all = (name: SchemeName) => workers.reduce((sum, { wei }) => sum + wei[name], 0n);
      const rows = [
        ...workers.map(({ address, wei }) => ({
          name: address,
          of: (name: SchemeName) => wei[name],
        })),
        { name: "all workers", of: all },
        { name: "operator", of: (name: SchemeName) => commissionWei[name] },
        { name: "nobody", of: (name: SchemeName) => unattributedWei[name] },
      ].filter(
        ({ name, of }) => name !== "nobody" || SCHEME_NAMES.some((scheme) => of(scheme) > 0n),
      );
      const paragraph = (text: string) => wrapped(text, terminal.stdout.width);
      return [
        paragraph(
          `${counted(comparison.jobs, "job")} in ${counted(comparison.rounds, "round")}. Per job splits their fees, ${eth(comparison.feesWei)} ETH; ` +
            `the others split the tickets won, ${eth(comparison.incomeWei)} ETH.`,
        ),
        paragraph(
          `Weights: ${plainRational(weights.duration)} a second, ${plainRational(weights.pixels)} a pixel, ` +
            `${plainRational(weights.renditions)} a rendition; the window has ${counted(comparison.windowRounds, "round")}.`,
        ),
        comparison.jobsWithoutRenditions === 0
          ? ""
          : paragraph(
              `Renditions: ${grouped(comparison.jobsWithoutRenditions)} of ${counted(comparison.jobs, "job")} do not say how many they had (no open-pool event does): each counts as the constant ${comparison.renditions}.`,
            ),
        titled(
          "ETH for each, cut to 12 decimals",
          [
            ...columnsOf(rows, { head: "worker", align: "left", cell: ({ name }) => name }),
            ...SCHEME_NAMES.flatMap((scheme) =>
              columnsOf(rows, { head: scheme, cell: ({ of }) => shortEth(of(scheme)) }),
            ),
          ],
          terminal,
        ),
      ];
    });
    return EXIT.ok;
  });
}

function bySchemes(of: (name: SchemeName) => bigint) {
  return Object.fromEntries(SCHEME_NAMES.map((name) => [name, { wei: of(name) }] as const));
}

/** Side by side there is no room for every wei. */
function shortEth(wei: bigint): string {
  return eth(wei - (wei % 1_000_000n));
}

/** What flags do that their user will not expect: what a gateway makes of them as they are. */
import {
  type OrchestratorSource,
  type SourceListing,
  versionCompatible,
} from "../../discovery/index.js";
import { inPool } from "../../discovery/score-pool.js";
import { poolNumOrchs } from "../../selection/index.js";
import type { DiscoverFlags } from "./flags.js";

/** What is asked, and by whom. */
export interface Asked {
  readonly flags: Pick<
    DiscoverFlags,
    | "count"
    | "maxPricePerCapability"
    | "maxPricePerUnit"
    | "orchBlocklist"
    | "orchMinLivepeerVersion"
    | "pipeline"
    | "pool"
  >;
  readonly onChain: boolean;
  readonly source: Pick<OrchestratorSource, "usesBlocklist">;
  readonly listing: Pick<SourceListing, "endpoints">;
}

/** Notes on the flags of a command. */
export function flagNotes({ flags, onChain, source, listing }: Asked): string[] {
  const { orchBlocklist, orchMinLivepeerVersion: version } = flags;
  const notes: (string | false)[] = [
    !onChain &&
      hasMaxPrice(flags) &&
      "maximum prices have no effect off chain (L-5); --network says that it is a network with prices",
    !source.usesBlocklist &&
      orchBlocklist !== "" &&
      "--orchBlocklist has no effect on the list of a webhook or a signer (W-13)",
    source.usesBlocklist &&
      orchBlocklist.split(",").some((entry) => entry !== entry.trim()) &&
      "an address of --orchBlocklist with a blank beside it is nobody's: gateways cut none off (D-21)",
    // Nothing else lets a version pass that is none.
    version !== "" &&
      versionCompatible(version, "none") &&
      `"${version}" is no version: gateways let every version pass then (K-9)`,
    trustedNote(flags, listing),
  ];
  return notes.filter((note) => note !== false);
}

/** A gateway does not want all of many trusted orchestrators. */
function trustedNote(
  { count, pipeline, pool }: Asked["flags"],
  { endpoints }: Asked["listing"],
): string | false {
  const isVideo = pipeline === undefined && (pool === "video" || pool === "trusted");
  if (!isVideo || count !== undefined) return false;
  const size = endpoints.filter(({ score }) => inPool(score, "trusted")).length;
  const { trusted } = poolNumOrchs(size, 0);
  return (
    trusted < size &&
    `a gateway wants ${trusted} of the ${size} trusted orchestrators, those that answer first (M-2): --count ${trusted} shows them`
  );
}

function hasMaxPrice({ maxPricePerUnit, maxPricePerCapability = "" }: Asked["flags"]): boolean {
  return /[1-9]/.test(maxPricePerUnit.replace(/[A-z].*/, "")) || maxPricePerCapability !== "";
}

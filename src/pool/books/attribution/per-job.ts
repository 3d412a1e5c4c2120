/** *Per job*, as open pools do: each job's fee, less the commission, is its worker's. */
import { schemeEntry } from "./entry.js";
import { type AttributionScheme, checkCommission, commissionOf, shareList } from "./scheme.js";

/**
 * What a job's fee is split into.
 *
 * @throws InputError (`COMMISSION`) for a commission outside 0 … 1
 */
export const perJob: AttributionScheme = {
  /** The scheme's name. */
  name: "per-job",
  /** It splits the jobs' own fees. */
  basis: "fees",
  /** Gives each worker the fees of its jobs, less the commission. */
  attribute({ works, commission }) {
    checkCommission(commission);
    const byWorker = new Map<string, bigint>();
    let commissionWei = 0n;
    for (const { worker, feesWei } of works) {
      const kept = commissionOf(feesWei, commission);
      commissionWei += kept;
      byWorker.set(worker, (byWorker.get(worker) ?? 0n) + feesWei - kept);
    }
    return { shares: shareList(byWorker), commissionWei, unattributedWei: 0n };
  },
};

export const perJobEntry = schemeEntry({
  name: "per-job",
  settingName: "perJob",
  description: "Each job's fee, less the commission, is its worker's.",
  settings: {},
  needs: [],
  create: () => perJob,
});

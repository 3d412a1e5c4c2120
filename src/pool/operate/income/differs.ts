/** By what a run of the job `reconcile` is known whose reading went well. */

/** How its error begins where nodes and chain differ. */
export const INCOME_DIFFERS = "what nodes told and what the chain has differ";

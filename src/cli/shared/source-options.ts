/** The options that say where orchestrators come from, by go-livepeer's names where it has them. */
import type { Command } from "commander";
import { addLate, LateChoices } from "./late-options.js";
import { extensionOption } from "./option-values.js";

const SOURCE = "Source, one of them:";
const CHAIN = "Chain:";

async function sourceNames(): Promise<readonly string[]> {
  const { ORCHESTRATOR_SOURCES } = await import("../../discovery/sources/registry.js");
  return ORCHESTRATOR_SOURCES.all.map(({ name }) => name);
}

/** The settings of all sources. The chain's are of use beside another source too. */
async function addSourceSettings(command: Command): Promise<void> {
  const { ORCHESTRATOR_SOURCES } = await import("../../discovery/sources/registry.js");
  const { onChainEntry } = await import("../../discovery/sources/chain/on-chain-entry.js");
  const { addSettingOptions } = await import("./setting-options.js");
  const { all, kind } = ORCHESTRATOR_SOURCES;
  const others = all.filter(({ name }) => name !== onChainEntry.name);
  addSettingOptions(command, kind, others, { group: SOURCE });
  addSettingOptions(command, kind, [onChainEntry], { group: CHAIN });
}

/** Where orchestrators come from. */
export function addSourceOptions(
  command: Command,
  { isFromRequired = false }: { readonly isFromRequired?: boolean } = {},
): void {
  addLate(command, addSourceSettings);
  const from = new LateChoices(
    "--from <source>",
    isFromRequired
      ? "where the list comes from"
      : "which source is meant; default: the one whose option is given",
    sourceNames,
  );
  command
    .optionsGroup(SOURCE)
    .addOption(isFromRequired ? from.makeOptionMandatory() : from)
    .addOption(extensionOption("sources"));
}
